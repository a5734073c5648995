"""What the PIN page says to the centre (/v1), and what it is answered."""

from typing import Annotated, Literal, Self

from pydantic import Field

from dojang.journeys.devices import DeviceProof, NewDevice
from dojang.pin.messages import Activation, ConfirmReceipt, Credential, DayKey, NamedKey, Statement, VersionReceipt
from dojang.pin.signed import Signed
from dojang.refusals import InvalidField
from dojang.serving.bodies import B64, Body, Bytes16, Bytes32, Bytes64, Count, Seconds, Version

Text = Annotated[str, Field(max_length=64)]
DeviceKey = Annotated[B64, Field(max_length=256)]
Sealed = Annotated[B64, Field(max_length=1024, repr=False)]


class Nothing(Body):
    """An empty object."""


class OpenForm(Body):
    """The one-time code from the fragment; a browser that has a device key signs it."""

    code: Annotated[str, Field(max_length=64, repr=False)]
    device: Bytes32 | None = None
    signature: Bytes64 | None = None

    def proof(self) -> DeviceProof | None:
        """Raises `InvalidField` for one half of a proof."""
        if self.device is None and self.signature is None:
            return None
        if self.device is None or self.signature is None:
            raise InvalidField(field="signature" if self.device else "device")
        return DeviceProof(self.device, self.signature)


class RecordForm(Body):
    """M'."""

    record: Annotated[B64, Field(max_length=16_384)]


class CredentialForm(Body):
    """Step 3: as the vault takes it."""

    uid: Bytes16
    kid: Bytes16
    algorithm: Text
    day_key_id: Bytes16
    guards_hash: Bytes32
    ver: Version
    authorization_key: Bytes32
    record_sha256: Bytes32
    sealed: Sealed
    signature: Bytes64

    def credential(self) -> Credential:
        """What AK' signed, with the sealed bytes' hash."""
        return Credential(
            self.uid,
            self.kid,
            self.algorithm,
            self.day_key_id,
            self.guards_hash,
            self.ver,
            self.authorization_key,
            self.record_sha256,
        )


class NamedKeyForm(Body):
    """The key that one guard staged."""

    guard_id: Text
    public_key_sha256: Bytes32


class StatementForm(Body):
    """Step 4. A first version has no earlier key to sign with. `device_key`: empty or a browser's (SPKI)."""

    uid: Bytes16
    ver: Version
    authorization_key: Bytes32
    record_sha256: Bytes32
    guards_hash: Bytes32
    pin: Literal["new", "same"]
    guards: Annotated[list[NamedKeyForm], Field(max_length=16)]
    device_key: DeviceKey
    signature: Bytes64
    previous_signature: Annotated[B64, Field(max_length=0)]

    def signed(self) -> Signed[Statement]:
        """What AK' signed."""
        keys = tuple(NamedKey(key.guard_id, key.public_key_sha256) for key in self.guards)
        statement = Statement(
            self.uid,
            self.ver,
            self.authorization_key,
            self.record_sha256,
            self.guards_hash,
            self.pin,
            keys,
            self.device_key,
        )
        return Signed(statement, self.signature)


class ActivationForm(Body):
    """AK's consent."""

    uid: Bytes16
    ver: Version
    th: Bytes32
    iat: Seconds
    exp: Seconds
    sealed_sha256: Bytes32
    attempts: Annotated[list[Bytes32], Field(max_length=64)]
    signature: Bytes64

    def signed(self) -> Signed[Activation]:
        """What AK signed."""
        attempts = tuple(self.attempts)
        said = Activation(self.uid, self.ver, self.th, self.iat, self.exp, self.sealed_sha256, attempts)
        return Signed(said, self.signature)


class ConfirmReceiptForm(Body):
    """A guard's receipt for the activation."""

    guards_hash: Bytes32
    guard_id: Text
    uid: Bytes16
    ver: Version
    authorization_key_sha256: Bytes32
    th: Bytes32
    activation_sha256: Bytes32
    seq: Count
    time: Seconds
    signature: Bytes64

    def signed(self) -> Signed[ConfirmReceipt]:
        """What the guard signed."""
        return Signed(ConfirmReceipt(**self.model_dump(exclude={"signature"})), self.signature)


class NewDeviceForm(Body):
    """A browser's key, and AK's signature that adds it."""

    key: DeviceKey
    signature: Bytes64

    def labelled(self, label: str) -> NewDevice:
        """As the journey takes it."""
        return NewDevice(self.key, self.signature, label)


class ActivateForm(Body):
    """Step 7 of a use."""

    activation: ActivationForm
    sealed: Sealed
    receipts: Annotated[list[ConfirmReceiptForm], Field(max_length=16)]
    device: NewDeviceForm | None = None


class DayKeyView(Body):
    """The vault's HPKE key of the day."""

    day_key_id: B64
    public_key: B64
    not_before: int
    not_after: int
    signature: B64

    @classmethod
    def of(cls, key: Signed[DayKey]) -> Self:
        """As the vault signed it."""
        said = key.message
        return cls(
            day_key_id=said.day_key_id,
            public_key=said.public_key,
            not_before=said.not_before,
            not_after=said.not_after,
            signature=key.signature,
        )


class AttestationView(Body):
    """What the vault says of a version's key pair."""

    uid: B64
    ver: int
    kid: B64
    authorization_key: B64
    record_sha256: B64
    spki_sha256: B64
    leaf: B64
    signature: B64


class RecordView(Body):
    """M with what the vault attested of it."""

    record: B64
    attestation: AttestationView
    spki: B64
    log_id: B64


class UseView(Body):
    """Something to sign."""

    kind: Literal["use"] = "use"
    visit: str
    transaction: B64
    contents: list[B64]
    records: list[RecordView]
    tickets: list[str]
    certificate: B64
    chain: list[B64]
    day_key: DayKeyView
    connect: bool


class VersionView(Body):
    """A version to make."""

    kind: Literal["version"] = "version"
    visit: str
    uid: B64
    kid: B64
    ver: int
    algorithm: str
    tickets: list[str]
    avoid: list[str]
    day_key: DayKeyView
    connect: bool


class TicketsView(Body):
    """One ticket per guard."""

    tickets: list[str]


class RecordKeptView(Body):
    """SHA-256 of M' as kept."""

    record_sha256: B64


class AttestedView(Body):
    """The vault's answer to a credential."""

    attestation: AttestationView
    spki: B64
    log_id: B64


class VersionReceiptView(Body):
    """A guard's receipt for the statement."""

    guards_hash: B64
    guard_id: str
    uid: B64
    ver: int
    authorization_key_sha256: B64
    record_sha256: B64
    state: Literal["live", "erased"]
    seq: int
    time: int
    signature: B64

    @classmethod
    def of(cls, receipt: Signed[VersionReceipt]) -> Self:
        """As the guard signed it."""
        return cls.model_validate(receipt.as_json())


class IssuedView(Body):
    """The version lives and its key is certified."""

    receipts: list[VersionReceiptView]
    certificate: B64
    chain: list[B64]
    serial: str
    return_to: str
