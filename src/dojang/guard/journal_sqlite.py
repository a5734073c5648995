"""The guard's store on SQLite: one file, WAL, synchronous=FULL, and nothing deleted stays behind in it."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from dojang.guard.facts import Changes, Device, Facts, Head, Taken, Wanted
from dojang.guard.journal import Entry
from dojang.guard.rows import Rows, attempt_of, confirmed_of, counters_of, customer_of, staged_of, values
from dojang.refusals import DataFolderRefused

# The columns stand in the order of the rows' fields.
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS guard (guard_id TEXT PRIMARY KEY) STRICT;
CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS customer (
    uid BLOB PRIMARY KEY, ver INTEGER NOT NULL, authorization_key BLOB NOT NULL, record_sha256 BLOB NOT NULL,
    secret BLOB, public_key BLOB) STRICT;
CREATE TABLE IF NOT EXISTS counters (
    uid BLOB PRIMARY KEY, in_row INTEGER NOT NULL, in_life INTEGER NOT NULL,
    unknown_row INTEGER NOT NULL DEFAULT 0, unknown_life INTEGER NOT NULL DEFAULT 0,
    registered INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS staged (
    uid BLOB NOT NULL, ver INTEGER NOT NULL, blinded_sha256 BLOB NOT NULL, secret BLOB NOT NULL,
    public_key BLOB NOT NULL, evaluated BLOB NOT NULL, proof BLOB NOT NULL,
    PRIMARY KEY (uid, ver, blinded_sha256)) STRICT;
CREATE TABLE IF NOT EXISTS taken (
    uid BLOB NOT NULL, ver INTEGER NOT NULL, statement_sha256 BLOB NOT NULL, authorization_key_sha256 BLOB NOT NULL,
    record_sha256 BLOB NOT NULL, state TEXT NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL,
    PRIMARY KEY (uid, ver)) STRICT;
CREATE TABLE IF NOT EXISTS attempt (
    attempt_id BLOB PRIMARY KEY, uid BLOB NOT NULL, ver INTEGER NOT NULL, th BLOB NOT NULL, jti BLOB NOT NULL UNIQUE,
    spent_at INTEGER NOT NULL, state TEXT NOT NULL, remaining INTEGER NOT NULL, wrong_since INTEGER NOT NULL,
    new_pin_due INTEGER NOT NULL, reply BLOB, device_known INTEGER NOT NULL DEFAULT 0,
    counted_unknown INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX IF NOT EXISTS attempts_of_uid ON attempt (uid, state);
CREATE TABLE IF NOT EXISTS confirmed (
    uid BLOB NOT NULL, ver INTEGER NOT NULL, th BLOB NOT NULL, activation_sha256 BLOB NOT NULL,
    receipt INTEGER NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL,
    PRIMARY KEY (uid, th, activation_sha256)) STRICT;
CREATE TABLE IF NOT EXISTS device (
    uid BLOB NOT NULL, device_id BLOB NOT NULL, spki BLOB NOT NULL, PRIMARY KEY (uid, device_id)) STRICT;
"""
# What a store is given that was made before there were devices.
_DEVICE_COLUMNS: Final = (
    "counters ADD COLUMN unknown_row INTEGER NOT NULL DEFAULT 0",
    "counters ADD COLUMN unknown_life INTEGER NOT NULL DEFAULT 0",
    "counters ADD COLUMN registered INTEGER NOT NULL DEFAULT 0",
    "attempt ADD COLUMN device_known INTEGER NOT NULL DEFAULT 0",
    "attempt ADD COLUMN counted_unknown INTEGER NOT NULL DEFAULT 0",
)


class SqliteJournal:
    """A file, or ":memory:"."""

    def __init__(self, path: Path | str, guard_id: str) -> None:
        """Raises `DataFolderRefused` for a file that is another guard's, or no database."""
        try:
            self._connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
            self._connection.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;" + _SCHEMA
            )
            self._complete()
            self._connection.execute("INSERT INTO guard SELECT ? WHERE NOT EXISTS (SELECT 1 FROM guard)", (guard_id,))
            owner = self._connection.execute("SELECT guard_id FROM guard").fetchall()
        except sqlite3.Error:
            raise DataFolderRefused(file=Path(path).name) from None
        if owner != [(guard_id,)]:
            raise DataFolderRefused(file=Path(path).name)

    def _complete(self) -> None:
        """A store that was made before there were devices has their columns."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        columns = [column for _, column, *_ in execute("PRAGMA table_info(counters)")]
        if "registered" not in columns:
            for column in _DEVICE_COLUMNS:
                execute(f"ALTER TABLE {column}")
        execute("COMMIT")

    @contextmanager
    def transaction(self) -> Iterator["SqliteTransaction"]:
        """All or nothing, and alone: BEGIN IMMEDIATE lets one process write at a time."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        transaction = SqliteTransaction(self._connection)
        try:
            yield transaction
            execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                execute("ROLLBACK")
            raise
        if transaction.erased:
            # secure_delete overwrites in the new page; the old page goes once the log is folded back and emptied.
            execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def entries(self) -> Iterable[Entry]:
        """The whole journal, in order."""
        for row in self._connection.execute("SELECT seq, kind, payload, hash FROM journal ORDER BY seq"):
            yield Entry(*row)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


class SqliteTransaction:
    """Reads and writes of one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute, self._many = connection.execute, connection.executemany
        self.erased = False

    def load(self, wanted: Wanted) -> Facts:
        """The facts as they stand."""
        head = self._execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        facts = Facts(Head(*head) if head else Head())
        for uid in wanted.uids:
            facts.customers |= {row[0]: customer_of(row) for row in self._of("customer WHERE uid = ?", uid)}
            facts.counters |= {row[0]: counters_of(row) for row in self._of("counters WHERE uid = ?", uid)}
        for attempt_id in wanted.attempts:
            facts.add_attempts(map(attempt_of, self._of("attempt WHERE attempt_id = ?", attempt_id)))
        for jti in wanted.jtis:
            facts.add_attempts(map(attempt_of, self._of("attempt WHERE jti = ?", jti)))
        for uid in wanted.confirming:
            facts.add_attempts(map(attempt_of, self._of("attempt WHERE uid = ? AND state = 'open'", uid)))
            for confirmed in map(confirmed_of, self._of("confirmed WHERE uid = ?", uid)):
                facts.confirmed[uid, confirmed.th, confirmed.activation_sha256] = confirmed
        for uid in wanted.staging:
            for staged in map(staged_of, self._of("staged WHERE uid = ?", uid)):
                facts.staged[uid, staged.ver, staged.blinded_sha256] = staged
            for row in self._of("taken WHERE uid = ?", uid):
                facts.taken[uid, row[1]] = Taken(*row)
        for uid in wanted.devices:
            facts.devices |= {(uid, row[1]): Device(*row) for row in self._of("device WHERE uid = ?", uid)}
        return facts

    def persist(self, entries: Sequence[Entry], changes: Sequence[Changes], replies: Mapping[bytes, bytes]) -> None:
        """Write the entries, what they change in this order, and replies by attempt_id."""
        rows = Rows.of(changes)
        self._many(_insert("journal", 4), [(e.seq, e.kind, e.payload, e.hash) for e in entries])
        self._many("INSERT OR REPLACE INTO counters VALUES (?, ?, ?, ?, ?, ?)", rows.counters)
        self._many(
            _insert("attempt", 13) + " ON CONFLICT (attempt_id) DO UPDATE SET state = excluded.state",
            map(values, rows.attempts),
        )
        self._many(_insert("staged", 7), map(values, rows.staged))
        self._many("INSERT OR REPLACE INTO confirmed VALUES (?, ?, ?, ?, ?, ?, ?)", map(values, rows.confirmed))
        self._many(_insert("taken", 8), map(values, rows.taken))
        self._many("INSERT OR REPLACE INTO customer VALUES (?, ?, ?, ?, ?, ?)", map(values, rows.customers))
        self._many("INSERT OR REPLACE INTO device VALUES (?, ?, ?)", map(values, rows.devices))
        self._many(
            "DELETE FROM device WHERE uid = ? AND device_id = ?", [(row.uid, row.device_id) for row in rows.removed]
        )
        versions = [(customer.uid, customer.ver) for customer in rows.customers]
        self._many("DELETE FROM staged WHERE uid = ? AND ver <= ?", versions)
        self._many("DELETE FROM attempt WHERE uid = ? AND ver < ?", versions)
        self._many("DELETE FROM confirmed WHERE uid = ? AND ver < ?", versions)
        old = [(forget.uid, forget.before) for forget in rows.forgets]
        self._many("DELETE FROM attempt WHERE uid = ? AND state <> 'open' AND spent_at < ?", old)
        self._many("DELETE FROM confirmed WHERE uid = ? AND time < ?", old)
        self._many(
            "UPDATE attempt SET reply = ? WHERE attempt_id = ?", [(reply, key) for key, reply in replies.items()]
        )
        self.erased = bool(versions)

    def _of(self, where: str, key: bytes) -> Iterable[Any]:
        return self._execute(f"SELECT * FROM {where}", (key,))  # noqa: S608 - the words above, never a request's


def _insert(table: str, columns: int) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"  # noqa: S608 - the words above
