"""A customer at the centre's pages, in each language."""

from collections.abc import Iterator

import pytest

from tests.journeys.proofing import World
from tests.web.center.site import Customer, visiting


@pytest.fixture(params=["ko", "en"])
def customer(request: pytest.FixtureRequest) -> Iterator[Customer]:
    """In a browser that has been nowhere yet."""
    with visiting(World(), request.param) as made:
        yield made


@pytest.fixture
def korean() -> Iterator[Customer]:
    """For what no language changes."""
    with visiting(World()) as made:
        yield made
