"""Attempts at one guard: the desk without HTTP, on memory (no fsync), SQLite and PostgreSQL."""

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.floors import guard_attempt
from bench.rows import Floor, Row, rate
from dojang.pin.encoding import sha256
from tests.guard.harness import NOW, Guard, House, Version, attempt, enrol, open_store
from tests.postgres_cluster import running_cluster

_CUSTOMERS = 240
_ROW = 5  # attempts that a row holds; nothing is confirmed here
_AT_ONCE = 16


def rows() -> list[Row]:
    """One row per store."""
    floor = guard_attempt()
    with tempfile.TemporaryDirectory() as folder, running_cluster() as cluster:
        stores = {
            "guard attempts, no fsync": ("sqlite", ":memory:"),
            "guard attempts, SQLite": ("sqlite", str(Path(folder) / "journal.db")),
            "guard attempts, PostgreSQL": ("postgresql", cluster.create_database()),
        }
        return [_measured(name, kind, place, floor) for name, (kind, place) in stores.items()]


def _measured(name: str, kind: str, place: str, floor: Floor) -> Row:
    house = House()
    guard = Guard(house, open_store(kind, place))
    try:
        calls = {"guard-1": guard.call}
        versions = [enrol(house, calls, os.urandom(32)) for _ in range(_CUSTOMERS)]
        bodies = [_body(house, version, number) for number in range(_ROW) for version in versions]
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            begun = time.perf_counter()
            list(threads.map(lambda body: guard.desk.attempt(body, NOW).finish(), bodies))
            seconds = time.perf_counter() - begun
    finally:
        guard.stop()
    return rate(name, len(bodies) / seconds, len(bodies), floor)


def _body(house: House, version: Version, number: int) -> bytes:
    return attempt(house, version, sha256(number.to_bytes(4, "big"))).body
