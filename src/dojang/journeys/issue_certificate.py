"""A version that lives at q guards is certified: planned, rehearsed and linted, reserved, vouched for, signed,
compared, recorded, told.

Each step is durable before the next begins and may be done again: whoever repeats finds what was done.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Final

import structlog

from dojang.authority import certificate, registration, serials
from dojang.authority.certificate import Certificate
from dojang.authority.lint import RehearsedPlan, rehearse
from dojang.authority.profile import CertificatePlan, plan
from dojang.journeys import devices
from dojang.journeys.version_checks import receipts_of
from dojang.journeys.visits import VisitsDesk
from dojang.pin.record import Record
from dojang.ports.key_vault import CertificateRequest
from dojang.proofing.application import issued
from dojang.proofing.evidence import judge
from dojang.refusals import (
    CertificateMismatch,
    IssuanceUnderWay,
    Refusal,
    RegistrationRefused,
    Unavailable,
)
from dojang.values.applicant import ProvenApplicant
from dojang.values.certificate import SUPERSEDED, UNDER_WAY, CertificateEntry, CertificateState, Person, facts_of
from dojang.values.registration import RegistrationStatement
from dojang.values.version import CustomerVersion, VersionState

_BATCH: Final = 50

log = structlog.get_logger()


def certify(desk: VisitsDesk, version: CustomerVersion) -> CertificateEntry:
    """The one certificate of a version that lives: valid, recorded, and what it replaces revoked.

    Raises `BankUnavailable`, `VaultUnavailable`, `IssuanceUnderWay`: the same again goes on. Raises for good, and the
    version ends: as `judge` (nothing is issued on an expired proof), `RegistrationRefused`, `CertificateRefused` and
    whatever else the vault refuses. `CertificateMismatch` is an alarm: what was signed is not what was linted.
    """
    try:
        entry = desk.books.certificates.find(version.kid) or _reserve(desk, version)
        entry = _vouched(desk, version, entry)
        if entry.state is CertificateState.VOUCHED:
            entry = _record(desk, version, entry, _signed(desk, version, entry))
    except (Unavailable, IssuanceUnderWay):
        raise
    except CertificateMismatch:
        log.error("certificate_mismatch", kid=version.kid.hex())
        raise
    except Refusal as reason:
        entry = _given_up(desk, version, reason)
    # The job tells again what could not be told now.
    with suppress(Refusal):
        tell(desk, entry)
    return entry


def tell_all(desk: VisitsDesk) -> None:
    """The status service has heard every fact, or says no."""
    for entry in desk.books.certificates.untold(_BATCH):
        try:
            tell(desk, entry)
            replaced = desk.books.certificates.find(entry.replaces) if entry.replaces else None
            if replaced is not None:
                tell(desk, replaced)
        except Unavailable:
            return
        except Refusal as refusal:
            log.error("fact_refused", serial=entry.serial, code=refusal.code)


def tell(desk: VisitsDesk, entry: CertificateEntry) -> None:
    """The status service has taken every fact of this certificate, in order. Raises as `CertificateStatus.put`."""
    for fact in facts_of(entry)[entry.told :]:
        desk.status.put(fact)
        with desk.books.transaction():
            kept = desk.books.certificates.get(entry.kid)
            desk.books.certificates.put(replace(kept, told=max(kept.told, fact.sequence)))


def _reserve(desk: VisitsDesk, version: CustomerVersion) -> CertificateEntry:
    """The intent is durable, with a number that no lint objects to, before anybody is asked to sign."""
    now = desk.clock.now()
    applicant = judge(desk.books.applications.get(version.application), now)
    entry = _intent(applicant, version, desk.profile, serials.from_random(desk.chance.token(16)), now)
    rehearsed = rehearse(_plan(desk, version, entry))
    with desk.books.transaction():
        before = desk.books.certificates.valid_of_customer(applicant.customer_number)
        replaces = b"" if before is None else before.kid
        return desk.books.certificates.reserve(replace(entry, not_after=rehearsed.plan.not_after, replaces=replaces))


def _intent(
    applicant: ProvenApplicant, version: CustomerVersion, profile: str, serial: int, now: int
) -> CertificateEntry:
    return CertificateEntry(
        kid=version.kid,
        uid=version.uid,
        application=version.application,
        serial=serials.to_text(serial),
        profile=profile,
        not_before=now,
        not_after=now,
        customer_number=applicant.customer_number,
        person=Person(applicant.name, applicant.phone, applicant.birth_date),
        replaces=b"",
    )


def _plan(desk: VisitsDesk, version: CustomerVersion, entry: CertificateEntry) -> CertificatePlan:
    return plan(
        entry.profile,
        desk.issuer,
        holder_name=entry.person.name,
        kid=entry.kid,
        spki=version.spki,
        serial=serials.from_text(entry.serial),
        not_before=entry.not_before,
    )


def _vouched(desk: VisitsDesk, version: CustomerVersion, entry: CertificateEntry) -> CertificateEntry:
    """The registration authority has signed for exactly this; its word is kept."""
    if entry.state is not CertificateState.RESERVED:
        return entry
    judge(desk.books.applications.get(version.application), desk.clock.now())
    asked = _asked(version, entry)
    statement = desk.registration.vouch(
        application=entry.application,
        name=asked.name,
        uid=asked.uid,
        kid=asked.kid,
        authorization_key=asked.authorization_key,
        replaces=asked.replaces,
    )
    if replace(asked, applicant_hash=statement.applicant_hash, signature=statement.signature) != statement:
        raise RegistrationRefused
    registration.check(statement, desk.anchors.registration_key)
    with desk.books.transaction():
        kept = desk.books.certificates.get(entry.kid)
        if kept.state is not CertificateState.RESERVED:
            return kept
        kept = replace(
            kept,
            state=CertificateState.VOUCHED,
            applicant_hash=statement.applicant_hash,
            registration_signature=statement.signature,
        )
        desk.books.certificates.put(kept)
    return kept


def _asked(version: CustomerVersion, entry: CertificateEntry) -> RegistrationStatement:
    return RegistrationStatement(
        name=entry.person.name,
        applicant_hash=entry.applicant_hash,
        uid=entry.uid,
        kid=entry.kid,
        authorization_key=Record.parse(version.record).authorization_key,
        replaces=entry.replaces,
        signature=entry.registration_signature,
    )


def _signed(desk: VisitsDesk, version: CustomerVersion, entry: CertificateEntry) -> Certificate:
    """What the vault signed, which is what was rehearsed."""
    rehearsed: RehearsedPlan = rehearse(_plan(desk, version, entry))
    live = tuple(receipt for receipt in receipts_of(version) if receipt.message.state == "live")
    der = desk.vault.certify(
        CertificateRequest(
            kid=entry.kid,
            ver=version.ver,
            profile=entry.profile,
            serial=entry.serial,
            not_before=entry.not_before,
            statement=_asked(version, entry),
            receipts=live,
        )
    )
    return certificate.compare(rehearsed, der)


def _record(
    desk: VisitsDesk, version: CustomerVersion, entry: CertificateEntry, signed: Certificate
) -> CertificateEntry:
    """All at once: valid, the old one revoked and its record forgotten, the version and the application done."""
    now = desk.clock.now()
    with desk.books.transaction():
        kept = desk.books.certificates.get(entry.kid)
        if kept.state is not CertificateState.VOUCHED:
            return kept
        if entry.replaces:
            _supersede(desk, desk.books.certificates.get(entry.replaces), now)
        kept = replace(kept, state=CertificateState.VALID, der=signed.der)
        desk.books.certificates.put(kept)
        desk.books.versions.put(replace(desk.books.versions.get(version.uid), state=VersionState.CERTIFIED))
        # The certificate exists, whatever has expired since it was vouched for.
        with suppress(Refusal):
            application = desk.books.applications.get(entry.application)
            desk.books.applications.put(issued(application, entry.serial, now))
    return kept


def _supersede(desk: VisitsDesk, old: CertificateEntry, now: int) -> None:
    if old.state is CertificateState.VALID:
        revoked = replace(old, state=CertificateState.REVOKED, reason=SUPERSEDED, revoked_at=now)
        desk.books.certificates.put(revoked)
        desk.books.versions.remove(old.uid)
        devices.end(desk, old.uid)


def _given_up(desk: VisitsDesk, version: CustomerVersion, reason: Refusal) -> CertificateEntry:
    """Nobody has signed and nobody will, so the customer may begin anew: raises `reason`.

    Unless somebody else, who went on at the same time, has finished meanwhile: then the certificate.
    """
    with desk.books.transaction():
        entry = desk.books.certificates.find(version.kid)
        if entry is not None and entry.state not in UNDER_WAY:
            return entry
        if entry is not None:
            desk.books.certificates.put(replace(entry, state=CertificateState.GIVEN_UP))
        desk.books.versions.put(replace(desk.books.versions.get(version.uid), state=VersionState.ENDED))
    log.info("certificate_given_up", kid=version.kid.hex(), code=reason.code)
    raise reason
