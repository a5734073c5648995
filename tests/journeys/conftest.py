"""A centre on every kind of books. Tables are made once and emptied, for making them takes longer than a test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from dojang.adapters.database.books import DatabaseBooks
from dojang.adapters.database.engine import Database, postgresql_database, sqlite_database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.tables import metadata
from dojang.adapters.database.upgrade import upgrade
from dojang.adapters.in_memory.books import MemoryBooks
from tests.journeys.center import Center, Customer
from tests.journeys.logins import Front
from tests.postgres_cluster import Cluster


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table and no row."""
    path = tmp_path_factory.mktemp("migrated") / "center.sqlite"
    database = sqlite_database(path)
    upgrade(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_cluster: Cluster) -> Iterator[Database]:
    """A database with every table, for one test after the other."""
    database = postgresql_database(postgres_cluster.create_database())
    upgrade(database)
    yield database
    database.close()


@pytest.fixture(params=["in_memory", "sqlite", "postgresql"])
def center(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Center]:
    """With nobody enrolled."""
    if request.param == "in_memory":
        yield Center(MemoryBooks())
    elif request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "center.sqlite")
        database = sqlite_database(tmp_path / "center.sqlite")
        yield Center(_books(database))
        database.close()
    else:
        database = request.getfixturevalue("migrated_postgres")
        with database.transaction():
            database.write(text(f"TRUNCATE {', '.join(metadata.tables)}"))
        yield Center(_books(database))


@pytest.fixture
def memory_center() -> Center:
    """For what no books change."""
    return Center(MemoryBooks())


@pytest.fixture
def customer(center: Center) -> Customer:
    """One with a certificate."""
    return center.enrolled()


@pytest.fixture
def alice(memory_center: Center) -> Customer:
    """The same, for what no books change."""
    return memory_center.enrolled()


@pytest.fixture
def front(center: Center) -> Front:
    """Where customers log in."""
    return Front(center)


@pytest.fixture
def desk(memory_center: Center) -> Front:
    """The same, for what no books change."""
    return Front(memory_center)


def _books(database: Database) -> DatabaseBooks:
    return DatabaseBooks(database, FieldCipher(bytes(range(32))))
