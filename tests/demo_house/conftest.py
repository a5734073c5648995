"""One house for the tests that leave it as it was; whoever kills its supervisor starts one of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo_house.running import House


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, _port_bases: Iterator[int]) -> Iterator[House]:
    """Started once for a worker; in a folder deeper than the name of a socket may be long (unix(7): 107 octets)."""
    house = House(tmp_path_factory.mktemp("house") / ("a-folder-with-a-long-name-" * 4) / "data", next(_port_bases))
    yield house
    house.stop()


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    """What one customer's own device keeps."""
    return tmp_path / "holder"
