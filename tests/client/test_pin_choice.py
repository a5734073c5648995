"""Which PINs are not taken: the vectors that the browser reads too, and what holds for all."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojang.client.holder.pin_choice import COMMON, check_choice
from dojang.refusals import PinTooEasy, Refusal

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "pin_choice.json").read_text(encoding="utf-8")
)
DIGITS = st.text("0123456789", min_size=6, max_size=6)


def refused(pin: str, avoid: list[str]) -> str:
    try:
        check_choice(pin, avoid)
    except Refusal as refusal:
        return str(refusal.facts["reason"]) if isinstance(refusal, PinTooEasy) else refusal.code
    return ""


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["pin"] or "empty")
def test_a_pin_is_taken_or_refused_as_the_vectors_say(case: dict[str, Any]) -> None:
    assert refused(case["pin"], case["avoid"]) == case["refused"]


def test_both_sides_hold_the_same_list() -> None:
    assert sorted(COMMON) == VECTORS["common"]


@pytest.mark.parametrize("pin", sorted(COMMON))
def test_the_list_holds_only_what_no_other_rule_refuses(pin: str) -> None:
    assert refused(pin, []) == "common"


@given(DIGITS, DIGITS)
def test_a_refusal_names_a_rule_and_never_the_pin(pin: str, avoid: str) -> None:
    assert refused(pin, [avoid]) in {"", "one_digit", "ascending", "descending", "personal", "common"}


def test_most_pins_are_taken() -> None:
    """Fewer to choose from would make each easier to guess."""
    assert sum(not refused(f"{number:06}", []) for number in range(0, 1_000_000, 97)) > 10_280
