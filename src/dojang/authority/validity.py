"""How long a certificate is valid."""

from datetime import datetime, time, timedelta, timezone
from typing import Final

# Korea has had no summer time since 1988; a fixed offset needs no zone data.
KST: Final = timezone(timedelta(hours=9), "KST")


def end_of_korean_day(not_before: int, years: int) -> int:
    """The last second (14:59:59Z) of the Korean day `years` years after the one that holds `not_before`. Unix seconds.

    One begun on 29 February ends with 28 February of a common year (Civil Act 160 (3): where the last month has no such
    day, the period ends with the last day of that month).
    """
    day = datetime.fromtimestamp(not_before, KST).date()
    year = day.year + years
    try:
        end = day.replace(year=year)
    except ValueError:
        end = day.replace(year=year, day=28)
    return int(datetime.combine(end, time(23, 59, 59), KST).timestamp())
