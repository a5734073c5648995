"""The departure record says OUT, IN or that it does not know."""

from pathlib import Path
from typing import Any

import pytest

from dojang.values.factors import Departure
from tests.adapters.bank_sides import APPLICATION, in_memory, over_http


@pytest.mark.parametrize("departure", list(Departure))
@pytest.mark.parametrize("plugs", [in_memory, over_http], ids=["in_memory", "http"])
def test_the_record_is_told_as_it_is(plugs: Any, departure: Departure, tmp_path: Path) -> None:
    with plugs(tmp_path, departure=departure) as side:
        assert side.departure_record.of(APPLICATION, side.identified().customer_number) is departure
