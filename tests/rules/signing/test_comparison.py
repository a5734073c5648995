import re

from hypothesis import given
from hypothesis import strategies as st

from dojang.signing.comparison import code_of


@given(st.text(max_size=60))
def test_a_confirmation_code_is_two_pairs_of_digits_and_stays_the_same(request_id: str) -> None:
    code = code_of(request_id)
    assert re.fullmatch("[0-9]{2} [0-9]{2}", code)
    assert code_of(request_id) == code


def test_requests_have_codes_of_their_own() -> None:
    codes = {code_of(f"request-{count}") for count in range(100)}
    assert len(codes) > 95
    assert code_of("request-1") == "55 83"
