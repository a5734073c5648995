"""What each party signs: one frozen value per message, and the bytes under its signature.

A value's `signed()` is the whole input of its Ed25519 signature (`dojang.pin.signatures`). Shapes: uid, kid,
day_key_id, log_id 16 bytes; hashes, keys, elements 32; signatures, proofs, leaves 64; times in Unix seconds.
"""

from dataclasses import dataclass
from typing import Final, Literal

from dojang.pin import labels
from dojang.pin.encoding import encode, labelled_hash, listed, sha256

PinChange = Literal["new", "same"]
KeyState = Literal["live", "erased"]

NO_DEVICE: Final = b""


@dataclass(frozen=True, slots=True)
class DayKey:
    """The vault's HPKE key for a day; signed by V."""

    day_key_id: bytes
    public_key: bytes
    not_before: int
    not_after: int

    def signed(self) -> bytes:
        """day_key_id|pk|not_before|not_after."""
        return encode(labels.DAY_KEY, self.day_key_id, self.public_key, self.not_before, self.not_after)


@dataclass(frozen=True, slots=True)
class VersionReply:
    """A guard's answer of step 1; signed by the guard."""

    guard_id: str
    uid: bytes
    ver: int
    blinded: bytes
    evaluated: bytes
    proof: bytes
    public_key: bytes

    def signed(self) -> bytes:
        """guard_id|uid|ver'|SHA-256(blinded)|evaluated|proof|SHA-256(pk_i)."""
        return encode(
            labels.VERSION_REPLY,
            self.guard_id,
            self.uid,
            self.ver,
            sha256(self.blinded),
            self.evaluated,
            self.proof,
            sha256(self.public_key),
        )


@dataclass(frozen=True, slots=True)
class Credential:
    """Step 3, the first time: what AK' asks V to make a key pair for."""

    uid: bytes
    kid: bytes
    algorithm: str
    day_key_id: bytes
    guards_hash: bytes
    ver: int
    authorization_key: bytes
    record_sha256: bytes

    def info(self) -> bytes:
        """The HPKE info that `sealed` is bound to: the signed fields without the last."""
        return encode(labels.CREDENTIAL_INFO, *self._fields())

    def signed(self, sealed: bytes) -> bytes:
        """uid|kid|algorithm|day_key_id|guards_hash|ver'|AKpub'|SHA-256(M')|SHA-256(sealed), by AK'."""
        return encode(labels.CREDENTIAL, *self._fields(), sha256(sealed))

    def _fields(self) -> tuple[bytes | str | int, ...]:
        return (
            self.uid,
            self.kid,
            self.algorithm,
            self.day_key_id,
            self.guards_hash,
            self.ver,
            self.authorization_key,
            self.record_sha256,
        )


@dataclass(frozen=True, slots=True)
class Attestation:
    """V says which key pair belongs to which record; `leaf` is the use log's leaf of this version."""

    uid: bytes
    ver: int
    kid: bytes
    authorization_key: bytes
    record_sha256: bytes
    spki_sha256: bytes
    leaf: bytes

    def signed(self) -> bytes:
        """uid|ver'|kid|AKpub'|SHA-256(M')|SHA-256(SPKI)|leaf."""
        return encode(
            labels.ATTESTATION,
            self.uid,
            self.ver,
            self.kid,
            self.authorization_key,
            self.record_sha256,
            self.spki_sha256,
            self.leaf,
        )


@dataclass(frozen=True, slots=True)
class NamedKey:
    """The hash of the OPRF key that one guard staged for a version."""

    guard_id: str
    public_key_sha256: bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """The customer makes a version live at all guards; signed by AK', and by AK where a version exists."""

    uid: bytes
    ver: int
    authorization_key: bytes
    record_sha256: bytes
    guards_hash: bytes
    pin: PinChange
    keys: tuple[NamedKey, ...]
    device_key: bytes = NO_DEVICE

    def signed(self) -> bytes:
        """uid|ver'|AKpub'|SHA-256(M')|guards_hash|pin|[(guard_id, SHA-256(pk_i))]|device_pk or empty."""
        return encode(
            labels.STATEMENT,
            self.uid,
            self.ver,
            self.authorization_key,
            self.record_sha256,
            self.guards_hash,
            self.pin,
            *listed((key.guard_id, key.public_key_sha256) for key in self.keys),
            self.device_key,
        )


@dataclass(frozen=True, slots=True)
class VersionReceipt:
    """A guard says what became of its key when it took a statement; `seq` is its journal entry's number."""

    guards_hash: bytes
    guard_id: str
    uid: bytes
    ver: int
    authorization_key_sha256: bytes
    record_sha256: bytes
    state: KeyState
    seq: int
    time: int

    def signed(self) -> bytes:
        """guards_hash|guard_id|uid|ver'|SHA-256(AKpub')|SHA-256(M')|live or erased|seq|time."""
        return encode(
            labels.VERSION_RECEIPT,
            self.guards_hash,
            self.guard_id,
            self.uid,
            self.ver,
            self.authorization_key_sha256,
            self.record_sha256,
            self.state,
            self.seq,
            self.time,
        )


def attempt_id(body: bytes) -> bytes:
    """SHA-256(label|request body): known to the sender before any reply, and the guard's replay index."""
    return labelled_hash(labels.ATTEMPT_ID, body)


@dataclass(frozen=True, slots=True)
class AttemptReply:
    """A guard's answer to an attempt it has spent; signed by the guard."""

    guard_id: str
    uid: bytes
    ver: int
    th: bytes
    attempt_id: bytes
    blinded: bytes
    evaluated: bytes
    proof: bytes
    public_key: bytes
    remaining: int
    wrong_since: int
    new_pin_due: bool
    device_known: bool
    record_sha256: bytes

    def signed(self) -> bytes:
        """guard_id|uid|ver|th|attempt_id|SHA-256(blinded)|evaluated|proof|SHA-256(pk_i)|remaining|wrong_since|..."""
        return encode(
            labels.ATTEMPT_REPLY,
            self.guard_id,
            self.uid,
            self.ver,
            self.th,
            self.attempt_id,
            sha256(self.blinded),
            self.evaluated,
            self.proof,
            sha256(self.public_key),
            self.remaining,
            self.wrong_since,
            "due" if self.new_pin_due else "not due",
            "known" if self.device_known else "unknown",
            self.record_sha256,
        )


RefusalCode = Literal["row_full", "life_full", "version_not_live"]


@dataclass(frozen=True, slots=True)
class AttemptRefusal:
    """A guard's signed "no" to an attempt, which spent nothing."""

    guard_id: str
    uid: bytes
    ver: int
    th: bytes
    attempt_id: bytes
    code: RefusalCode
    remaining: int
    live_ver: int
    live_record_sha256: bytes

    def signed(self) -> bytes:
        """guard_id|uid|ver|th|attempt_id|code|remaining|live ver|SHA-256(live M); no live version: 0 and empty."""
        return encode(
            labels.ATTEMPT_REFUSAL,
            self.guard_id,
            self.uid,
            self.ver,
            self.th,
            self.attempt_id,
            self.code,
            self.remaining,
            self.live_ver,
            self.live_record_sha256,
        )


@dataclass(frozen=True, slots=True)
class Activation:
    """The customer's consent to exactly one transaction; signed by AK.

    `attempts` are all that this page sent for `th`, mistyped ones too.
    """

    uid: bytes
    ver: int
    th: bytes
    iat: int
    exp: int
    sealed_sha256: bytes
    attempts: tuple[bytes, ...]

    def signed(self) -> bytes:
        """uid|ver|th|iat|exp|SHA-256(sealed)|[attempt_ids]."""
        return encode(
            labels.ACTIVATION,
            self.uid,
            self.ver,
            self.th,
            self.iat,
            self.exp,
            self.sealed_sha256,
            *listed((attempt,) for attempt in self.attempts),
        )

    def hash(self, signature: bytes) -> bytes:
        """SHA-256(activation): over the signed bytes and the signature."""
        return labelled_hash(labels.ACTIVATION_HASH, self.signed(), signature)


def activation_info(th: bytes, kid: bytes, day_key_id: bytes) -> bytes:
    """The HPKE info that a use's `sealed` is bound to."""
    return encode(labels.ACTIVATION_INFO, th, kid, day_key_id)


@dataclass(frozen=True, slots=True)
class ConfirmReceipt:
    """A guard says that an attempt of its own became right for this activation."""

    guards_hash: bytes
    guard_id: str
    uid: bytes
    ver: int
    authorization_key_sha256: bytes
    th: bytes
    activation_sha256: bytes
    seq: int
    time: int

    def signed(self) -> bytes:
        """guards_hash|guard_id|uid|ver|SHA-256(AKpub)|th|SHA-256(activation)|seq|time."""
        return encode(
            labels.CONFIRM_RECEIPT,
            self.guards_hash,
            self.guard_id,
            self.uid,
            self.ver,
            self.authorization_key_sha256,
            self.th,
            self.activation_sha256,
            self.seq,
            self.time,
        )


LeafEvent = Literal["version", "issuance", "use", "revocation"]


def leaf(log_id: bytes, n: int, event: LeafEvent, kid: bytes, subject: bytes, activation_sha256: bytes) -> bytes:
    """64 bytes of the use log: where it stands in this kid's own sequence, then what happened.

    `subject` is th for a use, SHA-256 of the signed step-3 body for a version, of the to-be-signed certificate for an
    issuance, of the request for the rest; `activation_sha256` is empty where there was none. Only who knows `log_id`
    can find a kid's leaves.
    """
    place = labelled_hash(labels.LEAF_PLACE, log_id, n)
    return place + labelled_hash(labels.LEAF_EVENT, event, kid, subject, activation_sha256)
