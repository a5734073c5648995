"""What comes of an application: the certificate that it led to, and the one that this would take the place of."""

from dataclasses import dataclass
from typing import Final

from dojang.authority.validity import end_of_korean_day
from dojang.journeys.prove_identity import ProofDesk
from dojang.refusals import ApplicationNotFound, WrongStep
from dojang.values.applicant import masked_name
from dojang.values.application import Application, Step
from dojang.values.certificate import CertificateState
from dojang.values.relying_party import CENTER
from dojang.values.version import VersionState

_USES: Final = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """The certificate that an application led to; `valid`: whether it still is. `profile`: what kind it is."""

    holder: str
    serial: str
    profile: str
    not_after: int
    valid: bool
    replaced: bool


@dataclass(frozen=True, slots=True)
class Replaced:
    """The customer's valid certificate; `parties`: the relying parties where it was used, by client id."""

    serial: str
    not_after: int
    parties: tuple[str, ...]


def of_application(application: Application, desk: ProofDesk) -> Outcome:
    """What was issued. Raises `WrongStep` before."""
    if not application.serial:
        raise WrongStep(expected=Step.PIN.value)
    entry = desk.books.certificates.by_serial(application.serial)
    valid = entry.state is CertificateState.VALID and desk.clock.now() < entry.not_after
    return Outcome(
        masked_name(entry.person.name), entry.serial, entry.profile, entry.not_after, valid, bool(entry.replaces)
    )


def has_issued(application_id: str, desk: ProofDesk) -> bool:
    """Whether the application came to its certificate: then nothing of it is lost in a browser that logged in since."""
    if not application_id or not (application_id.isascii() and application_id.isprintable()):
        return False
    try:
        return bool(desk.books.applications.get(application_id).serial)
    except ApplicationNotFound:
        return False


def to_be_replaced(application: Application, desk: ProofDesk) -> Replaced | None:
    """What stops to be of use once this application leads to a certificate, and where that is noticed."""
    if application.identity is None:
        return None
    before = desk.books.certificates.valid_of_customer(application.identity.customer.customer_number)
    if before is None:
        return None
    used = desk.books.transactions.signed_by([before.kid], _USES)
    parties = dict.fromkeys(one.relying_party for one in used if one.relying_party != CENTER)
    return Replaced(before.serial, before.not_after, tuple(parties))


def is_coming(application: Application, desk: ProofDesk) -> bool:
    """The PIN is set and goes only forward: a certificate comes without the customer."""
    version = desk.books.versions.of_application(application.id)
    return version is not None and version.state in (VersionState.STATED, VersionState.LIVE)


def valid_until(years: int, desk: ProofDesk) -> int:
    """The end of a certificate that is issued now."""
    return end_of_korean_day(desk.clock.now(), years)
