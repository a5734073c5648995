"""Everything the centre writes down, behind one socket."""

from contextlib import AbstractContextManager
from typing import Protocol

from dojang.ports.applications import ApplicationsBook, ConsentsBook
from dojang.ports.web import IdempotencyBook, SessionsBook, TriesBook


class Books(Protocol):
    """`with books.transaction():` around writes; reads anywhere; never a network call inside."""

    @property
    def applications(self) -> ApplicationsBook: ...
    @property
    def consents(self) -> ConsentsBook: ...
    @property
    def sessions(self) -> SessionsBook: ...
    @property
    def idempotency(self) -> IdempotencyBook: ...
    @property
    def tries(self) -> TriesBook: ...

    @property
    def in_transaction(self) -> bool:
        """Whether this thread has a transaction open."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Everything written inside is durable together at the end, or not at all. Does not nest."""
        ...
