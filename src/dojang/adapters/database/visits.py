"""Visits and the transactions that they sign."""

from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    LargeBinary,
    RowMapping,
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
from dojang.refusals import CodeRefused, TransactionNotFound, VisitRefused
from dojang.values.transaction import TransactionRequest, Visit

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

transactions: Final = Table(
    "transactions",
    metadata,
    Column("txn", Text, primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
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
        found = select(transactions.c.sealed).where(transactions.c.txn == txn)
        row = self._database.row(found.with_for_update() if self._database.in_transaction else found)
        if row is None:
            raise TransactionNotFound
        return _REQUEST.validate_json(self._cipher.open(_transaction_place(txn), row["sealed"]))

    def put(self, request: TransactionRequest) -> None:
        """See `TransactionsBook`."""
        change = update(transactions).where(transactions.c.txn == request.txn).values(**self._columns(request))
        if self._database.write(change) != 1:
            raise TransactionNotFound

    def forget(self, expired_before: int) -> int:
        """See `TransactionsBook`."""
        return self._database.write(delete(transactions).where(transactions.c.expires_at < expired_before))

    def _columns(self, request: TransactionRequest) -> dict[str, object]:
        sealed = self._cipher.seal(_transaction_place(request.txn), _REQUEST.dump_json(request))
        return {"expires_at": request.expires_at, "sealed": sealed}


def _visit_place(code_sha256: bytes) -> str:
    return f"visits.sealed:{code_sha256.hex()}"


def _transaction_place(txn: str) -> str:
    return f"transactions.sealed:{txn}"
