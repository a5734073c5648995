"""The signing module: it makes and keeps the customers' keys, and signs only what they consented to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dojang.pin.messages import Activation, Attestation, ConfirmReceipt, Credential, DayKey, VersionReceipt
from dojang.pin.signed import Signed
from dojang.values.registration import RegistrationStatement


@dataclass(frozen=True, slots=True)
class AttestedKey:
    """A new key pair: what the vault says about it, its public half (DER) and its place in the use log."""

    attestation: Signed[Attestation]
    spki: bytes
    log_id: bytes


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """What the vault is asked to certify. It builds the certificate itself; `serial` is lower-case hexadecimal."""

    kid: bytes
    ver: int
    profile: str
    serial: str
    not_before: int
    statement: RegistrationStatement
    receipts: tuple[Signed[VersionReceipt], ...]


@dataclass(frozen=True, slots=True)
class VaultSignatures:
    """One signature per item of T, and the use's leaf in the log."""

    signatures: tuple[bytes, ...] = field(repr=False)
    leaf: bytes
    leaf_index: int


class KeyVault(Protocol):
    """Every call may raise `VaultUnavailable`; the same call again finishes or returns what was done."""

    def day_key(self) -> Signed[DayKey]:
        """The HPKE key of the day, signed by the vault."""
        ...

    def make_credential(self, credential: Credential, sealed: bytes, signature: bytes) -> AttestedKey:
        """A key pair for a version. Raises `CredentialRefused`, `DayKeyExpired`, `KeyKindUnknown`, `SealedRefused`."""
        ...

    def certify(self, request: CertificateRequest) -> bytes:
        """The certificate's DER; what it replaces is revoked and destroyed.

        Raises `RegistrationRefused`, `CertificateRefused`, `KidNotFound`, `KidTaken`, `ReceiptRefused`.
        """
        ...

    def activate(
        self,
        transaction: bytes,
        activation: Signed[Activation],
        sealed: bytes,
        receipts: Sequence[Signed[ConfirmReceipt]],
    ) -> VaultSignatures:
        """Sign what T says, once.

        Raises `TransactionRefused`, `ActivationRefused`, `ActivationReplayed`, `DayKeyExpired`, `ReceiptRefused`,
        `SealedRefused`, `KidNotFound`.
        """
        ...

    def revoke(self, transaction: bytes, activation_sha256: bytes, leaf_index: int) -> int:
        """Since when (Unix seconds) T's certificate is revoked, as its holder signed; its key is destroyed.

        Raises `TransactionRefused`, `KidNotFound`, `RevocationRefused` (fact check).
        """
        ...
