"""Every book, in every place where it can be kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dojang.adapters.database.books import DatabaseBooks
from dojang.adapters.database.engine import Database, postgresql_database, sqlite_database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.upgrade import upgrade
from dojang.adapters.in_memory.books import MemoryBooks
from dojang.ports.books import Books


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a table."""
    if request.param == "sqlite":
        database = sqlite_database(tmp_path / "center.sqlite")
    else:
        database = postgresql_database(request.getfixturevalue("postgres_dsn"))
    yield database
    database.close()


@pytest.fixture
def database(empty_database: Database) -> Database:
    """A database with its tables."""
    upgrade(empty_database)
    return empty_database


@pytest.fixture(params=["in_memory", "sqlite", "postgresql"])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    """Empty books."""
    if request.param == "in_memory":
        yield MemoryBooks()
        return
    if request.param == "sqlite":
        database = sqlite_database(tmp_path / "center.sqlite")
    else:
        database = postgresql_database(request.getfixturevalue("postgres_dsn"))
    upgrade(database)
    yield DatabaseBooks(database, FieldCipher(bytes(range(32))))
    database.close()
