"""What is checked of everything that the centre serves, before anybody is asked for a PIN.

A false or decoy record that a PIN were tried on would tell its maker, uncounted, whether a guess was right. So whatever
is not exactly what the vault and this holder know is a `RecordMismatch`, and nothing of it is ever a wrong PIN.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from dojang.client import certificates
from dojang.client.bodies import AttestationBody, DayKeyBody
from dojang.client.holder.bodies import ServedRecord, UseVisit, VersionVisit
from dojang.client.holder.memory import Memory
from dojang.pin import tickets
from dojang.pin.anchors import Anchors, GuardAnchor
from dojang.pin.encoding import sha256
from dojang.pin.messages import Attestation, DayKey, leaf
from dojang.pin.record import Record
from dojang.pin.signatures import verify
from dojang.policy.numbers import NUMBERS
from dojang.refusals import AnchorsMismatch, CertificateMismatch, DayKeyExpired, RecordMismatch, Refusal, TicketRefused
from dojang.signing.what_is_signed import Pairs, Transaction, check_times, display_of


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """M, attested for this transaction's kid and certificate."""

    record: Record
    sha256: bytes
    attestation: AttestationBody


@dataclass(frozen=True, slots=True)
class CheckedUse:
    """Everything that the PIN pad may now appear for. The records are the versions to try, the newest first."""

    transaction: Transaction
    th: bytes
    display: Pairs
    records: tuple[KnownRecord, ...]
    certificate: x509.Certificate
    day_key: DayKey
    uid: bytes
    unknown_uid: bool


@dataclass(frozen=True, slots=True)
class CheckedVersion:
    """Everything that a PIN may now be chosen for. Tickets by guard_id."""

    uid: bytes
    kid: bytes
    ver: int
    algorithm: str
    tickets: dict[str, str] = field(repr=False)
    day_key: DayKey


def check_use(visit: UseVisit, anchors: Anchors, memory: Memory, now: int) -> CheckedUse:
    """Step 2 of a use.

    Raises `TransactionRefused`, `AnchorsMismatch`, `DayKeyExpired`, `SignatureRefused`, `CertificateMismatch` or
    `RecordMismatch`.
    """
    transaction = Transaction.parse(visit.transaction)
    check_times(transaction, now)
    display = display_of(transaction, visit.contents)
    if transaction.guards_hash != anchors.guards_hash:
        raise AnchorsMismatch
    day_key = check_day_key(visit.day_key, anchors, now)
    if day_key.day_key_id != transaction.day_key_id:
        raise DayKeyExpired
    certificate = check_certificate(visit.certificate, visit.chain, anchors, now)
    if certificate.fingerprint(hashes.SHA256()) != transaction.certificate:
        raise CertificateMismatch
    records = tuple(
        sorted(
            (_check_record(served, transaction.kid, certificate, anchors) for served in visit.records),
            key=lambda known: -known.record.ver,
        )
    )
    uid = _check_versions(records, memory)
    return CheckedUse(
        transaction, transaction.hash(), display, records, certificate, day_key, uid, memory.knows_only_others(uid)
    )


def check_version(visit: VersionVisit, anchors: Anchors, memory: Memory, now: int) -> CheckedVersion:
    """Before a PIN is chosen. Raises `RecordMismatch`, `TicketRefused`, `DayKeyExpired`, `SignatureRefused`."""
    day_key = check_day_key(visit.day_key, anchors, now)
    known = memory.highest(visit.uid)
    if known is not None and visit.ver <= known:
        raise RecordMismatch
    by_guard = {guard.guard_id: _version_ticket(guard, visit, anchors, now) for guard in anchors.guards}
    return CheckedVersion(visit.uid, visit.kid, visit.ver, visit.algorithm, by_guard, day_key)


def _version_ticket(guard: GuardAnchor, visit: VersionVisit, anchors: Anchors, now: int) -> str:
    for text in visit.tickets:
        try:
            ticket = tickets.open_version(text, anchors.ticket_key, guard.guard_id, now)
        except Refusal:
            continue
        if (ticket.uid, ticket.kid, ticket.ver) == (visit.uid, visit.kid, visit.ver):
            return text
    raise TicketRefused


def check_day_key(body: DayKeyBody, anchors: Anchors, now: int) -> DayKey:
    """The vault's own key for today. Raises `SignatureRefused`, `DayKeyExpired`."""
    day_key = body.value()
    verify(anchors.vault_key, body.signature, day_key.signed())
    if not day_key.not_before - NUMBERS.time.clock_skew <= now < day_key.not_after:
        raise DayKeyExpired
    return day_key


def check_certificate(der: bytes, chain: Sequence[bytes], anchors: Anchors, now: int) -> x509.Certificate:
    """A person's certificate below the anchored root, valid now. Raises `CertificateMismatch`."""
    certificate = certificates.load(der)
    root = certificates.load(anchors.root_certificate)
    certificates.path_to(root, certificate, [certificates.load(one) for one in chain], now)
    certificates.check_signs_for_a_person(certificate)
    return certificate


def check_attestation(body: AttestationBody, anchors: Anchors, record: Record, kid: bytes, spki: bytes) -> None:
    """The vault attested this record for this kid and public key. Raises `SignatureRefused`, `RecordMismatch`."""
    attestation = body.value()
    verify(anchors.vault_key, body.signature, attestation.signed())
    expected = Attestation(
        uid=record.uid,
        ver=record.ver,
        kid=kid,
        authorization_key=record.authorization_key,
        record_sha256=sha256(record.canonical()),
        spki_sha256=sha256(spki),
        leaf=attestation.leaf,
    )
    if attestation != expected:
        raise RecordMismatch


def check_version_leaf(body: AttestationBody, kid: bytes, signed: bytes) -> None:
    """The attested leaf is of this version: of the very body that was signed in step 3. Raises `RecordMismatch`.

    Its first half says where it stands among the kid's events, which the vault alone counts.
    """
    if body.leaf[32:] != leaf(b"", 0, "version", kid, sha256(signed), b"")[32:]:
        raise RecordMismatch


def _check_record(served: ServedRecord, kid: bytes, certificate: x509.Certificate, anchors: Anchors) -> KnownRecord:
    record = Record.parse(served.record)
    check_attestation(served.attestation, anchors, record, kid, certificates.spki(certificate))
    if (record.threshold, record.guards, record.guards_hash) != (
        anchors.threshold,
        len(anchors.guards),
        anchors.guards_hash,
    ):
        raise RecordMismatch
    places = [(share.guard_id, share.index) for share in record.shares]
    known = {(guard.guard_id, guard.index) for guard in anchors.guards}
    if len(set(places)) != len(places) or not set(places) <= known or len(places) < anchors.threshold:
        raise RecordMismatch
    return KnownRecord(record, sha256(served.record), served.attestation)


def _check_versions(records: Sequence[KnownRecord], memory: Memory) -> bytes:
    """The one uid of one or two records, none below the version that this holder has seen work."""
    versions = {known.record.ver for known in records}
    uids = {known.record.uid for known in records}
    if not 1 <= len(records) <= 2 or len(versions) != len(records) or len(uids) != 1:
        raise RecordMismatch
    (uid,) = uids
    if min(versions) < (memory.highest(uid) or 0):
        raise RecordMismatch
    return uid
