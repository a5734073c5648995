"""Certificates and versions in memory."""

from collections.abc import Callable

from dojang.adapters.in_memory.book import MemoryBook
from dojang.refusals import CertificateNotFound, IssuanceUnderWay, VersionNotFound, VersionUnderWay
from dojang.values.certificate import CERTIFIED, UNDER_WAY, CertificateEntry, CertificateState, Person, facts_of
from dojang.values.version import CustomerVersion, VersionState


class MemoryCertificates(MemoryBook[bytes, CertificateEntry]):
    """`CertificatesBook`."""

    def reserve(self, entry: CertificateEntry) -> CertificateEntry:
        """See `CertificatesBook`."""
        if entry.kid not in self.rows:
            self._check_alone(entry)
            self.rows[entry.kid] = entry
        return self.rows[entry.kid]

    def find(self, kid: bytes) -> CertificateEntry | None:
        """See `CertificatesBook`."""
        return self.rows.get(kid)

    def get(self, kid: bytes) -> CertificateEntry:
        """See `CertificatesBook`."""
        if kid not in self.rows:
            raise CertificateNotFound
        return self.rows[kid]

    def by_serial(self, serial: str) -> CertificateEntry:
        """See `CertificatesBook`."""
        found = self._newest(lambda entry: entry.serial == serial)
        if found is None:
            raise CertificateNotFound
        return found

    def valid_of_customer(self, customer_number: str) -> CertificateEntry | None:
        """See `CertificatesBook`."""
        return self._newest(lambda entry: _is_valid(entry) and entry.customer_number == customer_number)

    def of_customer(self, customer_number: str) -> tuple[CertificateEntry, ...]:
        """See `CertificatesBook`."""
        had = [row for row in self.rows.values() if row.customer_number == customer_number and row.state in CERTIFIED]
        return tuple(sorted(had, key=lambda row: row.not_before, reverse=True))

    def valid_of_person(self, person: Person) -> CertificateEntry | None:
        """See `CertificatesBook`."""
        return self._newest(lambda entry: _is_valid(entry) and entry.person.spelled() == person.spelled())

    def put(self, entry: CertificateEntry) -> None:
        """See `CertificatesBook`."""
        self.get(entry.kid)
        self._check_alone(entry)
        self.rows[entry.kid] = entry

    def untold(self, limit: int) -> tuple[CertificateEntry, ...]:
        """See `CertificatesBook`."""
        found = [entry for entry in self.rows.values() if entry.told < len(facts_of(entry))]
        return tuple(sorted(found, key=lambda entry: entry.not_before)[:limit])

    def forget(self, expired_before: int) -> int:
        """See `CertificatesBook`."""
        return self.drop(lambda entry: entry.not_after < expired_before)

    def _check_alone(self, entry: CertificateEntry) -> None:
        states = UNDER_WAY if entry.state in UNDER_WAY else (entry.state,)
        for other in self.rows.values():
            if other.kid == entry.kid or other.customer_number != entry.customer_number:
                continue
            if other.state in states and other.state in (*UNDER_WAY, CertificateState.VALID):
                raise IssuanceUnderWay

    def _newest(self, which: Callable[[CertificateEntry], bool]) -> CertificateEntry | None:
        return max(filter(which, self.rows.values()), key=lambda entry: entry.not_before, default=None)


class MemoryVersions(MemoryBook[tuple[bytes, int], CustomerVersion]):
    """`VersionsBook`."""

    def add(self, version: CustomerVersion) -> None:
        """See `VersionsBook`."""
        if (version.uid, version.ver) in self.rows or self.of_application(version.application) is not None:
            raise VersionUnderWay
        self.rows[version.uid, version.ver] = version

    def get(self, uid: bytes) -> CustomerVersion:
        """See `VersionsBook`."""
        found = [version for version in self.rows.values() if version.uid == uid]
        if not found:
            raise VersionNotFound
        return max(found, key=lambda version: version.ver)

    def of_application(self, application_id: str) -> CustomerVersion | None:
        """See `VersionsBook`."""
        return next((version for version in self.rows.values() if version.application == application_id), None)

    def put(self, version: CustomerVersion) -> None:
        """See `VersionsBook`."""
        if (version.uid, version.ver) not in self.rows:
            raise VersionNotFound
        self.rows[version.uid, version.ver] = version

    def remove(self, uid: bytes) -> None:
        """See `VersionsBook`."""
        self.drop(lambda version: version.uid == uid)

    def due(self, now: int, limit: int) -> tuple[CustomerVersion, ...]:
        """See `VersionsBook`."""
        found = [version for version in self.rows.values() if 0 < version.try_again_at <= now]
        return tuple(sorted(found, key=lambda version: version.try_again_at)[:limit])

    def forget(self, started_before: int) -> int:
        """See `VersionsBook`."""
        nothing = (VersionState.OPEN, VersionState.ENDED)
        return self.drop(lambda version: version.started_at < started_before and version.state in nothing)


def _is_valid(entry: CertificateEntry) -> bool:
    return entry.state is CertificateState.VALID
