"""Activations and certificates at the vault's desk, without HTTP, on SQLite and PostgreSQL."""

import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.floors import certificate, vault_activation
from bench.rows import Row, rate
from dojang.vault.activation import activate
from dojang.vault.certificates import certify
from dojang.vault.credentials import make_credential
from dojang.vault.database import Database
from dojang.vault.database_postgres import PostgresDatabase
from dojang.vault.database_sqlite import SqliteDatabase
from dojang.vault.schema import SCHEMA
from tests.postgres_cluster import running_cluster
from tests.vault.world import Clock, Customer, World, found

_ACTIVATIONS = 1200
_CERTIFICATES = 300
_AT_ONCE = 8


def rows() -> list[Row]:
    """Two rows per store."""
    with tempfile.TemporaryDirectory() as folder, running_cluster() as cluster:
        place, dsn = Path(folder), cluster.create_database()
        made: list[Row] = []
        made += _measured("SQLite", place / "sqlite", lambda: SqliteDatabase(place / "sqlite" / "vault.db", SCHEMA))
        made += _measured("PostgreSQL", place / "postgresql", lambda: PostgresDatabase(dsn, SCHEMA))
        return made


def _measured(store: str, folder: Path, open_database: Callable[[], Database]) -> list[Row]:
    folder.mkdir()
    world = found(folder, open_database, Clock())
    try:
        return [_activations(store, world), _certificates(store, world)]
    finally:
        world.desk.database.close()


def _activations(store: str, world: World) -> Row:
    customer, der = world.enrolled()
    requests = [
        world.activation_request(customer, world.transaction(customer, der, txn=f"txn-{number}"))
        for number in range(_ACTIVATIONS)
    ]
    seconds = _timed(lambda request: activate(request, world.desk), requests)
    return rate(f"vault activations, {store}", len(requests) / seconds, len(requests), vault_activation())


def _certificates(store: str, world: World) -> Row:
    customers = [Customer() for _ in range(_CERTIFICATES)]
    for customer in customers:
        make_credential(world.credential_request(customer), world.desk)
    requests = [world.certificate_request(customer) for customer in customers]
    seconds = _timed(lambda request: certify(request, world.desk), requests)
    return rate(f"certificates, {store}", len(requests) / seconds, len(requests), certificate())


def _timed(work: Callable[[Any], object], items: Sequence[Any]) -> float:
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        begun = time.perf_counter()
        list(threads.map(work, items))
        return time.perf_counter() - begun
