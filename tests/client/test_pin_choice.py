"""Which PINs are not taken, beside the vectors that the browser reads too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojang.client.holder.pin_choice import COMMON, check_choice
from dojang.refusals import PinTooEasy, Refusal

DIGITS = st.text("0123456789", min_size=6, max_size=6)


def refused(pin: str, avoid: list[str]) -> str:
    try:
        check_choice(pin, avoid)
    except Refusal as refusal:
        return str(refusal.facts["reason"]) if isinstance(refusal, PinTooEasy) else refusal.code
    return ""


@pytest.mark.parametrize("text", ["991231", "19991231", "01099123155"], ids=["the date", "within it", "a phone's part"])
def test_what_stands_in_a_string_to_avoid_is_personal(text: str) -> None:
    assert refused("991231", [text]) == "personal"
    assert refused("991231", [text[:-1] if text == "991231" else text[2:5]]) == ""


@pytest.mark.parametrize("pin", sorted(COMMON))
def test_the_list_holds_only_what_no_other_rule_refuses(pin: str) -> None:
    assert refused(pin, []) == "common"


@given(DIGITS, DIGITS)
def test_a_refusal_names_a_rule_and_never_the_pin(pin: str, avoid: str) -> None:
    assert refused(pin, [avoid]) in {"", "one_digit", "ascending", "descending", "personal", "common"}


def test_most_pins_are_taken() -> None:
    """Fewer to choose from would make each easier to guess."""
    assert sum(not refused(f"{number:06}", []) for number in range(0, 1_000_000, 97)) > 10_280
