"""The status service's store in one SQLite file. Nothing is acknowledged before it is on the disk."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from dojang.authority import serials
from dojang.authority.crl import RevocationList
from dojang.authority.ocsp import Standing
from dojang.certificate_status.facts import Fact

# Serial numbers have up to 20 octets: text, as in addresses.
_SCHEMA: Final = """
create table if not exists facts (
    serial text not null, sequence integer not null, kid blob not null, reason text not null,
    revoked_at integer not null, expires_at integer not null, primary key (serial, sequence)
) strict, without rowid;
create index if not exists facts_expires_at on facts (expires_at);
create table if not exists crls (
    file text primary key, number blob not null, this_update integer not null, next_update integer not null,
    der blob not null
) strict;
create table if not exists revocations (
    file text not null, serial text not null, reason text not null, at integer not null, primary key (file, serial)
) strict, without rowid;
create table if not exists authorities (file text primary key, der blob not null) strict;
"""


class SqliteStatusStore:
    """One connection; callers take turns."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = full")
        self._database.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """BEGIN IMMEDIATE, so that what is read is what is built on."""
        with self._lock:
            self._database.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._database.execute("rollback")
                raise
            self._database.execute("commit")

    def _rows(self, statement: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()

    def facts(self, serial: int) -> Sequence[Fact]:
        """As the port says."""
        rows = self._rows(
            "select sequence, kid, reason, revoked_at, expires_at from facts where serial = ? order by sequence",
            serials.to_text(serial),
        )
        return [Fact(serial, *row) for row in rows]

    def append_fact(self, fact: Fact) -> None:
        """As the port says."""
        self._rows(
            "insert into facts (serial, sequence, kid, reason, revoked_at, expires_at) values (?, ?, ?, ?, ?, ?)",
            serials.to_text(fact.serial),
            fact.sequence,
            fact.kid,
            fact.reason,
            fact.revoked_at,
            fact.expires_at,
        )

    def crl(self, file: str) -> RevocationList | None:
        """As the port says."""
        rows = self._rows("select der, file, number, this_update, next_update from crls where file = ?", file)
        if not rows:
            return None
        der, name, number, this_update, next_update = rows[0]
        # RFC 5280 5.2.3: a CRL number may have 20 octets.
        return RevocationList(der, name, int.from_bytes(number, "big"), this_update, next_update, ())

    def put_crl(self, crl: RevocationList) -> None:
        """As the port says."""
        with self._lock:
            self._database.execute(
                "replace into crls (file, number, this_update, next_update, der) values (?, ?, ?, ?, ?)",
                (crl.file, crl.number.to_bytes(20, "big"), crl.this_update, crl.next_update, crl.der),
            )
            self._database.execute("delete from revocations where file = ?", (crl.file,))
            self._database.executemany(
                "insert into revocations (file, serial, reason, at) values (?, ?, ?, ?)",
                [(crl.file, serials.to_text(entry.serial), entry.reason, entry.at) for entry in crl.revoked],
            )

    def revocation(self, file: str, serial: int) -> Standing | None:
        """As the port says."""
        rows = self._rows(
            "select reason, at from revocations where file = ? and serial = ?", file, serials.to_text(serial)
        )
        return Standing(*rows[0]) if rows else None

    def authority(self, file: str) -> bytes | None:
        """As the port says."""
        rows = self._rows("select der from authorities where file = ?", file)
        return bytes(rows[0][0]) if rows else None

    def put_authority(self, file: str, der: bytes) -> None:
        """As the port says."""
        self._rows("replace into authorities (file, der) values (?, ?)", file, der)

    def forget(self, expired_before: int) -> None:
        """As the port says."""
        self._rows("delete from facts where expires_at < ?", expired_before)

    def check(self) -> None:
        """As the port says."""
        self._rows("select 1 from facts limit 1")

    def close(self) -> None:
        """As the port says."""
        with self._lock:
            self._database.close()
