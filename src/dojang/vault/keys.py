"""The vault's own keys in its folder, made once by `dojang vault init`, and what the outside gets to know of them."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.authority import ceremony, keys, serials
from dojang.authority.profile import ISSUING, Addresses, Issuer
from dojang.pin.signatures import SigningKey
from dojang.refusals import CertificateMismatch, CertificateRefused, DataFolderRefused
from dojang.serving import key_files
from dojang.vault.masters import MASTER_KEY, Master, SoftwareMaster

IDENTITY_KEY: Final = "identity.key"
LOG_KEY: Final = "log.key"


@dataclass(frozen=True, slots=True)
class PublicMaterial:
    """For anchors.json and for the root's ceremony: raw Ed25519 keys, the issuing request as PEM."""

    identity_key: bytes
    log_key: bytes
    issuing_request: bytes


def init(folder: Path) -> PublicMaterial:
    """K_m, V's identity key, L's key and the issuing key are in `folder`, made now or kept.

    Raises `DataFolderRefused` where K_m alone is gone: a second one would lose every customer's key without a word.
    """
    if not (folder / MASTER_KEY).exists() and (folder / IDENTITY_KEY).exists():
        raise DataFolderRefused(file=MASTER_KEY)
    master = SoftwareMaster.create(folder)
    key_files.write_once(folder / LOG_KEY, key_files.new_signing_seed)
    key_files.write_once(folder / IDENTITY_KEY, key_files.new_signing_seed)
    request = ceremony.make_request(master.issuing_key())
    return PublicMaterial(identity_key(folder).public, log_key(folder).public, request.public_bytes(Encoding.PEM))


def identity_key(folder: Path) -> SigningKey:
    """V's identity key. Raises `SettingRefused`."""
    return key_files.signing_key(folder / IDENTITY_KEY)


def log_key(folder: Path) -> SigningKey:
    """L's key. Raises `SettingRefused`."""
    return key_files.signing_key(folder / LOG_KEY)


def issuer(certificate: x509.Certificate, master: Master, addresses: Addresses) -> Issuer:
    """The issuing authority. Raises `CertificateMismatch` when the certificate is for another key than ours."""
    if keys.spki_bytes(certificate) != keys.spki_of(master.issuing_key().public_key()):
        raise CertificateMismatch
    return Issuer.of(certificate, ISSUING, addresses)


def certify_responder(issuing: Issuer, master: Master, request: bytes, now: int) -> bytes:
    """The delegated OCSP responder's certificate for a request (PEM), as PEM.

    Raises `CertificateRefused` for a request that is none, or that its own key did not sign.
    """
    try:
        asked = x509.load_pem_x509_csr(request)
    except ValueError:
        raise CertificateRefused(lint="request") from None
    if not asked.is_signature_valid:
        raise CertificateRefused(lint="request")
    serial = serials.from_random(os.urandom(serials.RANDOM_OCTETS))
    return ceremony.sign_responder(keys.spki_bytes(asked), issuing, master.issuing_key(), serial, now).pem
