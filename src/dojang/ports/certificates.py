"""Where certificates, from the intent on, and the versions behind them are kept."""

from typing import Protocol

from dojang.values.certificate import CertificateEntry, Person
from dojang.values.version import CustomerVersion


class CertificatesBook(Protocol):
    """Certificates by kid. In a transaction nobody else changes what was read."""

    def reserve(self, entry: CertificateEntry) -> CertificateEntry:
        """Keep the intent, before anybody signs: `entry`, or what was kept before for this kid.

        Raises `IssuanceUnderWay` while another kid of the same customer is under way.
        """
        ...

    def find(self, kid: bytes) -> CertificateEntry | None:
        """None if there never was an intent."""
        ...

    def get(self, kid: bytes) -> CertificateEntry:
        """Raises `CertificateNotFound`."""
        ...

    def by_serial(self, serial: str) -> CertificateEntry:
        """Raises `CertificateNotFound`."""
        ...

    def valid_of_customer(self, customer_number: str) -> CertificateEntry | None:
        """The customer's one valid certificate."""
        ...

    def of_customer(self, customer_number: str) -> tuple[CertificateEntry, ...]:
        """Every one that the customer ever had, valid or revoked, the newest first."""
        ...

    def valid_of_person(self, person: Person) -> CertificateEntry | None:
        """The newest valid certificate of whoever has this name, phone number and birth date."""
        ...

    def put(self, entry: CertificateEntry) -> None:
        """Replace the one of this kid. Raises `IssuanceUnderWay` for a second valid one of one customer."""
        ...

    def untold(self, limit: int) -> tuple[CertificateEntry, ...]:
        """Those of which the status service has not taken every fact."""
        ...

    def forget(self, expired_before: int) -> int:
        """Delete what expired, or was given up and would have expired, before; how many."""
        ...


class VersionsBook(Protocol):
    """Versions by uid and ver; at most one per application. In a transaction nobody else changes what was read."""

    def add(self, version: CustomerVersion) -> None:
        """Keep a new one. Raises `VersionUnderWay` while the application has another."""
        ...

    def get(self, uid: bytes) -> CustomerVersion:
        """The uid's newest. Raises `VersionNotFound`."""
        ...

    def of_application(self, application_id: str) -> CustomerVersion | None:
        """The one that the application is making or has made."""
        ...

    def put(self, version: CustomerVersion) -> None:
        """Replace the one of this uid and ver."""
        ...

    def remove(self, uid: bytes) -> None:
        """Forget every version of the uid."""
        ...

    def due(self, now: int, limit: int) -> tuple[CustomerVersion, ...]:
        """Those with something left to do that is due, the longest waiting first."""
        ...

    def forget(self, started_before: int) -> int:
        """Delete those that began before and were never stated, or ended; how many."""
        ...
