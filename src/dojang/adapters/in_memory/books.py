"""Every book in memory."""

from typing import Final

from dojang.adapters.in_memory.applications import MemoryApplications, MemoryConsents
from dojang.adapters.in_memory.book import MemoryBook, MemoryTransactions
from dojang.adapters.in_memory.certificates import MemoryCertificates, MemoryVersions
from dojang.adapters.in_memory.devices import MemoryConnections, MemoryDevices, MemoryRemovals
from dojang.adapters.in_memory.logins import (
    MemoryAssertions,
    MemoryGrants,
    MemoryInteractions,
    MemorySignatureRequests,
    MemorySignedIn,
    MemorySubjects,
)
from dojang.adapters.in_memory.revocations import MemoryRevocations
from dojang.adapters.in_memory.visits import MemoryRequests, MemoryVisits
from dojang.adapters.in_memory.web import MemoryIdempotency, MemorySessions, MemoryTries


class MemoryBooks(MemoryTransactions):
    """`ports.books.Books` that end with the process."""

    def __init__(self) -> None:
        self.applications: Final = MemoryApplications()
        self.consents: Final = MemoryConsents()
        self.sessions: Final = MemorySessions()
        self.idempotency: Final = MemoryIdempotency()
        self.tries: Final = MemoryTries()
        self.visits: Final = MemoryVisits()
        self.transactions: Final = MemoryRequests()
        self.certificates: Final = MemoryCertificates()
        self.versions: Final = MemoryVersions()
        self.revocations: Final = MemoryRevocations()
        self.interactions: Final = MemoryInteractions()
        self.grants: Final = MemoryGrants()
        self.signature_requests: Final = MemorySignatureRequests()
        self.signed_in: Final = MemorySignedIn()
        self.assertions: Final = MemoryAssertions()
        self.subjects: Final = MemorySubjects()
        self.devices: Final = MemoryDevices()
        self.connections: Final = MemoryConnections()
        self.removals: Final = MemoryRemovals()
        super().__init__([book for book in vars(self).values() if isinstance(book, MemoryBook)])
