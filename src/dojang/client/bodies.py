"""The JSON bodies that the customer's side reads, and their values in the protocol's terms."""

from typing import Literal

from dojang.pin.messages import Activation, Attestation, ConfirmReceipt, DayKey, VersionReceipt
from dojang.serving.bodies import B64, Body, Bytes16, Bytes32, Bytes64, Count, Seconds, Version


class DayKeyBody(Body):
    """The vault's day key."""

    day_key_id: Bytes16
    public_key: Bytes32
    not_before: Seconds
    not_after: Seconds
    signature: Bytes64

    def value(self) -> DayKey:
        """What V signed."""
        return DayKey(self.day_key_id, self.public_key, self.not_before, self.not_after)


class AttestationBody(Body):
    """The vault's attestation."""

    uid: Bytes16
    ver: Version
    kid: Bytes16
    authorization_key: Bytes32
    record_sha256: Bytes32
    spki_sha256: Bytes32
    leaf: Bytes64
    signature: Bytes64

    def value(self) -> Attestation:
        """What V signed."""
        return Attestation(
            self.uid, self.ver, self.kid, self.authorization_key, self.record_sha256, self.spki_sha256, self.leaf
        )


class VersionReceiptBody(Body):
    """A guard's receipt for a statement."""

    guards_hash: Bytes32
    guard_id: str
    uid: Bytes16
    ver: Version
    authorization_key_sha256: Bytes32
    record_sha256: Bytes32
    state: Literal["live", "erased"]
    seq: Count
    time: Seconds
    signature: Bytes64

    def value(self) -> VersionReceipt:
        """What the guard signed."""
        return VersionReceipt(
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


class ConfirmReceiptBody(Body):
    """A guard's receipt for an activation."""

    guards_hash: Bytes32
    guard_id: str
    uid: Bytes16
    ver: Version
    authorization_key_sha256: Bytes32
    th: Bytes32
    activation_sha256: Bytes32
    seq: Count
    time: Seconds
    signature: Bytes64

    def value(self) -> ConfirmReceipt:
        """What the guard signed."""
        return ConfirmReceipt(
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


class ActivationBody(Body):
    """The customer's consent with AK's signature. Also what `POST /v1/confirm` takes."""

    uid: Bytes16
    ver: Version
    th: Bytes32
    iat: Seconds
    exp: Seconds
    sealed_sha256: Bytes32
    attempts: list[Bytes32]
    signature: Bytes64

    def value(self) -> Activation:
        """What AK signed."""
        return Activation(self.uid, self.ver, self.th, self.iat, self.exp, self.sealed_sha256, tuple(self.attempts))

    def sha256(self) -> bytes:
        """SHA-256(activation)."""
        return self.value().hash(self.signature)


class DeviceAdditionBody(Body):
    """A browser's key (SubjectPublicKeyInfo) with AK's signature, beside a confirm and an activation."""

    key: B64
    signature: Bytes64


class ReceiptBody(Body):
    """The customer's receipt: enough to prove offline that she consented to exactly this transaction."""

    v: Literal[1]
    transaction: B64
    activation: ActivationBody
    receipts: list[ConfirmReceiptBody]
    attestation: AttestationBody
    certificate: B64
    chain: list[B64]
    leaf: Bytes64
    leaf_index: Count
