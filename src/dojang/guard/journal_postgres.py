"""The guard's store on PostgreSQL: whoever writes holds one advisory lock, so that the journal is one chain whatever
the number of processes; a batch is one statement that spends, counts and enters, and a few for what is rare."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, LiteralString

import psycopg
import structlog
from psycopg import Connection, Cursor

from dojang.guard.facts import Changes, Device, Facts, Head, Taken, Wanted
from dojang.guard.journal import Entry
from dojang.guard.rows import Rows, attempt_of, confirmed_of, counters_of, customer_of, staged_of, values
from dojang.refusals import DataFolderRefused, GuardUnavailable

log = structlog.get_logger()

_WRITERS_LOCK: Final = 0x646F6A616E67  # "dojang"; advisory locks are of one database

# The columns stand in the order of the rows' fields.
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS guard (guard_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS journal (
    seq BIGINT PRIMARY KEY, kind TEXT NOT NULL, payload BYTEA NOT NULL, hash BYTEA NOT NULL);
CREATE TABLE IF NOT EXISTS customer (
    uid BYTEA PRIMARY KEY, ver BIGINT NOT NULL, authorization_key BYTEA NOT NULL, record_sha256 BYTEA NOT NULL,
    secret BYTEA, public_key BYTEA);
CREATE TABLE IF NOT EXISTS counters (
    uid BYTEA PRIMARY KEY, in_row INTEGER NOT NULL, in_life INTEGER NOT NULL, unknown_row INTEGER NOT NULL DEFAULT 0,
    unknown_life INTEGER NOT NULL DEFAULT 0, registered BOOLEAN NOT NULL DEFAULT FALSE) WITH (fillfactor = 70);
CREATE TABLE IF NOT EXISTS staged (
    uid BYTEA NOT NULL, ver BIGINT NOT NULL, blinded_sha256 BYTEA NOT NULL, secret BYTEA NOT NULL,
    public_key BYTEA NOT NULL, evaluated BYTEA NOT NULL, proof BYTEA NOT NULL,
    PRIMARY KEY (uid, ver, blinded_sha256));
CREATE TABLE IF NOT EXISTS taken (
    uid BYTEA NOT NULL, ver BIGINT NOT NULL, statement_sha256 BYTEA NOT NULL, authorization_key_sha256 BYTEA NOT NULL,
    record_sha256 BYTEA NOT NULL, state TEXT NOT NULL, seq BIGINT NOT NULL, time BIGINT NOT NULL,
    PRIMARY KEY (uid, ver));
CREATE TABLE IF NOT EXISTS attempt (
    attempt_id BYTEA PRIMARY KEY, uid BYTEA NOT NULL, ver BIGINT NOT NULL, th BYTEA NOT NULL,
    jti BYTEA NOT NULL UNIQUE, spent_at BIGINT NOT NULL, state TEXT NOT NULL, remaining INTEGER NOT NULL,
    wrong_since INTEGER NOT NULL, new_pin_due BOOLEAN NOT NULL, reply BYTEA,
    device_known BOOLEAN NOT NULL DEFAULT FALSE, counted_unknown BOOLEAN NOT NULL DEFAULT FALSE);
CREATE INDEX IF NOT EXISTS attempts_of_uid ON attempt (uid);
CREATE TABLE IF NOT EXISTS confirmed (
    uid BYTEA NOT NULL, ver BIGINT NOT NULL, th BYTEA NOT NULL, activation_sha256 BYTEA NOT NULL,
    receipt BOOLEAN NOT NULL, seq BIGINT NOT NULL, time BIGINT NOT NULL,
    PRIMARY KEY (uid, th, activation_sha256));
CREATE TABLE IF NOT EXISTS device (
    uid BYTEA NOT NULL, device_id BYTEA NOT NULL, spki BYTEA NOT NULL, PRIMARY KEY (uid, device_id));
"""
# What a store is given that was made before there were devices.
_WITHOUT_DEVICES: Final = """
SELECT 1 WHERE NOT EXISTS (
    SELECT 1 FROM pg_attribute WHERE attrelid = 'counters'::regclass AND attname = 'registered')
"""
_WITH_DEVICES: Final = """
ALTER TABLE counters ADD COLUMN unknown_row INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN unknown_life INTEGER NOT NULL DEFAULT 0, ADD COLUMN registered BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE attempt ADD COLUMN device_known BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN counted_unknown BOOLEAN NOT NULL DEFAULT FALSE;
"""

# A customer and its counters are made by the same statement.
_CUSTOMERS: Final = "SELECT * FROM customer JOIN counters ON counters.uid = customer.uid WHERE customer.uid = ANY(%b)"
_SPEND: Final = """
WITH entered AS (
    INSERT INTO journal SELECT * FROM unnest(%b::bigint[], %b::text[], %b::bytea[], %b::bytea[])
), spent AS (
    INSERT INTO attempt SELECT * FROM unnest(
        %b::bytea[], %b::bytea[], %b::bigint[], %b::bytea[], %b::bytea[], %b::bigint[], %b::text[], %b::int[],
        %b::int[], %b::bool[], %b::bytea[], %b::bool[], %b::bool[])
    ON CONFLICT (attempt_id) DO UPDATE SET state = excluded.state
)
INSERT INTO counters SELECT * FROM unnest(%b::bytea[], %b::int[], %b::int[], %b::int[], %b::int[], %b::bool[])
ON CONFLICT (uid) DO UPDATE SET in_row = excluded.in_row, in_life = excluded.in_life,
    unknown_row = excluded.unknown_row, unknown_life = excluded.unknown_life, registered = excluded.registered
"""


class PostgresJournal:
    """A database of the guard's own, reached by a libpq connection string."""

    def __init__(self, dsn: str, guard_id: str) -> None:
        """Raises `DataFolderRefused` for a database that is another guard's, `GuardUnavailable` if none answers."""
        self._dsn, self._guard_id = dsn, guard_id
        self._connection = self._connect()
        with self._connection.transaction():
            self._execute("SELECT pg_advisory_xact_lock(%s)", [_WRITERS_LOCK])
            self._execute(_SCHEMA)
            if self._execute(_WITHOUT_DEVICES).fetchone():
                self._execute(_WITH_DEVICES)
            self._execute("INSERT INTO guard SELECT %s WHERE NOT EXISTS (SELECT 1 FROM guard)", [guard_id])
            owner = self._execute("SELECT guard_id FROM guard").fetchall()
        if owner != [(guard_id,)]:
            self._connection.close()
            raise DataFolderRefused

    @contextmanager
    def transaction(self) -> Iterator["PostgresTransaction"]:
        """All or nothing, and alone: the advisory lock is taken before anything is read.

        Two journeys to the server and back: one that begins and reads, and one that writes and commits.
        """
        if self._connection.broken or self._connection.closed:
            self._connection = self._connect()
        try:
            with self._connection.pipeline() as pipeline:
                transaction = PostgresTransaction(self._connection, pipeline)
                transaction.run("BEGIN")
                yield transaction
                transaction.run("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        if transaction.erased:
            self._sweep()

    def _roll_back(self) -> None:
        """What failed is undone by the server; a connection that cannot say so is made again."""
        try:
            self._connection.rollback()
        except psycopg.Error:
            self._connection.close()

    def _sweep(self) -> None:
        """Old rows leave the tables' files now: an erased key must not wait there for the next autovacuum.

        The write-ahead log keeps its copy until the server reuses it. If this fails, what was committed stays so.
        """
        try:
            self._execute("VACUUM customer, staged")
        except psycopg.Error as error:
            log.warning("erased_keys_not_swept", guard=self._guard_id, error=type(error).__name__)

    def entries(self) -> Iterable[Entry]:
        """The whole journal, in order."""
        with self._connection.transaction(), self._connection.cursor("entries") as cursor:
            for row in cursor.execute("SELECT seq, kind, payload, hash FROM journal ORDER BY seq"):
                yield Entry(*row)

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def _connect(self) -> "Connection[tuple[Any, ...]]":
        try:
            # A reply says "spent" only after the commit is on the disk, whatever the server's default.
            return psycopg.connect(
                self._dsn, autocommit=True, connect_timeout=10, options="-c synchronous_commit=on -c jit=off"
            )
        except psycopg.Error:
            raise GuardUnavailable(guard_id=self._guard_id) from None

    def _execute(self, statement: LiteralString, parameters: Sequence[Any] = ()) -> "Cursor[tuple[Any, ...]]":
        return self._connection.execute(statement, parameters or None)


class PostgresTransaction:
    """Reads and writes of one transaction, sent in one go each."""

    def __init__(self, connection: "Connection[tuple[Any, ...]]", pipeline: psycopg.Pipeline) -> None:
        self._connection, self._pipeline = connection, pipeline
        self.erased = False  # whether a version took another's place, and staged keys went

    def load(self, wanted: Wanted) -> Facts:
        """The facts as they stand once the lock is held (each statement sees what was committed before it)."""
        uids, confirming, staging = list(wanted.uids), list(wanted.confirming), list(wanted.staging)
        connected = list(wanted.devices)
        self.run("SELECT pg_advisory_xact_lock(%s)", [_WRITERS_LOCK])
        head = self.run("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")
        customers = self.run(_CUSTOMERS, [uids]) if uids else None
        attempts = self.run(
            "SELECT * FROM attempt WHERE attempt_id = ANY(%b) OR jti = ANY(%b) OR (uid = ANY(%b) AND state = 'open')",
            [list(wanted.attempts), list(wanted.jtis), confirming],
        )
        confirmed = self.run("SELECT * FROM confirmed WHERE uid = ANY(%b)", [confirming]) if confirming else None
        staged = self.run("SELECT * FROM staged WHERE uid = ANY(%b)", [staging]) if staging else None
        taken = self.run("SELECT * FROM taken WHERE uid = ANY(%b)", [staging]) if staging else None
        devices = self.run("SELECT * FROM device WHERE uid = ANY(%b)", [connected]) if connected else None
        self._pipeline.sync()
        facts = Facts(Head(*next(iter(head), (0, bytes(32)))))
        for row in customers or ():
            facts.customers[row[0]] = customer_of(row[:6])
            facts.counters[row[0]] = counters_of(row[6:])
        facts.add_attempts(map(attempt_of, attempts))
        facts.confirmed = {(row[0], row[2], row[3]): confirmed_of(row) for row in confirmed or ()}
        facts.staged = {(row[0], row[1], row[2]): staged_of(row) for row in staged or ()}
        facts.taken = {(row[0], row[1]): Taken(*row) for row in taken or ()}
        facts.devices = {(row[0], row[1]): Device(*row) for row in devices or ()}
        return facts

    def persist(self, entries: Sequence[Entry], changes: Sequence[Changes], replies: Mapping[bytes, bytes]) -> None:
        """Write the entries, what they change in this order, and replies by attempt_id."""
        rows = Rows.of(changes)
        if entries:
            entered = _columns([(e.seq, e.kind, e.payload, e.hash) for e in entries], 4)
            spent = _columns([values(attempt) for attempt in rows.attempts], 13)
            self.run(_SPEND, [*entered, *spent, *_columns(rows.counters, 6)])
        self._versions(rows)
        self._devices(rows)
        self._confirmed(rows)
        if replies:
            self.run(
                "UPDATE attempt SET reply = given.reply FROM unnest(%b::bytea[], %b::bytea[]) AS given (id, reply) "
                "WHERE attempt_id = given.id",
                [list(replies), list(replies.values())],
            )

    def _versions(self, rows: Rows) -> None:
        for staged in rows.staged:
            self.run("INSERT INTO staged VALUES (%b, %b, %b, %b, %b, %b, %b)", values(staged))
        for taken in rows.taken:
            self.run("INSERT INTO taken VALUES (%b, %b, %b, %b, %b, %b, %b, %b)", values(taken))
        for customer in rows.customers:
            self.erased = True
            self.run(
                "INSERT INTO customer VALUES (%b, %b, %b, %b, %b, %b) ON CONFLICT (uid) DO UPDATE SET "
                "ver = excluded.ver, authorization_key = excluded.authorization_key, "
                "record_sha256 = excluded.record_sha256, public_key = excluded.public_key, secret = excluded.secret",
                values(customer),
            )
            version = [customer.uid, customer.ver]
            self.run("DELETE FROM staged WHERE uid = %b AND ver <= %b", version)
            self.run("DELETE FROM attempt WHERE uid = %b AND ver < %b", version)
            self.run("DELETE FROM confirmed WHERE uid = %b AND ver < %b", version)

    def _devices(self, rows: Rows) -> None:
        for device in rows.devices:
            self.run("INSERT INTO device VALUES (%b, %b, %b) ON CONFLICT DO NOTHING", values(device))
        for device in rows.removed:
            self.run("DELETE FROM device WHERE uid = %b AND device_id = %b", [device.uid, device.device_id])

    def _confirmed(self, rows: Rows) -> None:
        if rows.confirmed:
            self.run(
                "INSERT INTO confirmed SELECT * FROM unnest(%b::bytea[], %b::bigint[], %b::bytea[], %b::bytea[], "
                "%b::bool[], %b::bigint[], %b::bigint[]) ON CONFLICT (uid, th, activation_sha256) "
                "DO UPDATE SET receipt = excluded.receipt, seq = excluded.seq, time = excluded.time",
                _columns([values(row) for row in rows.confirmed], 7),
            )
        if rows.forgets:
            old = [[forget.uid for forget in rows.forgets], [forget.before for forget in rows.forgets]]
            self.run(
                "DELETE FROM attempt USING unnest(%b::bytea[], %b::bigint[]) AS old (uid, before) "
                "WHERE attempt.uid = old.uid AND state <> 'open' AND spent_at < before",
                old,
            )
            self.run(
                "DELETE FROM confirmed USING unnest(%b::bytea[], %b::bigint[]) AS old (uid, before) "
                "WHERE confirmed.uid = old.uid AND time < before",
                old,
            )

    def run(self, statement: LiteralString, parameters: Sequence[Any] = ()) -> "Cursor[tuple[Any, ...]]":
        """Queue one statement; its cursor has rows once the pipeline is synchronised."""
        return self._connection.execute(statement, parameters or None, binary=True)


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows turned into the arrays that unnest takes."""
    return [[row[i] for row in rows] for i in range(width)]
