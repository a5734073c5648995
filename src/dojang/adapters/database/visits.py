"""Visits and the transactions that they sign."""

from collections.abc import Sequence
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    RowMapping,
    Table,
    Text,
    delete,
    insert,
    select,
    tuple_,
    update,
)

from dojang.adapters.database.engine import Database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.tables import metadata
from dojang.refusals import CodeRefused, TransactionNotFound, VisitRefused
from dojang.values.transaction import SignedPlace, TransactionRequest, Visit

_VISIT: Final = TypeAdapter(Visit)
_REQUEST: Final = TypeAdapter(TransactionRequest)

visits: Final = Table(
    "visits",
    metadata,
    Column("code_sha256", LargeBinary, primary_key=True),
    Column("bearer_sha256", LargeBinary, unique=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

# `signer` is a keyed index of the kid: a stolen table does not say which of them one customer signed.
transactions: Final = Table(
    "transactions",
    metadata,
    Column("txn", Text, primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("signer", LargeBinary),
    Column("signed_at", BigInteger),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "signer", "signed_at", "txn"),
)


class DatabaseVisits:
    """A visit is sealed whole: its T says what is signed."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database, self._cipher = database, cipher

    def add(self, visit: Visit) -> None:
        """See `VisitsBook`."""
        self._database.write(insert(visits).values(code_sha256=visit.code_sha256, **self._columns(visit)))

    def by_code(self, code_sha256: bytes) -> Visit:
        """See `VisitsBook`."""
        row = self._row(visits.c.code_sha256 == code_sha256)
        if row is None:
            raise CodeRefused
        return self._visit(row)

    def by_bearer(self, bearer_sha256: bytes) -> Visit:
        """See `VisitsBook`."""
        row = self._row(visits.c.bearer_sha256 == bearer_sha256)
        if row is None:
            raise VisitRefused
        return self._visit(row)

    def put(self, visit: Visit) -> None:
        """See `VisitsBook`."""
        change = update(visits).where(visits.c.code_sha256 == visit.code_sha256).values(**self._columns(visit))
        if self._database.write(change) != 1:
            raise VisitRefused

    def forget(self, expired_before: int) -> int:
        """See `VisitsBook`."""
        return self._database.write(delete(visits).where(visits.c.expires_at < expired_before))

    def _row(self, which: ColumnElement[bool]) -> RowMapping | None:
        found = select(visits).where(which)
        return self._database.row(found.with_for_update() if self._database.in_transaction else found)

    def _visit(self, row: RowMapping) -> Visit:
        return _VISIT.validate_json(self._cipher.open(_visit_place(row["code_sha256"]), row["sealed"]))

    def _columns(self, visit: Visit) -> dict[str, object]:
        return {
            "bearer_sha256": visit.bearer_sha256 or None,
            "expires_at": visit.expires_at,
            "sealed": self._cipher.seal(_visit_place(visit.code_sha256), _VISIT.dump_json(visit)),
        }


class DatabaseTransactions:
    """A transaction is sealed whole: its contents say whom somebody pays."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database, self._cipher = database, cipher

    def add(self, request: TransactionRequest) -> None:
        """See `TransactionsBook`."""
        self._database.write(insert(transactions).values(txn=request.txn, **self._columns(request)))

    def get(self, txn: str) -> TransactionRequest:
        """See `TransactionsBook`."""
        found = select(transactions.c.txn, transactions.c.sealed).where(transactions.c.txn == txn)
        row = self._database.row(found.with_for_update() if self._database.in_transaction else found)
        if row is None:
            raise TransactionNotFound
        return self._opened(row)

    def put(self, request: TransactionRequest) -> None:
        """See `TransactionsBook`."""
        change = update(transactions).where(transactions.c.txn == request.txn).values(**self._columns(request))
        if self._database.write(change) != 1:
            raise TransactionNotFound

    def signed_by(
        self, kids: Sequence[bytes], limit: int, before: SignedPlace | None = None
    ) -> tuple[TransactionRequest, ...]:
        """See `TransactionsBook`."""
        found = select(transactions.c.txn, transactions.c.sealed)
        found = found.where(transactions.c.signer.in_([self._signer(kid) for kid in kids]))
        if before is not None:
            place = tuple_(transactions.c.signed_at, transactions.c.txn)
            found = found.where(place < tuple_(before.signed_at, before.txn))
        found = found.order_by(transactions.c.signed_at.desc(), transactions.c.txn.desc()).limit(limit)
        return tuple(self._opened(row) for row in self._database.rows(found))

    def forget(self, expired_before: int) -> int:
        """See `TransactionsBook`."""
        return self._database.write(delete(transactions).where(transactions.c.expires_at < expired_before))

    def _opened(self, row: RowMapping) -> TransactionRequest:
        return _REQUEST.validate_json(self._cipher.open(_transaction_place(row["txn"]), row["sealed"]))

    def _columns(self, request: TransactionRequest) -> dict[str, object]:
        return {
            "expires_at": request.expires_at,
            "signer": self._signer(request.kid) if request.signed else None,
            "signed_at": request.signed.signed_at if request.signed else None,
            "sealed": self._cipher.seal(_transaction_place(request.txn), _REQUEST.dump_json(request)),
        }

    def _signer(self, kid: bytes) -> bytes:
        return self._cipher.index("transactions.signer", kid.hex())


def _visit_place(code_sha256: bytes) -> str:
    return f"visits.sealed:{code_sha256.hex()}"


def _transaction_place(txn: str) -> str:
    return f"transactions.sealed:{txn}"
