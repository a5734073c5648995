"""The shared vectors of which PINs may be chosen, read by Python."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from dojang.client.holder.pin_choice import COMMON, check_choice
from dojang.refusals import InvalidField, PinTooEasy

FILED: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("pin_choice.json").read_text("utf-8"))


@pytest.mark.parametrize("pin", FILED["taken"])
def test_a_pin_that_nobody_tries_first_is_taken(pin: str) -> None:
    assert check_choice(pin, FILED["avoid"]) == pin


@pytest.mark.parametrize("reason", FILED["refused"])
def test_an_easy_pin_is_refused_for_its_reason(reason: str) -> None:
    for pin in FILED["refused"][reason]:
        with pytest.raises(PinTooEasy) as refused:
            check_choice(pin, FILED["avoid"])
        assert refused.value.facts == {"reason": reason}


def test_the_common_ones_are_all_filed() -> None:
    assert sorted(COMMON) == FILED["refused"]["common"]


@pytest.mark.parametrize("pin", FILED["invalid"])
def test_what_is_not_six_ascii_digits_is_no_pin(pin: str) -> None:
    with pytest.raises(InvalidField):
        check_choice(pin, FILED["avoid"])
