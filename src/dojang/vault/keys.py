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
from dojang.vault.masters import Master, SoftwareMaster, read_secret, sync_folder, write_secret

IDENTITY_KEY: Final = "identity.key"
LOG_KEY: Final = "log.key"
ISSUING_CERTIFICATE: Final = "issuing.cer"


@dataclass(frozen=True, slots=True)
class PublicMaterial:
    """For anchors.json and for the root's ceremony: raw Ed25519 keys, the issuing request as DER."""

    identity_key: bytes
    log_key: bytes
    issuing_request: bytes


def init(folder: Path) -> PublicMaterial:
    """K_m, V's identity key, L's key and the issuing key stand in `folder`.

    Raises `DataFolderRefused` where there are keys already: a second K_m would lose every customer's key.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    master = SoftwareMaster.create(folder)
    identity, log = SigningKey.generate(), SigningKey.generate()
    write_secret(folder / IDENTITY_KEY, identity.seed)
    write_secret(folder / LOG_KEY, log.seed)
    request = ceremony.make_request(master.issuing_key())
    return PublicMaterial(identity.public, log.public, request.public_bytes(Encoding.DER))


def identity_key(folder: Path) -> SigningKey:
    """V's identity key. Raises `DataFolderRefused`."""
    return SigningKey(read_secret(folder / IDENTITY_KEY))


def log_key(folder: Path) -> SigningKey:
    """L's key. Raises `DataFolderRefused`."""
    return SigningKey(read_secret(folder / LOG_KEY))


def install_issuing_certificate(folder: Path, certificate: bytes) -> None:
    """The root's answer to the issuing request is kept; a later one for the same key takes its place, at once."""
    unfinished = folder / f"{ISSUING_CERTIFICATE}.new"
    unfinished.write_bytes(certificate)
    unfinished.rename(folder / ISSUING_CERTIFICATE)
    sync_folder(folder)


def issuing_certificate(folder: Path) -> bytes:
    """DER. Raises `DataFolderRefused` before it was installed."""
    try:
        return (folder / ISSUING_CERTIFICATE).read_bytes()
    except OSError:
        raise DataFolderRefused(file=ISSUING_CERTIFICATE) from None


def issuer(folder: Path, master: Master, addresses: Addresses) -> Issuer:
    """The issuing authority. Raises `CertificateMismatch` when the certificate is for another key."""
    certificate = x509.load_der_x509_certificate(issuing_certificate(folder))
    if keys.spki_bytes(certificate) != keys.spki_of(master.issuing_key().public_key()):
        raise CertificateMismatch
    return Issuer.of(certificate, ISSUING, addresses)


def certify_responder(issuing: Issuer, master: Master, request: bytes, now: int) -> bytes:
    """The delegated OCSP responder's certificate, DER. Raises `CertificateRefused` for a request that is none."""
    try:
        asked = x509.load_der_x509_csr(request)
        valid = asked.is_signature_valid
    except ValueError:
        valid = False
        asked = None
    if asked is None or not valid:
        raise CertificateRefused(lint="request")
    serial = serials.from_random(os.urandom(serials.RANDOM_OCTETS))
    return ceremony.sign_responder(keys.spki_bytes(asked), issuing, master.issuing_key(), serial, now).der
