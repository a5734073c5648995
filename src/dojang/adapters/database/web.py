"""Sessions, kept answers and counted tries."""

from dataclasses import replace
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from dojang.adapters.database.engine import Database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.tables import metadata
from dojang.refusals import IdempotencyKeyReused
from dojang.values.web import KeptAnswer, Session

sessions: Final = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

kept_answers: Final = Table(
    "kept_answers",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("begun_at", BigInteger, nullable=False, index=True),
    Column("status", Integer, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

counted_tries: Final = Table(
    "counted_tries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bucket", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Index(None, "bucket", "at"),
)


class DatabaseSessions:
    """A token's hash, never the token."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, session: Session) -> None:
        """See `SessionsBook`."""
        change = update(sessions).where(sessions.c.id == session.id).values(expires_at=session.expires_at)
        if self._database.write(change) == 0:
            row = insert(sessions).values(id=session.id, started_at=session.started_at, expires_at=session.expires_at)
            self._database.write(row)

    def find(self, session_id: str, now: int) -> Session | None:
        """See `SessionsBook`."""
        found = select(sessions).where(sessions.c.id == session_id, sessions.c.expires_at > now)
        row = self._database.row(found)
        return None if row is None else Session(**row)

    def forget(self, ended_before: int) -> int:
        """See `SessionsBook`."""
        return self._database.write(delete(sessions).where(sessions.c.expires_at < ended_before))


class DatabaseIdempotency:
    """The answers that may be given again. What an answer says is sealed, and what was asked is a keyed index: a plain
    hash of four digits could be undone."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database, self._cipher = database, cipher

    def begin(self, answer: KeptAnswer) -> KeptAnswer:
        """See `IdempotencyBook`."""
        fingerprint = self._cipher.index("kept_answers.fingerprint", answer.fingerprint.hex())
        new = self._database.insert_new(
            kept_answers,
            scope=answer.scope,
            key=answer.key,
            fingerprint=fingerprint,
            begun_at=answer.begun_at,
            status=0,
            media_type="",
            body=b"",
        )
        if new:
            return answer
        row = self._database.row(select(kept_answers).where(*_of(answer)))
        if row is None:
            raise RuntimeError("a kept answer vanished within a transaction")
        if row["fingerprint"] != fingerprint:
            raise IdempotencyKeyReused
        body = self._cipher.open(_place(answer), row["body"]) if row["body"] else b""
        return replace(answer, begun_at=row["begun_at"], status=row["status"], media_type=row["media_type"], body=body)

    def finish(self, answer: KeptAnswer) -> None:
        """See `IdempotencyBook`."""
        self._database.write(
            update(kept_answers)
            .where(*_of(answer))
            .values(
                status=answer.status,
                media_type=answer.media_type,
                body=self._cipher.seal(_place(answer), answer.body),
            )
        )

    def forget(self, begun_before: int) -> int:
        """See `IdempotencyBook`."""
        return self._database.write(delete(kept_answers).where(kept_answers.c.begun_at < begun_before))


class DatabaseTries:
    """A bucket is stored as a keyed index: it may name a user id or an address."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database, self._cipher = database, cipher

    def add(self, bucket: str, at: int) -> None:
        """See `TriesBook`."""
        index = self._index(bucket)
        self._database.lock(int.from_bytes(index[:8], "big", signed=True))
        self._database.write(insert(counted_tries).values(bucket=index, at=at))

    def count(self, bucket: str, since: int) -> int:
        """See `TriesBook`."""
        found = select(func.count().label("tries")).where(
            counted_tries.c.bucket == self._index(bucket), counted_tries.c.at >= since
        )
        row = self._database.row(found)
        return 0 if row is None else int(row["tries"])

    def take_back(self, bucket: str, at: int) -> None:
        """See `TriesBook`."""
        one = select(func.max(counted_tries.c.id)).where(
            counted_tries.c.bucket == self._index(bucket), counted_tries.c.at == at
        )
        self._database.write(delete(counted_tries).where(counted_tries.c.id == one.scalar_subquery()))

    def forget(self, before: int) -> int:
        """See `TriesBook`."""
        return self._database.write(delete(counted_tries).where(counted_tries.c.at < before))

    def _index(self, bucket: str) -> bytes:
        return self._cipher.index("counted_tries.bucket", bucket)


def _of(answer: KeptAnswer) -> tuple[ColumnElement[bool], ...]:
    return kept_answers.c.scope == answer.scope, kept_answers.c.key == answer.key


def _place(answer: KeptAnswer) -> str:
    return f"kept_answers.body:{answer.scope}:{answer.key}"
