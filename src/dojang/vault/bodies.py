"""The vault's HTTP bodies, and what they say in the vault's own words."""

from typing import Annotated, Literal

from pydantic import Field

from dojang.authority.registration import RegistrationStatement
from dojang.pin import messages
from dojang.pin.messages import ConfirmReceipt, DayKey, VersionReceipt
from dojang.serving.bodies import B64, Body, Bytes16, Bytes32, Bytes64, Count, Seconds, Version
from dojang.vault.activation import Activated, ActivationRequest
from dojang.vault.certificates import CertificateRequest, Issued
from dojang.vault.credentials import Attested, CredentialRequest
from dojang.vault.revocation import RevocationRequest, Revoked

Sealed = Annotated[B64, Field(max_length=1024)]
Kid = Annotated[B64, Field(max_length=16)]
GuardId = Annotated[str, Field(min_length=1, max_length=64)]
Short = Annotated[str, Field(max_length=64)]


class DayKeyBody(Body):
    """The current day key, signed by V."""

    day_key_id: Bytes16
    public_key: Bytes32
    not_before: Seconds
    not_after: Seconds
    signature: Bytes64

    @classmethod
    def of(cls, document: DayKey, signature: bytes) -> "DayKeyBody":
        """As JSON."""
        return cls(
            day_key_id=document.day_key_id,
            public_key=document.public_key,
            not_before=document.not_before,
            not_after=document.not_after,
            signature=signature,
        )


class CredentialBody(Body):
    """`POST /v1/credentials`."""

    uid: Bytes16
    kid: Bytes16
    algorithm: Short
    day_key_id: Bytes16
    guards_hash: Bytes32
    ver: Version
    authorization_key: Bytes32
    record_sha256: Bytes32
    sealed: Annotated[Sealed, Field(repr=False)]
    signature: Bytes64

    def request(self) -> CredentialRequest:
        """What is asked."""
        credential = messages.Credential(
            uid=self.uid,
            kid=self.kid,
            algorithm=self.algorithm,
            day_key_id=self.day_key_id,
            guards_hash=self.guards_hash,
            ver=self.ver,
            authorization_key=self.authorization_key,
            record_sha256=self.record_sha256,
        )
        return CredentialRequest(credential, self.sealed, self.signature)


class AttestationBody(Body):
    """V's attestation."""

    uid: Bytes16
    ver: Version
    kid: Bytes16
    authorization_key: Bytes32
    record_sha256: Bytes32
    spki_sha256: Bytes32
    leaf: Bytes64
    signature: Bytes64


class AttestedBody(Body):
    """The answer to a credential."""

    attestation: AttestationBody
    spki: B64
    log_id: Bytes16

    @classmethod
    def of(cls, attested: Attested) -> "AttestedBody":
        """As JSON."""
        said = attested.attestation
        return cls(
            attestation=AttestationBody(
                uid=said.uid,
                ver=said.ver,
                kid=said.kid,
                authorization_key=said.authorization_key,
                record_sha256=said.record_sha256,
                spki_sha256=said.spki_sha256,
                leaf=said.leaf,
                signature=attested.signature,
            ),
            spki=attested.spki,
            log_id=attested.log_id,
        )


class VersionReceiptBody(Body):
    """A guard's receipt for a statement."""

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

    def signed(self) -> tuple[VersionReceipt, bytes]:
        """The receipt and its signature."""
        return VersionReceipt(**self.model_dump(exclude={"signature"})), self.signature


class RegistrationBody(Body):
    """The registration authority's statement."""

    name: Annotated[str, Field(max_length=200, repr=False)]
    applicant_hash: Bytes32
    uid: Bytes16
    kid: Bytes16
    authorization_key: Bytes32
    replaces: Kid
    signature: Bytes64


class CertificateBody(Body):
    """`POST /v1/certificates`."""

    kid: Bytes16
    ver: Version
    profile: Short
    serial: Short
    not_before: Seconds
    registration_statement: RegistrationBody
    receipts: Annotated[list[VersionReceiptBody], Field(max_length=32)]
    previous_signature: Annotated[B64, Field(max_length=64)]

    def request(self) -> CertificateRequest:
        """What is asked."""
        return CertificateRequest(
            kid=self.kid,
            ver=self.ver,
            profile=self.profile,
            serial=self.serial,
            not_before=self.not_before,
            statement=RegistrationStatement(**self.registration_statement.model_dump()),
            receipts=tuple(receipt.signed() for receipt in self.receipts),
            previous_signature=self.previous_signature,
        )


class IssuedBody(Body):
    """The answer to a certificate's request."""

    certificate: B64
    leaf: Bytes64

    @classmethod
    def of(cls, issued: Issued) -> "IssuedBody":
        """As JSON."""
        return cls(certificate=issued.certificate, leaf=issued.leaf)


class ActivationOfBody(Body):
    """The customer's activation."""

    uid: Bytes16
    ver: Version
    th: Bytes32
    iat: Seconds
    exp: Seconds
    sealed_sha256: Bytes32
    attempts: Annotated[list[Bytes32], Field(max_length=64)]
    signature: Bytes64


class ConfirmReceiptBody(Body):
    """A guard's receipt for an activation."""

    guards_hash: Bytes32
    guard_id: GuardId
    uid: Bytes16
    ver: Version
    authorization_key_sha256: Bytes32
    th: Bytes32
    activation_sha256: Bytes32
    seq: Count
    time: Seconds
    signature: Bytes64

    def signed(self) -> tuple[ConfirmReceipt, bytes]:
        """The receipt and its signature."""
        return ConfirmReceipt(**self.model_dump(exclude={"signature"})), self.signature


class ActivationBody(Body):
    """`POST /v1/activations`."""

    transaction: Annotated[B64, Field(max_length=32_768)]
    activation: ActivationOfBody
    sealed: Annotated[Sealed, Field(repr=False)]
    receipts: Annotated[list[ConfirmReceiptBody], Field(max_length=32)]

    def request(self) -> ActivationRequest:
        """What is asked."""
        said = self.activation
        return ActivationRequest(
            transaction=self.transaction,
            activation=messages.Activation(
                uid=said.uid,
                ver=said.ver,
                th=said.th,
                iat=said.iat,
                exp=said.exp,
                sealed_sha256=said.sealed_sha256,
                attempts=tuple(said.attempts),
            ),
            signature=said.signature,
            sealed=self.sealed,
            receipts=tuple(receipt.signed() for receipt in self.receipts),
        )


class ActivatedBody(Body):
    """The answer to an activation."""

    signatures: list[B64]
    leaf: Bytes64
    leaf_index: Count

    @classmethod
    def of(cls, activated: Activated) -> "ActivatedBody":
        """As JSON."""
        return cls(signatures=list(activated.signatures), leaf=activated.leaf, leaf_index=activated.leaf_index)


class RevocationBody(Body):
    """`POST /v1/revocations`."""

    transaction: Annotated[B64, Field(max_length=32_768)]
    activation_sha256: Bytes32
    leaf_index: Count

    def request(self) -> RevocationRequest:
        """What is asked."""
        return RevocationRequest(self.transaction, self.activation_sha256, self.leaf_index)


class RevokedBody(Body):
    """The answer to a revocation."""

    revoked_at: Seconds

    @classmethod
    def of(cls, revoked: Revoked) -> "RevokedBody":
        """As JSON."""
        return cls(revoked_at=revoked.revoked_at)
