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
from dojang.values.factors import Departure
from tests.adapters.bank_sides import Side, in_memory, over_http


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


@pytest.fixture(params=[in_memory, over_http], ids=["in_memory", "http"])
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    """Every plug of the proofing factors; the customer has not left the country."""
    with request.param(tmp_path, departure=Departure.IN) as made:
        yield made
