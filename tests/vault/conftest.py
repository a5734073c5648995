"""A vault's world on each store."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dojang.vault.database import Database
from dojang.vault.database_postgres import PostgresDatabase
from dojang.vault.database_sqlite import SqliteDatabase
from dojang.vault.schema import SCHEMA
from tests.vault.world import Clock, World, found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def open_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Call it for one more connection to the same database: another process's, or one after a restart."""
    opened: list[Database] = []
    dsn = request.getfixturevalue("postgres_dsn") if request.param == "postgresql" else ""

    def open_one() -> Database:
        database = PostgresDatabase(dsn, SCHEMA) if dsn else SqliteDatabase(tmp_path / "vault.db", SCHEMA)
        opened.append(database)
        return database

    yield open_one
    for database in opened:
        database.close()


@pytest.fixture
def world(tmp_path: Path, open_database: Callable[[], Database], clock: Clock) -> World:
    """On each store in turn."""
    return found(tmp_path, open_database, clock)


@pytest.fixture
def sqlite_world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    """For what no store changes."""
    database = SqliteDatabase(tmp_path / "vault.db", SCHEMA)
    yield found(tmp_path, lambda: database, clock)
    database.close()
