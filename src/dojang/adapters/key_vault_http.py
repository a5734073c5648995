"""The vault over signed HTTP calls. `sealed` passes through and is in no repr."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from dojang.pin.messages import Activation, Attestation, ConfirmReceipt, Credential, DayKey
from dojang.pin.signed import Signed
from dojang.ports.key_vault import AttestedKey, CertificateRequest, VaultSignatures
from dojang.refusals import (
    ActivationRefused,
    ActivationReplayed,
    CertificateRefused,
    CredentialRefused,
    DayKeyExpired,
    KeyKindUnknown,
    KidNotFound,
    KidTaken,
    NotAPublicKey,
    ReceiptRefused,
    RegistrationRefused,
    RevocationRefused,
    SealedRefused,
    TransactionRefused,
)
from dojang.serving.bodies import B64, Body, Bytes16, Bytes32, Bytes64, Count, Seconds, Version
from dojang.serving.party import Party

Sealed = Annotated[B64, Field(repr=False)]


class _DayKey(Body):
    day_key_id: Bytes16
    public_key: Bytes32
    not_before: Seconds
    not_after: Seconds
    signature: Bytes64


class _Credential(Body):
    uid: B64
    kid: B64
    algorithm: str
    day_key_id: B64
    guards_hash: B64
    ver: int
    authorization_key: B64
    record_sha256: B64
    sealed: Sealed
    signature: B64


class _Attestation(Body):
    uid: Bytes16
    ver: Version
    kid: Bytes16
    authorization_key: Bytes32
    record_sha256: Bytes32
    spki_sha256: Bytes32
    leaf: Bytes64
    signature: Bytes64


class _Attested(Body):
    attestation: _Attestation
    spki: B64
    log_id: Bytes16


class _VersionReceipt(Body):
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


class _Registration(Body):
    name: Annotated[str, Field(repr=False)]
    applicant_hash: B64
    uid: B64
    kid: B64
    authorization_key: B64
    replaces: B64
    signature: B64


class _Certificate(Body):
    kid: B64
    ver: int
    profile: str
    serial: str
    not_before: int
    registration_statement: _Registration
    receipts: list[_VersionReceipt]
    previous_signature: B64


class _Issued(Body):
    certificate: B64
    leaf: Bytes64


class _Activation(Body):
    uid: B64
    ver: int
    th: B64
    iat: int
    exp: int
    sealed_sha256: B64
    attempts: list[B64]
    signature: B64


class _ConfirmReceipt(Body):
    guards_hash: B64
    guard_id: str
    uid: B64
    ver: int
    authorization_key_sha256: B64
    th: B64
    activation_sha256: B64
    seq: int
    time: int
    signature: B64


class _Use(Body):
    transaction: B64
    activation: _Activation
    sealed: Sealed
    receipts: list[_ConfirmReceipt]


class _Used(Body):
    signatures: list[B64]
    leaf: Bytes64
    leaf_index: Count


class _Revocation(Body):
    transaction: B64
    activation_sha256: B64
    leaf_index: int


class _Revoked(Body):
    revoked_at: Seconds


class HttpKeyVault:
    """`KeyVault`."""

    def __init__(self, vault: Party) -> None:
        self._vault = vault

    def day_key(self) -> Signed[DayKey]:
        """See `KeyVault`."""
        found = self._vault.get("/v1/day-key", _DayKey)
        key = DayKey(found.day_key_id, found.public_key, found.not_before, found.not_after)
        return Signed(key, found.signature)

    def make_credential(self, credential: Credential, sealed: bytes, signature: bytes) -> AttestedKey:
        """See `KeyVault`."""
        body = _Credential(
            uid=credential.uid,
            kid=credential.kid,
            algorithm=credential.algorithm,
            day_key_id=credential.day_key_id,
            guards_hash=credential.guards_hash,
            ver=credential.ver,
            authorization_key=credential.authorization_key,
            record_sha256=credential.record_sha256,
            sealed=sealed,
            signature=signature,
        )
        refusals = (CredentialRefused, DayKeyExpired, KeyKindUnknown, KidTaken, NotAPublicKey, SealedRefused)
        found = self._vault.post("/v1/credentials", body, _Attested, *refusals)
        said = found.attestation
        attestation = Attestation(
            said.uid, said.ver, said.kid, said.authorization_key, said.record_sha256, said.spki_sha256, said.leaf
        )
        return AttestedKey(Signed(attestation, said.signature), found.spki, found.log_id)

    def certify(self, request: CertificateRequest) -> bytes:
        """See `KeyVault`."""
        statement = request.statement
        body = _Certificate(
            kid=request.kid,
            ver=request.ver,
            profile=request.profile,
            serial=request.serial,
            not_before=request.not_before,
            registration_statement=_Registration(
                name=statement.name,
                applicant_hash=statement.applicant_hash,
                uid=statement.uid,
                kid=statement.kid,
                authorization_key=statement.authorization_key,
                replaces=statement.replaces,
                signature=statement.signature,
            ),
            receipts=[_VersionReceipt.model_validate(receipt.as_json()) for receipt in request.receipts],
            previous_signature=b"",
        )
        refusals = (RegistrationRefused, CertificateRefused, KidNotFound, KidTaken, ReceiptRefused)
        return self._vault.post("/v1/certificates", body, _Issued, *refusals).certificate

    def activate(
        self,
        transaction: bytes,
        activation: Signed[Activation],
        sealed: bytes,
        receipts: Sequence[Signed[ConfirmReceipt]],
    ) -> VaultSignatures:
        """See `KeyVault`."""
        body = _Use(
            transaction=transaction,
            activation=_Activation.model_validate(activation.as_json()),
            sealed=sealed,
            receipts=[_ConfirmReceipt.model_validate(receipt.as_json()) for receipt in receipts],
        )
        refusals = (
            TransactionRefused,
            ActivationRefused,
            ActivationReplayed,
            DayKeyExpired,
            ReceiptRefused,
            SealedRefused,
            KidNotFound,
        )
        used = self._vault.post("/v1/activations", body, _Used, *refusals)
        return VaultSignatures(tuple(used.signatures), used.leaf, used.leaf_index)

    def revoke(self, transaction: bytes, activation_sha256: bytes, leaf_index: int) -> int:
        """See `KeyVault`."""
        body = _Revocation(transaction=transaction, activation_sha256=activation_sha256, leaf_index=leaf_index)
        refusals = (TransactionRefused, KidNotFound, RevocationRefused)
        return self._vault.post("/v1/revocations", body, _Revoked, *refusals).revoked_at
