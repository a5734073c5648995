"""What is sent to a guard."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field

from dojang.guard.device_rules import Addition
from dojang.guard.version_rules import SignedStatement
from dojang.pin.devices import check_device_key
from dojang.pin.encoding import canonical
from dojang.pin.messages import Activation, NamedKey, Statement, VersionReceipt
from dojang.refusals import NotAPublicKey, NotCanonical
from dojang.serving.bodies import B64, Body, Bytes16, Bytes32, Bytes64, Count, Seconds, Version


def _empty_or_signature(value: bytes) -> bytes:
    if len(value) not in (0, 64):
        raise ValueError
    return value


def _device_key(value: bytes) -> bytes:
    try:
        return check_device_key(value)
    except NotAPublicKey:
        raise ValueError from None


def _empty_or_device_key(value: bytes) -> bytes:
    return value and _device_key(value)


def _present(value: Body | None) -> Body:
    """Absent is absent: nothing has two spellings."""
    if value is None:
        raise ValueError
    return value


Ticket = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,2048}\.[A-Za-z0-9_-]{86}$")]
GuardId = Annotated[str, Field(min_length=1, max_length=64)]
DeviceKey = Annotated[B64, AfterValidator(_device_key)]
MaybeDeviceKey = Annotated[B64, AfterValidator(_empty_or_device_key)]
MaybeSignature = Annotated[B64, AfterValidator(_empty_or_signature)]


class VersionBody(Body):
    """POST /v1/versions."""

    ticket: Ticket
    uid: Bytes16
    ver: Version
    blinded: Bytes32


class DeviceProofBody(Body):
    """The device that an attempt comes from, with its signature over exactly this attempt."""

    device: Bytes32
    signature: Bytes64


class AttemptBody(Body):
    """POST /v1/attempts. `device_proof` is left out where there is no device."""

    ticket: Ticket
    uid: Bytes16
    ver: Version
    blinded: Bytes32
    th: Bytes32
    device_proof: Annotated[DeviceProofBody | None, AfterValidator(_present)] = None

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """Raises `NotCanonical` too: the request's hash names the attempt, so one attempt has one spelling."""
        body = super().read(raw)
        if canonical(body.model_dump(mode="json", exclude_unset=True)) != raw:
            raise NotCanonical
        return body


class NamedKeyBody(Body):
    """The key that one guard staged."""

    guard_id: GuardId
    public_key_sha256: Bytes32


class VersionReceiptBody(Body):
    """Another guard's receipt."""

    guards_hash: Bytes32
    guard_id: GuardId
    uid: Bytes16
    ver: Version
    authorization_key_sha256: Bytes32
    record_sha256: Bytes32
    state: Literal["live", "erased"]
    seq: Count
    time: Seconds
    signature: Bytes64


class StatementBody(Body):
    """POST /v1/statements. `device_key` is empty, or the key of the browser that it connects."""

    uid: Bytes16
    ver: Version
    authorization_key: Bytes32
    record_sha256: Bytes32
    guards_hash: Bytes32
    pin: Literal["new", "same"]
    guards: Annotated[list[NamedKeyBody], Field(max_length=16)]
    device_key: MaybeDeviceKey
    signature: Bytes64
    previous_signature: MaybeSignature
    receipts: Annotated[list[VersionReceiptBody], Field(max_length=16)]

    def signed_statement(self) -> SignedStatement:
        """As the rules take it."""
        statement = Statement(
            self.uid,
            self.ver,
            self.authorization_key,
            self.record_sha256,
            self.guards_hash,
            self.pin,
            tuple(NamedKey(key.guard_id, key.public_key_sha256) for key in self.guards),
            self.device_key,
        )
        receipts = tuple(
            (VersionReceipt(**receipt.model_dump(exclude={"signature"})), receipt.signature)
            for receipt in self.receipts
        )
        return SignedStatement(statement, self.signature, self.previous_signature, receipts)


class DeviceAdditionBody(Body):
    """The key of a browser to connect, with AK's signature beside the activation."""

    key: DeviceKey
    signature: Bytes64

    def addition(self) -> Addition:
        """As the rules take it."""
        return Addition(self.key, self.signature)


class ConfirmBody(Body):
    """POST /v1/confirm. `device` is left out where none is added."""

    uid: Bytes16
    ver: Version
    th: Bytes32
    iat: Seconds
    exp: Seconds
    sealed_sha256: Bytes32
    attempts: Annotated[list[Bytes32], Field(max_length=64)]
    signature: Bytes64
    device: Annotated[DeviceAdditionBody | None, AfterValidator(_present)] = None

    def activation(self) -> Activation:
        """As AK signed it."""
        return Activation(self.uid, self.ver, self.th, self.iat, self.exp, self.sealed_sha256, tuple(self.attempts))


class DeviceRemovalBody(Body):
    """POST /v1/devices/remove."""

    ticket: Ticket
