from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dojang.authority.profiles import read
from dojang.authority.validity import KST, end_of_korean_day
from dojang.policy.numbers import NUMBERS


def instant(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """In Korea."""
    return int(datetime(year, month, day, hour, minute, second, tzinfo=KST).timestamp())


@pytest.mark.parametrize(
    ("begun", "last_day"),
    [
        (instant(2026, 11, 22, 9), date(2029, 11, 22)),
        (instant(2026, 1, 1), date(2029, 1, 1)),
        (instant(2026, 12, 31, 23, 59, 59), date(2029, 12, 31)),
        (instant(2025, 2, 28, 12), date(2028, 2, 28)),
        (instant(2028, 2, 29), date(2031, 2, 28)),
        (instant(2028, 2, 29, 23, 59, 59), date(2031, 2, 28)),
        (instant(2028, 3, 1), date(2031, 3, 1)),
    ],
)
def test_it_ends_with_the_same_day_three_years_later_and_29_february_with_the_28th(begun: int, last_day: date) -> None:
    end = datetime.fromtimestamp(end_of_korean_day(begun, 3), KST)
    assert (end.date(), end.time().isoformat()) == (last_day, "23:59:59")


def test_the_day_is_the_korean_one_while_it_is_still_yesterday_in_greenwich() -> None:
    early = int(datetime(2026, 5, 4, 15, 0, 0, tzinfo=UTC).timestamp())  # 5 May, midnight in Korea
    assert datetime.fromtimestamp(end_of_korean_day(early, 3), UTC) == datetime(2029, 5, 5, 14, 59, 59, tzinfo=UTC)
    assert datetime.fromtimestamp(end_of_korean_day(early - 1, 3), UTC) == datetime(2029, 5, 4, 14, 59, 59, tzinfo=UTC)


# From 1990 to 2200: four leap centuries' worth of rules, 2100 among them (no 29 February).
@given(st.integers(631_119_600, 7_258_085_999), st.sampled_from([1, 2, 3, 10, 20]))
@example(instant(2096, 2, 29, 23, 59, 59), 4)
@example(instant(2097, 2, 28), 3)
def test_for_every_instant_it_ends_at_145959z_after_whole_years_and_never_a_day_more(begun: int, years: int) -> None:
    end = end_of_korean_day(begun, years)
    first, last = datetime.fromtimestamp(begun, KST), datetime.fromtimestamp(end, KST)
    assert datetime.fromtimestamp(end, UTC).strftime("%H:%M:%S") == "14:59:59"
    assert (last.year, last.month) == (first.year + years, first.month)
    assert last.day == first.day or ((first.month, first.day), last.day) == ((2, 29), 28)
    # Whole years have passed, but for what one lost 29 February takes.
    assert end - begun >= years * 365 * 86400
    assert end - begun < (years * 365 + years // 4 + 2) * 86400
    assert (last + timedelta(seconds=1)).time().isoformat() == "00:00:00"


def test_the_profile_gives_the_years_that_pages_and_faq_read() -> None:
    assert read("personal_financial").years == NUMBERS.certificate.years == 3
