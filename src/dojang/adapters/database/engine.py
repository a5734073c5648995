"""One SQLite file or one PostgreSQL database, and the transactions on it.

SQLite: WAL, synchronous=FULL, BEGIN IMMEDIATE, one connection that writes under a lock, a few that only read.
PostgreSQL: READ COMMITTED; a row read in order to be changed is read FOR UPDATE.
A transaction belongs to the thread that opened it.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Executable, RowMapping, Table, create_engine, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

_BUSY_MILLISECONDS: Final = 10_000
_READERS: Final = 4
_POSTGRES_CONNECTIONS: Final = 8


class Database:
    """Where the books are kept. `writer` begins transactions, `reader` reads outside of one."""

    def __init__(self, writer: Engine, reader: Engine, one_writer: AbstractContextManager[object]) -> None:
        self.engine: Final = writer
        self._reader = reader
        self._one_writer = one_writer
        self._local = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything written inside is durable together at the end, or, after an exception, not at all.

        Transactions do not nest, and no network call belongs inside one.
        """
        if self._current is not None:
            raise RuntimeError("a transaction inside a transaction")
        with self._one_writer, self.engine.begin() as connection:
            self._local.connection = connection
            try:
                yield
            finally:
                self._local.connection = None

    @property
    def in_transaction(self) -> bool:
        """Whether this thread has a transaction open."""
        return self._current is not None

    def write(self, statement: Executable) -> int:
        """Run a statement inside the transaction; the number of rows it met."""
        if self._current is None:
            raise RuntimeError("a write outside a transaction")
        # SQLAlchemy forgets an INSERT's count unless told.
        return self._current.execute(statement, execution_options={"preserve_rowcount": True}).rowcount

    def insert_new(self, table: Table, **values: object) -> bool:
        """Insert a row unless its key is taken; whether it was inserted."""
        insert = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        return self.write(insert(table).values(**values).on_conflict_do_nothing()) == 1

    def lock(self, number: int) -> None:
        """Until the transaction ends, nobody else holds this number (64 bits, signed). SQLite has one writer anyhow."""
        if self.engine.dialect.name == "postgresql":
            self.rows(select(func.pg_advisory_xact_lock(number)))

    def rows(self, statement: Executable) -> Sequence[RowMapping]:
        """Every row, as the transaction sees it, or as committed outside of one."""
        if self._current is not None:
            return self._current.execute(statement).mappings().all()
        with self._reader.connect() as connection:
            return connection.execute(statement).mappings().all()

    def row(self, statement: Executable) -> RowMapping | None:
        """The first row."""
        return next(iter(self.rows(statement)), None)

    def check(self) -> None:
        """Raises what the driver raises if the database does not answer."""
        self.rows(text("SELECT 1"))

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self._reader.dispose()

    @property
    def _current(self) -> Connection | None:
        return getattr(self._local, "connection", None)


def sqlite_database(path: Path) -> Database:
    """The database in the file at `path`, made if it is not there. Personal data that is deleted is overwritten."""
    url = f"sqlite+pysqlite:///{path}"
    settings: dict[str, Any] = {"connect_args": {"check_same_thread": False}}
    writer = create_engine(url, pool_size=1, max_overflow=0, **settings)
    reader = create_engine(url, pool_size=_READERS, max_overflow=0, **settings)
    for engine in (writer, reader):
        event.listen(engine, "connect", _prepare_sqlite)
    event.listen(writer, "begin", _begin_immediate)
    return Database(writer, reader, threading.Lock())


def postgresql_database(conninfo: str) -> Database:
    """The database behind a libpq connection string or URI."""
    import psycopg  # here, because it costs 9 MB that a centre on SQLite does not need

    connect: Callable[[], Any] = lambda: psycopg.connect(conninfo)  # noqa: E731 (typed for SQLAlchemy)
    engine = create_engine(
        "postgresql+psycopg://", creator=connect, pool_size=_POSTGRES_CONNECTIONS, max_overflow=0, pool_pre_ping=True
    )
    return Database(engine, engine.execution_options(isolation_level="AUTOCOMMIT"), nullcontext())


def open_database(where: str) -> Database:
    """`sqlite:///path`, or a libpq URI or connection string."""
    if where.startswith("sqlite:///"):
        return sqlite_database(Path(where.removeprefix("sqlite:///")))
    return postgresql_database(where)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would otherwise begin (deferred) by itself before the first write.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={_BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
