"""What the vault's store asks of a database, and the way it commits: in groups, one writer at a time.

A unit of work is a function that may be run again: it finds what it wrote before. Whoever holds the writing lock runs
the units of all who wait for it in one transaction, so that one flush to disk serves them all.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from dojang.refusals import VaultUnavailable

T = TypeVar("T")
Row = tuple[Any, ...]


class Connection(Protocol):
    """Where a unit reads and writes. SQL is the part that SQLite and PostgreSQL share, with `?` for values."""

    def rows(self, sql: str, *values: bytes | str | int | None) -> list[Row]:
        """Run one statement; its rows, if it has any."""
        ...


Unit = Callable[[Connection], T]


class Database(Protocol):
    """A plug: `database_sqlite.py` or `database_postgres.py`. Both raise `VaultUnavailable` while they cannot work."""

    def read(self, query: Unit[T]) -> T:
        """What `query` finds among what is committed."""
        ...

    def write(self, unit: Unit[T]) -> T:
        """What `unit` returns, once what it wrote is durable. What it raises, with nothing written."""
        ...

    def close(self) -> None:
        """No connection stays open."""
        ...


class Writer(Protocol):
    """The one connection that writes. `begin` waits until no other process is writing."""

    def begin(self) -> Connection: ...

    def commit(self) -> None: ...

    def rollback(self) -> None: ...


class _Entry(Generic[T]):
    __slots__ = ("done", "error", "unit", "value")

    def __init__(self, unit: Unit[T]) -> None:
        self.unit = unit
        self.done = False
        self.value: T | None = None
        # Until it is known to be committed, it is not.
        self.error: BaseException | None = VaultUnavailable()


class GroupCommit:
    """Commits the units of all who wait in one transaction."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._waiting: deque[_Entry[Any]] = deque()
        self._writing = threading.Lock()

    def run(self, unit: Unit[T]) -> T:
        """As `Database.write`."""
        entry = _Entry(unit)
        self._waiting.append(entry)
        with self._writing:
            if not entry.done:
                self._commit([self._waiting.popleft() for _ in range(len(self._waiting))])
        if entry.error is not None:
            raise entry.error
        return entry.value  # type: ignore[return-value]  # T may be None

    def _commit(self, group: list[_Entry[Any]]) -> None:
        try:
            self._together(group)
        except Exception as error:  # noqa: BLE001  # whose it was shows when each is run alone
            if len(group) == 1:
                group[0].error = error
            else:
                for entry in group:
                    self._alone(entry)
        finally:
            for entry in group:
                entry.done = True

    def _alone(self, entry: _Entry[Any]) -> None:
        try:
            self._together([entry])
        except Exception as error:  # noqa: BLE001  # handed to the thread that asked
            entry.error = error

    def _together(self, group: list[_Entry[Any]]) -> None:
        try:
            connection = self._writer.begin()
            values = [entry.unit(connection) for entry in group]
        except BaseException:
            self._writer.rollback()
            raise
        self._writer.commit()
        for entry, value in zip(group, values, strict=True):
            entry.value, entry.error = value, None
