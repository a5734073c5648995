"""The bank's SQLite database: one writer at a time, and what was counted stays counted."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event

from dojang.demo.bank.tables import metadata
from dojang.refusals import Refusal


class Database:
    """All tables exist once this is made."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._engine = create_engine(f"sqlite:///{path}")
        event.listen(self._engine, "connect", _on_connect)
        event.listen(self._engine, "begin", _on_begin)
        metadata.create_all(self._engine)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing; but a `Refusal` is an outcome like any other: a wrong code that was counted stays counted."""
        refused: Refusal | None = None
        with self._lock, self._engine.begin() as connection:
            try:
                yield connection
            except Refusal as refusal:
                refused = refusal
        if refused is not None:
            raise refused

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not guessed by the driver
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA busy_timeout=5000")


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
