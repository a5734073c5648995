"""A centre in memory."""

import pytest

from dojang.adapters.in_memory.books import MemoryBooks
from tests.journeys.center import Center


@pytest.fixture
def memory_center() -> Center:
    return Center(MemoryBooks())
