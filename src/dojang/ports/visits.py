"""Where the customers' comings to the PIN page are kept."""

from collections.abc import Sequence
from typing import Protocol

from dojang.values.transaction import SignedPlace, TransactionRequest, Visit


class VisitsBook(Protocol):
    """Visits by the hash of their code, then of their bearer. In a transaction nobody else changes what was read."""

    def add(self, visit: Visit) -> None:
        """Keep a new one."""
        ...

    def by_code(self, code_sha256: bytes) -> Visit:
        """Raises `CodeRefused` for a code that was never given out."""
        ...

    def by_bearer(self, bearer_sha256: bytes) -> Visit:
        """Raises `VisitRefused`."""
        ...

    def put(self, visit: Visit) -> None:
        """Replace the one of this code."""
        ...

    def forget(self, expired_before: int) -> int:
        """Delete what expired before; how many."""
        ...


class TransactionsBook(Protocol):
    """Transactions by id. In a transaction nobody else changes what was read."""

    def add(self, request: TransactionRequest) -> None:
        """Keep a new one."""
        ...

    def get(self, txn: str) -> TransactionRequest:
        """Raises `TransactionNotFound`."""
        ...

    def put(self, request: TransactionRequest) -> None:
        """Replace the one of this id."""
        ...

    def signed_by(
        self, kids: Sequence[bytes], limit: int, before: SignedPlace | None = None
    ) -> tuple[TransactionRequest, ...]:
        """What these kids signed, the newest first; `before`: only what stands behind that place."""
        ...

    def forget(self, expired_before: int) -> int:
        """Delete what expired before; how many."""
        ...
