"""The customers' own revocations."""

from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    RowMapping,
    Select,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from dojang.adapters.database.engine import Database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.tables import metadata
from dojang.refusals import TransactionNotFound
from dojang.values.revocation import UNFINISHED, Revocation, RevocationState

_REVOCATION: Final = TypeAdapter(Revocation)

revocations: Final = Table(
    "revocations",
    metadata,
    Column("txn", Text, primary_key=True),
    Column("session", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "session", "asked_at"),
    Index(None, "state", "asked_at"),
)
_NEWEST: Final = (revocations.c.asked_at.desc(), revocations.c.txn)


class DatabaseRevocations:
    """A revocation is sealed whole: it says who wants it and why."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database, self._cipher = database, cipher

    def add(self, revocation: Revocation) -> None:
        """See `RevocationsBook`."""
        self._database.write(insert(revocations).values(txn=revocation.txn, **self._columns(revocation)))

    def find(self, txn: str) -> Revocation | None:
        """See `RevocationsBook`."""
        return self._one(select(revocations).where(revocations.c.txn == txn))

    def newest_of(self, session: str) -> Revocation | None:
        """See `RevocationsBook`."""
        found = select(revocations).where(revocations.c.session == session)
        return self._one(found.order_by(*_NEWEST).limit(1))

    def put(self, revocation: Revocation) -> None:
        """See `RevocationsBook`."""
        change = update(revocations).where(revocations.c.txn == revocation.txn).values(**self._columns(revocation))
        if self._database.write(change) != 1:
            raise TransactionNotFound

    def in_state(self, state: RevocationState, limit: int) -> tuple[Revocation, ...]:
        """See `RevocationsBook`."""
        found = select(revocations).where(revocations.c.state == state.value)
        found = found.order_by(revocations.c.asked_at).limit(limit)
        return tuple(self._opened(row) for row in self._database.rows(found))

    def forget(self, asked_before: int) -> int:
        """See `RevocationsBook`."""
        old = (revocations.c.asked_at < asked_before, revocations.c.state.not_in([state.value for state in UNFINISHED]))
        return self._database.write(delete(revocations).where(*old))

    def _one(self, found: Select[tuple[object, ...]]) -> Revocation | None:
        row = self._database.row(found.with_for_update() if self._database.in_transaction else found)
        return None if row is None else self._opened(row)

    def _opened(self, row: RowMapping) -> Revocation:
        return _REVOCATION.validate_json(self._cipher.open(_place(row["txn"]), row["sealed"]))

    def _columns(self, revocation: Revocation) -> dict[str, object]:
        return {
            "session": revocation.session,
            "asked_at": revocation.asked_at,
            "state": revocation.state.value,
            "sealed": self._cipher.seal(_place(revocation.txn), _REVOCATION.dump_json(revocation)),
        }


def _place(txn: str) -> str:
    return f"revocations.sealed:{txn}"
