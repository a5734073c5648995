"""The socket of the status service's own store."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from dojang.authority.crl import RevocationList
from dojang.authority.ocsp import Standing
from dojang.certificate_status.facts import Fact


class StatusStore(Protocol):
    """Durable when a transaction has ended without an exception; nothing of it is there otherwise."""

    def transaction(self) -> AbstractContextManager[None]:
        """One writer at a time. What is read inside is what the writing builds on."""

    def facts(self, serial: int) -> Sequence[Fact]:
        """Every fact about a serial number, in order."""

    def append_fact(self, fact: Fact) -> None:
        """In a transaction, after `facts.admit`."""

    def crl(self, file: str) -> RevocationList | None:
        """The CRL held, without its entries."""

    def put_crl(self, crl: RevocationList) -> None:
        """In a transaction: takes the place of the file's last one, entries included."""

    def revocation(self, file: str, serial: int) -> Standing | None:
        """What the CRL of that name says about a serial number."""

    def authority(self, file: str) -> bytes | None:
        """An authority's certificate, DER."""

    def put_authority(self, file: str, der: bytes) -> None:
        """In a transaction."""

    def forget(self, expired_before: int) -> None:
        """Facts about certificates that expired before then are gone."""

    def check(self) -> None:
        """Raises when nothing can be read."""

    def close(self) -> None:
        """Nothing is called after it."""
