"""Visits and transactions in memory."""

from collections.abc import Sequence

from dojang.adapters.in_memory.book import MemoryBook
from dojang.refusals import CodeRefused, TransactionNotFound, VisitRefused
from dojang.values.transaction import SignedPlace, TransactionRequest, Visit


class MemoryVisits(MemoryBook[bytes, Visit]):
    """`VisitsBook`."""

    def add(self, visit: Visit) -> None:
        """See `VisitsBook`."""
        self.rows[visit.code_sha256] = visit

    def by_code(self, code_sha256: bytes) -> Visit:
        """See `VisitsBook`."""
        if code_sha256 not in self.rows:
            raise CodeRefused
        return self.rows[code_sha256]

    def by_bearer(self, bearer_sha256: bytes) -> Visit:
        """See `VisitsBook`."""
        for visit in self.rows.values():
            if visit.bearer_sha256 and visit.bearer_sha256 == bearer_sha256:
                return visit
        raise VisitRefused

    def put(self, visit: Visit) -> None:
        """See `VisitsBook`."""
        if visit.code_sha256 not in self.rows:
            raise VisitRefused
        self.rows[visit.code_sha256] = visit

    def forget(self, expired_before: int) -> int:
        """See `VisitsBook`."""
        return self.drop(lambda visit: visit.expires_at < expired_before)


class MemoryRequests(MemoryBook[str, TransactionRequest]):
    """`TransactionsBook`."""

    def add(self, request: TransactionRequest) -> None:
        """See `TransactionsBook`."""
        self.rows[request.txn] = request

    def get(self, txn: str) -> TransactionRequest:
        """See `TransactionsBook`."""
        if txn not in self.rows:
            raise TransactionNotFound
        return self.rows[txn]

    def put(self, request: TransactionRequest) -> None:
        """See `TransactionsBook`."""
        self.get(request.txn)
        self.rows[request.txn] = request

    def signed_by(
        self, kids: Sequence[bytes], limit: int, before: SignedPlace | None = None
    ) -> tuple[TransactionRequest, ...]:
        """See `TransactionsBook`."""
        placed = [(row.place, row) for row in self.rows.values() if row.place and row.kid in kids]
        found = [(place, row) for place, row in placed if before is None or place < before]
        return tuple(row for _, row in sorted(found, key=lambda one: one[0], reverse=True)[:limit])

    def forget(self, expired_before: int) -> int:
        """See `TransactionsBook`."""
        return self.drop(lambda request: request.expires_at < expired_before)
