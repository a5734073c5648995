"""Every book on one database."""

from contextlib import AbstractContextManager
from typing import Final

from dojang.adapters.database.applications import DatabaseApplications, DatabaseConsents
from dojang.adapters.database.certificates import DatabaseCertificates
from dojang.adapters.database.devices import DatabaseConnections, DatabaseDevices, DatabaseRemovals
from dojang.adapters.database.engine import Database
from dojang.adapters.database.logins import (
    DatabaseAssertions,
    DatabaseGrants,
    DatabaseInteractions,
    DatabaseSignatureRequests,
    DatabaseSignedIn,
    DatabaseSubjects,
)
from dojang.adapters.database.revocations import DatabaseRevocations
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.versions import DatabaseVersions
from dojang.adapters.database.visits import DatabaseTransactions, DatabaseVisits
from dojang.adapters.database.web import DatabaseIdempotency, DatabaseSessions, DatabaseTries


class DatabaseBooks:
    """`ports.books.Books` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database: Final = database
        self.applications: Final = DatabaseApplications(database, cipher)
        self.consents: Final = DatabaseConsents(database)
        self.sessions: Final = DatabaseSessions(database)
        self.idempotency: Final = DatabaseIdempotency(database, cipher)
        self.tries: Final = DatabaseTries(database, cipher)
        self.visits: Final = DatabaseVisits(database, cipher)
        self.transactions: Final = DatabaseTransactions(database, cipher)
        self.certificates: Final = DatabaseCertificates(database, cipher)
        self.versions: Final = DatabaseVersions(database, cipher)
        self.revocations: Final = DatabaseRevocations(database, cipher)
        self.interactions: Final = DatabaseInteractions(database, cipher)
        self.grants: Final = DatabaseGrants(database, cipher)
        self.signature_requests: Final = DatabaseSignatureRequests(database, cipher)
        self.signed_in: Final = DatabaseSignedIn(database, cipher)
        self.assertions: Final = DatabaseAssertions(database)
        self.subjects: Final = DatabaseSubjects(database, cipher)
        self.devices: Final = DatabaseDevices(database, cipher)
        self.connections: Final = DatabaseConnections(database, cipher)
        self.removals: Final = DatabaseRemovals(database, cipher)

    @property
    def in_transaction(self) -> bool:
        """See `Books`."""
        return self._database.in_transaction

    def transaction(self) -> AbstractContextManager[None]:
        """See `Books`."""
        return self._database.transaction()
