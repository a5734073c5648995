"""Something to be signed, the visit that signs it, and what comes of it."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pydantic import ConfigDict

_BYTES_AS_BASE64 = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
SigningPurpose = Literal["login", "transfer", "revocation"]
VisitKind = Literal["use", "version"]
ResultState = Literal["pending", "signed", "expired"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One coming of a customer to the PIN page. Code and bearer are kept as SHA-256 alone.

    `subject`: the transaction's id, or the uid (hex) of a version. `connected`: the code was given out in a session
    that passed SMS. Once opened for a use, `transaction` is T, and `device` the known device that proved itself.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _BYTES_AS_BASE64

    code_sha256: bytes
    kind: VisitKind
    subject: str
    connected: bool
    code_expires_at: int
    expires_at: int
    bearer_sha256: bytes = b""
    transaction: bytes = field(default=b"", repr=False)
    device: bytes = b""


@dataclass(frozen=True, slots=True)
class ContentItem:
    """One thing to be signed, with the bytes that are hashed and shown."""

    label: str = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedResult:
    """What a transaction ended in. `receipt`: the customer's, JSON. `by_device`: a known browser stood for SMS."""

    __pydantic_config__: ClassVar[ConfigDict] = _BYTES_AS_BASE64

    cms: tuple[bytes, ...] = field(repr=False)
    certificate: bytes = field(repr=False)
    receipt: bytes = field(repr=False)
    signed_at: int
    by_device: bool = False


@dataclass(frozen=True, slots=True)
class TransactionRequest:
    """What a relying party asks a kid to sign.

    `expires_at`: to be opened before. `claimed`: SHA-256 of the one activation that may be, or was, given to the vault.
    `connect`: the customer wants to stay connected in this browser. `connect_at`: our page where SMS can be had.
    `device`: the known device that opened it in the end, or was added with it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _BYTES_AS_BASE64

    txn: str
    kid: bytes
    relying_party: str
    purpose: SigningPurpose
    items: tuple[ContentItem, ...] = field(repr=False)
    nonce: bytes
    return_to: str
    expires_at: int
    claimed: bytes = b""
    signed: SignedResult | None = None
    connect: bool = False
    connect_at: str = ""
    device: bytes = b""

    @property
    def place(self) -> "SignedPlace | None":
        """None until signed."""
        return SignedPlace(self.signed.signed_at, self.txn) if self.signed else None


@dataclass(frozen=True, slots=True, order=True)
class SignedPlace:
    """Where a signed transaction stands among all of its signer."""

    signed_at: int
    txn: str


@dataclass(frozen=True, slots=True)
class TransactionResult:
    """What a relying party may know of its transaction; everything but the state is empty until signed."""

    state: ResultState
    cms: tuple[bytes, ...] = field(default=(), repr=False)
    contents: tuple[bytes, ...] = field(default=(), repr=False)
    certificate: bytes = field(default=b"", repr=False)
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    receipt: bytes = field(default=b"", repr=False)
    signed_at: int = 0
    by_device: bool = False
