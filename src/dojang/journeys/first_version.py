"""A proven customer sets a PIN: the centre gives tickets, keeps the record, relays the one statement, and certifies.

Until the statement is stored nothing has changed anywhere. From then on only forward: whoever comes back, customer or
job, goes on from what is durable.
"""

from dataclasses import dataclass, replace
from typing import Final

import structlog

from dojang.journeys import devices, issue_certificate, visits
from dojang.journeys.version_checks import (
    check_attestation,
    check_credential,
    check_receipt,
    check_record,
    check_statement,
    receipts_of,
)
from dojang.journeys.visits import VisitsDesk
from dojang.pin import signed
from dojang.pin.messages import Credential, DayKey, Statement, VersionReceipt
from dojang.pin.record import Record, record_hash
from dojang.pin.signed import Signed
from dojang.pin.tickets import VersionTicket
from dojang.policy.numbers import NUMBERS
from dojang.ports.guards import RelayAnswer
from dojang.ports.key_vault import AttestedKey
from dojang.proofing.avoided_pins import avoided
from dojang.proofing.evidence import judge
from dojang.refusals import ProofExpired, Refusal, StatementRefused, Unavailable, VersionUnderWay
from dojang.values.applicant import ProvenApplicant
from dojang.values.certificate import CertificateEntry
from dojang.values.transaction import Visit
from dojang.values.version import CustomerVersion, VersionState

_FIRST: Final = 1
_BATCH: Final = 20

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OpenedVersion:
    """What the PIN page needs for steps 1 to 4. `avoid`: strings that no PIN should be, checked in the page alone;
    `connect`: the customer wants to stay connected in this browser.
    """

    bearer: str
    uid: bytes
    kid: bytes
    ver: int
    tickets: tuple[str, ...]
    avoid: tuple[str, ...]
    day_key: Signed[DayKey]
    connect: bool


@dataclass(frozen=True, slots=True)
class Issued:
    """The version lives and its key is certified."""

    receipts: tuple[Signed[VersionReceipt], ...]
    entry: CertificateEntry


class VersionDoor:
    """Where a proven applicant goes on to the PIN page."""

    def __init__(self, desk: VisitsDesk) -> None:
        self._desk = desk

    def open_version_visit(self, applicant: ProvenApplicant, *, connect: bool = False) -> str:
        """A one-time code for a fresh uid and kid; an earlier try of the same application is over.

        Raises `VersionUnderWay` once a statement is stored for the application.
        """
        desk, now = self._desk, self._desk.clock.now()
        uid, kid = desk.chance.token(16), desk.chance.token(16)
        with desk.books.transaction():
            earlier = desk.books.versions.of_application(applicant.application)
            if earlier is not None:
                if earlier.state not in (VersionState.OPEN, VersionState.ENDED):
                    raise VersionUnderWay
                desk.books.versions.remove(earlier.uid)
                devices.end(desk, earlier.uid)
            desk.books.versions.add(CustomerVersion(uid, _FIRST, kid, applicant.application, now, connect=connect))
            return visits.give_code(desk, "version", uid.hex(), connected=True, lasts=NUMBERS.version.visit)


def open_version(desk: VisitsDesk, code: str) -> OpenedVersion:
    """The code is spent; the page has one ticket per guard. Raises `CodeRefused`, or as `judge`."""
    key = visits.day_key(desk)
    now = desk.clock.now()
    with desk.books.transaction():
        bearer, visit = visits.open_visit(
            desk, code, "version", lambda unused: replace(unused, expires_at=now + NUMBERS.version.visit)
        )
        version = _version(desk, visit)
        if version.state is not VersionState.OPEN:
            raise VersionUnderWay
        applicant = judge(desk.books.applications.get(version.application), now)
    until = now + NUMBERS.ticket.version
    tickets = visits.sealed_tickets(
        desk, lambda guard_id: VersionTicket(guard_id, version.uid, version.kid, version.ver, until)
    )
    return OpenedVersion(
        bearer, version.uid, version.kid, version.ver, tickets, avoided(applicant), key, version.connect
    )


def keep_record(desk: VisitsDesk, bearer: str, data: bytes) -> bytes:
    """M' is kept, pending; another may take its place until a statement is stored. SHA-256(M').

    Raises `RecordMismatch` for a record that is not this visit's or not of this guard set, `VersionUnderWay`.
    """
    record = Record.parse(data)
    with desk.books.transaction():
        version = _version(desk, visits.visit_of(desk, bearer, "version"))
        check_record(desk.anchors, version, record)
        if version.record != data:
            if version.state is not VersionState.OPEN:
                raise VersionUnderWay
            desk.books.versions.put(replace(version, record=data, attestation=b"", spki=b"", log_id=b""))
    return record_hash(data)


def make_credential(
    desk: VisitsDesk, bearer: str, credential: Credential, sealed: bytes, signature: bytes
) -> AttestedKey:
    """The vault has made the key pair, and its attestation is kept. `sealed` only passes through.

    Raises `CredentialRefused` for a credential that is not of the kept record, and as `KeyVault.make_credential`.
    """
    version = _version(desk, visits.visit_of(desk, bearer, "version"))
    check_credential(desk.anchors, version, credential)
    key = desk.vault.make_credential(credential, sealed, signature)
    check_attestation(desk.anchors, version, key)
    with desk.books.transaction():
        now_kept = desk.books.versions.get(version.uid)
        if now_kept.record == version.record and now_kept.state is VersionState.OPEN:
            attestation = key.attestation.canonical()
            kept = replace(now_kept, attestation=attestation, spki=key.spki, log_id=key.log_id)
            desk.books.versions.put(kept)
    return key


def take_statement(desk: VisitsDesk, bearer: str, statement: Signed[Statement], label: str = "") -> Issued:
    """The version lives at q guards and its key is certified.

    The first statement is stored before any guard sees it, and with it the browser that it connects, which is called
    `label`; the same one again goes on from there. Raises
    `StatementRefused` for another one or one that is not of the kept record and attestation; as `judge` before it is
    stored; then `GuardUnavailable`, `BankUnavailable` or `VaultUnavailable`: nothing is lost, and the same request
    again, or the job, goes on.
    """
    version = _stated(desk, bearer, statement, label)
    if version.statement != statement.canonical():
        raise StatementRefused
    version = advance(desk, version)
    if version.state is not VersionState.CERTIFIED:
        raise ProofExpired
    return Issued(receipts_of(version), desk.books.certificates.get(version.kid))


def finish_versions(desk: VisitsDesk) -> None:
    """Every stated version that is due goes on: guards that were down hear of it, what lives is certified."""
    for version in desk.books.versions.due(desk.clock.now(), _BATCH):
        try:
            advance(desk, version, by_itself=True)
        except Refusal as refusal:
            log.info("version_waits", uid=version.uid.hex(), code=refusal.code)


def advance(desk: VisitsDesk, version: CustomerVersion, *, by_itself: bool = False) -> CustomerVersion:
    """One try: the statement to every guard without a receipt, then the certificate. What is reached is kept.

    Raises what stands in the way of a certified version; the next try is then set. Only tries without the customer
    (`by_itself`) make the next one come later: who asks again and again must not wait longer for it.
    """
    try:
        version = _relayed(desk, version)
        if version.state is VersionState.LIVE:
            issue_certificate.certify(desk, version)
    finally:
        version = _try_again(desk, version, by_itself)
    return version


def _stated(desk: VisitsDesk, bearer: str, statement: Signed[Statement], label: str) -> CustomerVersion:
    """The visit's version with its first statement, whose customer hears of the browser that it connects."""
    with desk.books.transaction():
        version = _version(desk, visits.visit_of(desk, bearer, "version"))
        if version.statement:
            return version
        check_statement(desk.anchors, version, statement)
        now = desk.clock.now()
        applicant = judge(desk.books.applications.get(version.application), now)
        version = replace(version, statement=statement.canonical(), state=VersionState.STATED)
        version = replace(version, try_again_at=now + NUMBERS.version.retry_at_most)
        desk.books.versions.put(version)
        added = devices.add_first(desk, version.uid, statement.message.device_key, label)
    if added is not None:
        desk.notices.device_added(applicant.phone, added)
    return version


def _relayed(desk: VisitsDesk, version: CustomerVersion) -> CustomerVersion:
    """The version with every new receipt, LIVE once q guards have it. Raises what kept it from q."""
    statement = signed.parse(Statement, version.statement)
    have = {receipt.message.guard_id: receipt for receipt in receipts_of(version)}
    missing = [guard.guard_id for guard in desk.anchors.guards if guard.guard_id not in have]
    refused: list[Refusal] = []
    if missing:
        answers = desk.guards.relay(statement, missing, tuple(have.values()))
        for guard_id in missing:
            try:
                have[guard_id] = _taken(desk, statement.message, guard_id, answers[guard_id])
            except Refusal as refusal:
                refused.append(refusal)
        version = _keep_receipts(desk, version, tuple(have.values()))
    if version.state is VersionState.STATED:
        # A guard outside the version refuses it until enough others have it; what counts is who did not answer.
        waiting = [refusal for refusal in refused if isinstance(refusal, Unavailable)]
        raise next(iter(waiting or refused), StatementRefused())
    return version


def _taken(desk: VisitsDesk, statement: Statement, guard_id: str, answer: RelayAnswer) -> Signed[VersionReceipt]:
    if isinstance(answer, Refusal):
        raise answer
    check_receipt(desk.anchors, statement, guard_id, answer)
    return answer


def _keep_receipts(
    desk: VisitsDesk, version: CustomerVersion, receipts: tuple[Signed[VersionReceipt], ...]
) -> CustomerVersion:
    with desk.books.transaction():
        kept = desk.books.versions.get(version.uid)
        together = {receipt.message.guard_id: receipt for receipt in (*receipts, *receipts_of(kept))}
        live = sum(receipt.message.state == "live" for receipt in together.values())
        state = kept.state
        if state is VersionState.STATED and live >= desk.anchors.quorum:
            state = VersionState.LIVE
        ordered = tuple(together[guard_id].canonical() for guard_id in sorted(together))
        kept = replace(kept, receipts=ordered, state=state)
        desk.books.versions.put(kept)
    return kept


def _try_again(desk: VisitsDesk, version: CustomerVersion, by_itself: bool) -> CustomerVersion:
    """When to go on without the customer: sooner at first, never once everything is done."""
    now = desk.clock.now()
    with desk.books.transaction():
        kept = desk.books.versions.get(version.uid)
        late = kept.started_at + 3600 * NUMBERS.version.forget_hours <= now
        if kept.state is VersionState.STATED and late:
            kept = replace(kept, state=VersionState.ENDED)
        over = kept.state in (VersionState.CERTIFIED, VersionState.ENDED)
        done = over and (late or len(kept.receipts) == len(desk.anchors.guards))
        tries = kept.tries + by_itself
        wait = min(NUMBERS.version.retry_at_most, NUMBERS.jobs.every * 2 ** min(tries, 10))
        kept = replace(kept, tries=tries, try_again_at=0 if done else now + wait)
        desk.books.versions.put(kept)
    return kept


def _version(desk: VisitsDesk, visit: Visit) -> CustomerVersion:
    return desk.books.versions.get(bytes.fromhex(visit.subject))
