"""The code that two pages show for one request."""

import re

from hypothesis import given
from hypothesis import strategies as st

from dojang.values.comparison_code import comparison_code


@given(st.text(max_size=64))
def test_a_request_has_one_code_of_twice_two_digits(request_id: str) -> None:
    assert re.fullmatch(r"[0-9]{2} [0-9]{2}", comparison_code(request_id))
    assert comparison_code(request_id) == comparison_code(request_id)


def test_the_codes_of_many_requests_are_spread_over_all_digits() -> None:
    codes = [comparison_code(f"request-{n}") for n in range(1_000)]
    assert len(set(codes)) > 900
    for place in (0, 1, 3, 4):
        assert {code[place] for code in codes} == set("0123456789")


def test_the_code_is_the_one_that_other_programs_make() -> None:
    """SHA-256 of a label, a zero and the id; its first eight bytes modulo 10,000."""
    assert comparison_code("a-request") == "50 68"
