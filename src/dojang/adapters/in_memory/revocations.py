"""Revocations in memory."""

from dojang.adapters.in_memory.book import MemoryBook
from dojang.refusals import TransactionNotFound
from dojang.values.revocation import UNFINISHED, Revocation, RevocationState


class MemoryRevocations(MemoryBook[str, Revocation]):
    """`RevocationsBook`."""

    def add(self, revocation: Revocation) -> None:
        """See `RevocationsBook`."""
        self.rows[revocation.txn] = revocation

    def find(self, txn: str) -> Revocation | None:
        """See `RevocationsBook`."""
        return self.rows.get(txn)

    def newest_of(self, session: str) -> Revocation | None:
        """See `RevocationsBook`."""
        found = [row for row in self.rows.values() if row.session == session]
        return max(found, key=lambda row: row.asked_at, default=None)

    def put(self, revocation: Revocation) -> None:
        """See `RevocationsBook`."""
        if revocation.txn not in self.rows:
            raise TransactionNotFound
        self.rows[revocation.txn] = revocation

    def in_state(self, state: RevocationState, limit: int) -> tuple[Revocation, ...]:
        """See `RevocationsBook`."""
        found = [row for row in self.rows.values() if row.state is state]
        return tuple(sorted(found, key=lambda row: row.asked_at)[:limit])

    def forget(self, asked_before: int) -> int:
        """See `RevocationsBook`."""
        return self.drop(lambda row: row.asked_at < asked_before and row.state not in UNFINISHED)
