"""A centre on every kind of books."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dojang.adapters.database.books import DatabaseBooks
from dojang.adapters.database.engine import postgresql_database, sqlite_database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.upgrade import upgrade
from dojang.adapters.in_memory.books import MemoryBooks
from tests.journeys.center import Center


@pytest.fixture(params=["in_memory", "sqlite", "postgresql"])
def center(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Center]:
    """With nobody enrolled."""
    if request.param == "in_memory":
        yield Center(MemoryBooks())
        return
    if request.param == "sqlite":
        database = sqlite_database(tmp_path / "center.sqlite")
    else:
        database = postgresql_database(request.getfixturevalue("postgres_dsn"))
    upgrade(database)
    yield Center(DatabaseBooks(database, FieldCipher(bytes(range(32)))))
    database.close()


@pytest.fixture
def memory_center() -> Center:
    """For what no books change."""
    return Center(MemoryBooks())
