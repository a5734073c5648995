"""PostgreSQL by psycopg 3. Writers of all processes take turns by an advisory lock: the use log has one end."""

import threading
from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeVar

import psycopg
import structlog

from dojang.refusals import VaultUnavailable
from dojang.vault.database import Connection, GroupCommit, Row, Unit

T = TypeVar("T")
_TURN: Final = int.from_bytes(b"dojang-v", "big") >> 1  # any number that nobody else of this database locks
_BEGIN: Final = f"BEGIN; SELECT pg_advisory_xact_lock({_TURN})".encode()

log = structlog.get_logger()
PgConnection = psycopg.Connection[tuple[Any, ...]]


class PostgresDatabase:
    """One database. `schema` is made if it is not there. Raises `VaultUnavailable`."""

    def __init__(self, conninfo: str, schema: str) -> None:
        self._conninfo = conninfo
        self._opened: list[PgConnection] = []
        self._local = threading.local()
        self._writer = _PostgresWriter(self._open)
        self._group = GroupCommit(self._writer)
        self.write(
            lambda connection: [connection.rows(statement) for statement in schema.split(";") if statement.strip()]
        )

    def read(self, query: Unit[T]) -> T:
        """As `Database.read`; each thread has a connection of its own, and a new one when that broke."""
        for last in (False, True):
            try:
                return query(_PostgresConnection(self._own()))
            except psycopg.OperationalError as error:
                self._lost(error)
                if last:
                    raise VaultUnavailable from None
        raise VaultUnavailable

    def write(self, unit: Unit[T]) -> T:
        """As `Database.write`; once more on a new connection when the old one broke, for a unit may be run again."""
        for last in (False, True):
            try:
                return self._group.run(unit)
            except psycopg.OperationalError as error:
                self._lost(error)
                if last:
                    raise VaultUnavailable from None
        raise VaultUnavailable

    def close(self) -> None:
        """No connection stays open."""
        for connection in self._opened:
            connection.close()

    def _own(self) -> PgConnection:
        connection: PgConnection | None = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            connection = self._local.connection = self._open()
        return connection

    def _open(self) -> PgConnection:
        connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
        connection.execute("SET synchronous_commit = on")
        self._opened = [one for one in self._opened if not one.closed]
        self._opened.append(connection)
        return connection

    def _lost(self, error: psycopg.OperationalError) -> None:
        log.error("store_failed", error=error.sqlstate or "connection")


class _PostgresConnection:
    def __init__(self, connection: PgConnection) -> None:
        self._connection = connection

    def rows(self, sql: str, *values: bytes | str | int | None) -> list[Row]:
        cursor = self._connection.execute(_translated(sql), values or None)
        return cursor.fetchall() if cursor.description else []


@cache
def _translated(sql: str) -> bytes:
    return sql.replace("?", "%s").encode()


class _PostgresWriter:
    def __init__(self, open_one: Callable[[], PgConnection]) -> None:
        self._open_one = open_one
        self._connection: PgConnection | None = None

    def begin(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._open_one()
        # The lock comes before the first look, so every look sees what earlier writers committed. One round trip.
        self._connection.execute(_BEGIN)
        return _PostgresConnection(self._connection)

    def commit(self) -> None:
        if self._connection:
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        if self._connection and not self._connection.closed:
            self._connection.rollback()
