"""Where the customers' own revocations are kept."""

from typing import Protocol

from dojang.values.revocation import Revocation, RevocationState


class RevocationsBook(Protocol):
    """Revocations by the transaction that signs them. In a transaction nobody else changes what was read."""

    def add(self, revocation: Revocation) -> None:
        """Keep a new one."""
        ...

    def find(self, txn: str) -> Revocation | None:
        """None if that transaction signs no revocation."""
        ...

    def newest_of(self, session: str) -> Revocation | None:
        """What this browser asked for last."""
        ...

    def put(self, revocation: Revocation) -> None:
        """Replace the one of this transaction. Raises `TransactionNotFound`."""
        ...

    def in_state(self, state: RevocationState, limit: int) -> tuple[Revocation, ...]:
        """Those that stand so, the oldest first."""
        ...

    def forget(self, asked_before: int) -> int:
        """Delete what was asked before and is not unfinished; how many."""
        ...
