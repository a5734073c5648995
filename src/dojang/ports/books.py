"""Everything the centre writes down, behind one socket."""

from contextlib import AbstractContextManager
from typing import Protocol

from dojang.ports.applications import ApplicationsBook, ConsentsBook
from dojang.ports.certificates import CertificatesBook, VersionsBook
from dojang.ports.devices import ConnectionsBook, DevicesBook, RemovalsBook
from dojang.ports.logins import (
    AssertionsBook,
    GrantsBook,
    InteractionsBook,
    SignatureRequestsBook,
    SignedInBook,
    SubjectsBook,
)
from dojang.ports.revocations import RevocationsBook
from dojang.ports.visits import TransactionsBook, VisitsBook
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
    def visits(self) -> VisitsBook: ...
    @property
    def transactions(self) -> TransactionsBook: ...
    @property
    def certificates(self) -> CertificatesBook: ...
    @property
    def versions(self) -> VersionsBook: ...
    @property
    def revocations(self) -> RevocationsBook: ...

    @property
    def interactions(self) -> InteractionsBook: ...
    @property
    def grants(self) -> GrantsBook: ...
    @property
    def signature_requests(self) -> SignatureRequestsBook: ...
    @property
    def signed_in(self) -> SignedInBook: ...
    @property
    def assertions(self) -> AssertionsBook: ...
    @property
    def subjects(self) -> SubjectsBook: ...

    @property
    def devices(self) -> DevicesBook: ...
    @property
    def connections(self) -> ConnectionsBook: ...
    @property
    def removals(self) -> RemovalsBook: ...

    @property
    def in_transaction(self) -> bool:
        """Whether this thread has a transaction open."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Everything written inside is durable together at the end, or not at all. Does not nest."""
        ...
