"""A key pair for a new version of a customer's certificate (protocol "A version", step 3, the first time)."""

import os
from dataclasses import dataclass, field
from typing import Final

from dojang.pin import messages, sealing
from dojang.pin.encoding import field as length_first
from dojang.pin.encoding import sha256
from dojang.pin.messages import Attestation
from dojang.pin.signatures import verify
from dojang.refusals import CredentialRefused, SignatureRefused
from dojang.vault import key_kinds
from dojang.vault.desk import VaultDesk
from dojang.vault.version_book import NewVersion, Version

SECRET: Final = 32  # octets of A_kid


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """What AK' asks for; `sealed` carries A'_kid to the day key."""

    credential: messages.Credential
    sealed: bytes = field(repr=False)
    signature: bytes

    def body(self) -> bytes:
        """The signed step-3 body."""
        return self.credential.signed(self.sealed)

    def hash(self) -> bytes:
        """Two requests are the same when all of their bytes are."""
        return sha256(b"".join(length_first(part) for part in (self.body(), self.signature, self.sealed)))


@dataclass(frozen=True, slots=True)
class Attested:
    """V's word for a key pair, with what the customer's side needs to check and to find it again."""

    attestation: Attestation
    signature: bytes
    spki: bytes
    log_id: bytes


def make_credential(request: CredentialRequest, desk: VaultDesk) -> Attested:
    """A key pair stands under (kid, ver', AKpub'), wrapped, with its leaf in the use log; the plain key is gone.

    The identical request gets the same answer again. Otherwise:
    1. the guard set is ours (`CredentialRefused`);
    2. AK' is a key of full order (`NotAPublicKey`) and signed exactly these fields and sealed bytes
       (`CredentialRefused`);
    3. the day key has not ended (`DayKeyExpired`), and opens `sealed` under these fields (`SealedRefused`);
    4. the kind of key is one that we make (`KeyKindUnknown`);
    5. the kid is free: not another uid's, not live, not ended, no other request took this version (`KidTaken`).
    """
    asked = request.credential
    stored = desk.versions.version(asked.kid, asked.ver, asked.authorization_key)
    if stored is not None and stored.request_sha256 == request.hash():
        return _attested(stored, desk)
    # 1
    if asked.guards_hash != desk.anchors.guards_hash:
        raise CredentialRefused(check="guards_hash")
    # 2
    _check_signature(request)
    # 3
    secret = sealing.unseal(request.sealed, desk.day_keys.private(asked.day_key_id), asked.info(), SECRET)
    kek = desk.key_encryption_key(asked.uid, asked.kid, asked.ver, asked.authorization_key, secret)
    # 4
    new = _new_version(request, kek)
    # 5, within the transaction
    return _attested(desk.versions.add(new), desk)


def _check_signature(request: CredentialRequest) -> None:
    try:
        verify(request.credential.authorization_key, request.signature, request.body())
    except SignatureRefused:
        raise CredentialRefused(check="signature") from None


def _new_version(request: CredentialRequest, kek: bytes) -> NewVersion:
    asked = request.credential
    made = key_kinds.make(asked.algorithm, kek)
    return NewVersion(
        kid=asked.kid,
        uid=asked.uid,
        algorithm=asked.algorithm,
        log_id=os.urandom(16),
        ver=asked.ver,
        authorization_key=asked.authorization_key,
        record_sha256=asked.record_sha256,
        body=request.body(),
        request_sha256=request.hash(),
        spki=made.spki,
        blob=made.blob,
    )


def _attested(version: Version, desk: VaultDesk) -> Attested:
    """Ed25519 is deterministic: the attestation of a stored version is always the same bytes."""
    attestation = Attestation(
        version.uid,
        version.ver,
        version.kid,
        version.authorization_key,
        version.record_sha256,
        sha256(version.spki),
        version.leaf,
    )
    return Attested(attestation, desk.identity.sign(attestation.signed()), version.spki, version.log_id)
