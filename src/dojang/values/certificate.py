"""What the centre knows of one certificate, from the intent to its end."""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Final

from pydantic import ConfigDict

# RFC 5280 5.3.1, by its own names: what a new certificate says of the one before, and what a customer may say.
SUPERSEDED: Final = "superseded"
CUSTOMERS_REASONS: Final = ("keyCompromise", "affiliationChanged", "cessationOfOperation")


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody is found by. `birth_date`: YYYY-MM-DD."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    birth_date: str = field(repr=False)

    def spelled(self) -> str:
        """One spelling for everything that is taken for the same name: without case, spaces or the order of words."""
        letters = sorted("".join(unicodedata.normalize("NFC", self.name).casefold().split()))
        digits = re.sub(r"[^0-9+]", "", unicodedata.normalize("NFKC", self.phone))
        return "\n".join(("".join(letters), digits, self.birth_date))


class CertificateState(StrEnum):
    """From the intent to the end."""

    RESERVED = "reserved"  # the serial number is taken, nothing is signed
    VOUCHED = "vouched"  # the registration authority has signed for it
    VALID = "valid"
    REVOKED = "revoked"
    GIVEN_UP = "given_up"  # refused for good before anybody signed


CERTIFIED: Final = (CertificateState.VALID, CertificateState.REVOKED)
UNDER_WAY: Final = (CertificateState.RESERVED, CertificateState.VOUCHED)


@dataclass(frozen=True, slots=True)
class CertificateEntry:
    """One per kid. `serial`: lower-case hexadecimal; `told`: how many facts the status service has taken."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    kid: bytes
    uid: bytes
    application: str
    serial: str
    profile: str
    not_before: int
    not_after: int
    customer_number: str = field(repr=False)
    person: Person = field(repr=False)
    replaces: bytes
    state: CertificateState = CertificateState.RESERVED
    applicant_hash: bytes = field(default=b"", repr=False)
    registration_signature: bytes = field(default=b"", repr=False)
    der: bytes = field(default=b"", repr=False)
    reason: str = ""
    revoked_at: int = 0
    told: int = 0


@dataclass(frozen=True, slots=True)
class StatusFact:
    """The `sequence`th thing said about a serial number, from 1; good has neither reason nor time."""

    serial: str
    kid: bytes
    sequence: int
    reason: str
    revoked_at: int
    expires_at: int


def facts_of(entry: CertificateEntry) -> tuple[StatusFact, ...]:
    """Everything to be said about a certificate, in order: that it is good, then that it is revoked."""
    said: tuple[tuple[str, int], ...] = ()
    if entry.state is CertificateState.VALID:
        said = (("", 0),)
    elif entry.state is CertificateState.REVOKED:
        said = (("", 0), (entry.reason, entry.revoked_at))
    return tuple(
        StatusFact(entry.serial, entry.kid, number, reason, at, entry.not_after)
        for number, (reason, at) in enumerate(said, 1)
    )
