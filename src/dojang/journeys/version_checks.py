"""Is what came from the page, the vault and the guards about exactly this version? Touches nothing."""

from dojang.pin import signed
from dojang.pin.anchors import Anchors
from dojang.pin.devices import check_device_key
from dojang.pin.encoding import sha256
from dojang.pin.messages import Attestation, Credential, NamedKey, Statement, VersionReceipt
from dojang.pin.record import Record, record_hash
from dojang.pin.signatures import check_public_key
from dojang.pin.signed import Signed
from dojang.ports.key_vault import AttestedKey
from dojang.refusals import (
    CredentialRefused,
    NotAPublicKey,
    ReceiptRefused,
    RecordMismatch,
    SignatureRefused,
    StatementRefused,
)
from dojang.values.version import CustomerVersion

ALGORITHM = "P-256"


def check_record(anchors: Anchors, version: CustomerVersion, record: Record) -> None:
    """M' is of this uid and ver and of this guard set. Raises `RecordMismatch`."""
    known = {guard.guard_id: guard.index for guard in anchors.guards}
    shares = {share.guard_id: share.index for share in record.shares}
    of_this_set = (
        record.guards_hash == anchors.guards_hash
        and record.threshold == anchors.threshold
        and record.guards == len(anchors.guards)
    )
    # Fewer than q guards can't make a version live (step 1: fewer than q answers, stop).
    enough = len(shares) == len(record.shares) >= anchors.quorum
    if not of_this_set or not enough or not shares.items() <= known.items():
        raise RecordMismatch
    if (record.uid, record.ver) != (version.uid, version.ver):
        raise RecordMismatch
    try:
        check_public_key(record.authorization_key)
    except NotAPublicKey:
        raise RecordMismatch from None


def check_credential(anchors: Anchors, version: CustomerVersion, credential: Credential) -> None:
    """It asks for the key of exactly the kept record. Raises `CredentialRefused`."""
    if not version.record:
        raise CredentialRefused
    record = Record.parse(version.record)
    expected = Credential(
        uid=version.uid,
        kid=version.kid,
        algorithm=ALGORITHM,
        day_key_id=credential.day_key_id,
        guards_hash=anchors.guards_hash,
        ver=version.ver,
        authorization_key=record.authorization_key,
        record_sha256=record_hash(version.record),
    )
    if credential != expected:
        raise CredentialRefused


def check_attestation(anchors: Anchors, version: CustomerVersion, key: AttestedKey) -> None:
    """The vault says that this key is of exactly the kept record. Raises `RecordMismatch`."""
    said = key.attestation.message
    expected = Attestation(
        uid=version.uid,
        ver=version.ver,
        kid=version.kid,
        authorization_key=Record.parse(version.record).authorization_key,
        record_sha256=record_hash(version.record),
        spki_sha256=sha256(key.spki),
        leaf=said.leaf,
    )
    if said != expected:
        raise RecordMismatch
    try:
        key.attestation.check(anchors.vault_key)
    except SignatureRefused:
        raise RecordMismatch from None


def check_statement(anchors: Anchors, version: CustomerVersion, statement: Signed[Statement]) -> None:
    """AK' makes exactly the kept and attested record live, at the guards that it lists; it may connect one browser.

    Raises `StatementRefused`.
    """
    if not version.record or not version.attestation:
        raise StatementRefused
    record = Record.parse(version.record)
    expected = Statement(
        uid=version.uid,
        ver=version.ver,
        authorization_key=record.authorization_key,
        record_sha256=record_hash(version.record),
        guards_hash=anchors.guards_hash,
        pin="new",
        keys=tuple(NamedKey(share.guard_id, share.public_key_sha256) for share in record.shares),
        device_key=statement.message.device_key,
    )
    if statement.message != expected:
        raise StatementRefused
    try:
        if statement.message.device_key:
            check_device_key(statement.message.device_key)
        statement.check(record.authorization_key)
    except (NotAPublicKey, SignatureRefused):
        raise StatementRefused from None


def check_receipt(anchors: Anchors, statement: Statement, guard_id: str, receipt: Signed[VersionReceipt]) -> None:
    """This guard took exactly this statement. Raises `ReceiptRefused`."""
    said = receipt.message
    expected = VersionReceipt(
        guards_hash=anchors.guards_hash,
        guard_id=guard_id,
        uid=statement.uid,
        ver=statement.ver,
        authorization_key_sha256=sha256(statement.authorization_key),
        record_sha256=statement.record_sha256,
        state=said.state,
        seq=said.seq,
        time=said.time,
    )
    named = any(key.guard_id == guard_id for key in statement.keys)
    if said != expected or said.state not in (("live", "erased") if named else ("erased",)):
        raise ReceiptRefused
    try:
        receipt.check(anchors.guard(guard_id).public_key)
    except SignatureRefused:
        raise ReceiptRefused from None


def receipts_of(version: CustomerVersion) -> tuple[Signed[VersionReceipt], ...]:
    """The kept receipts."""
    return tuple(signed.parse(VersionReceipt, receipt) for receipt in version.receipts)
