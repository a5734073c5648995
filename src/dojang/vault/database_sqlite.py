"""SQLite: a write-ahead log, every commit on disk before it counts, one writer at a time on this machine."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import structlog

from dojang.refusals import VaultUnavailable
from dojang.vault.database import Connection, GroupCommit, Row, Unit

T = TypeVar("T")
_WAIT: Final = 10  # seconds for another process's transaction

log = structlog.get_logger()


class SqliteDatabase:
    """One file. `schema` is made if it is not there. Raises `VaultUnavailable`."""

    def __init__(self, path: Path, schema: str) -> None:
        self._path = path
        self._opened: list[sqlite3.Connection] = []
        self._local = threading.local()
        with _failures_named():
            writer = self._open()
            writer.executescript(schema.replace("BYTEA", "BLOB").replace("BIGINT", "INTEGER"))
        self._group = GroupCommit(_SqliteWriter(writer))

    def read(self, query: Unit[T]) -> T:
        """As `Database.read`; each thread has a connection of its own."""
        with _failures_named():
            if not hasattr(self._local, "connection"):
                self._local.connection = self._open()
            return query(_SqliteConnection(self._local.connection))

    def write(self, unit: Unit[T]) -> T:
        """As `Database.write`."""
        with _failures_named():
            return self._group.run(unit)

    def close(self) -> None:
        """No connection stays open."""
        for connection in self._opened:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        # FULL: a commit that was answered survives a power cut. secure_delete: an erased blob is overwritten.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        self._opened.append(connection)
        return connection


class _SqliteConnection:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, *values: bytes | str | int | None) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()


class _SqliteWriter:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def begin(self) -> Connection:
        self.connection.execute("BEGIN IMMEDIATE")
        return _SqliteConnection(self.connection)

    def commit(self) -> None:
        try:
            self.connection.execute("COMMIT")
        except sqlite3.Error:
            self.rollback()
            raise

    def rollback(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")


@contextmanager
def _failures_named() -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.ProgrammingError) as error:
        log.error("store_failed", error=error.sqlite_errorname if hasattr(error, "sqlite_errorname") else "closed")
        raise VaultUnavailable from None
