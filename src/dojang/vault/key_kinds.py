"""The kinds of key that a customer may have, and how one is made, wrapped and used. Now: P-256."""

from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap_with_padding,
    aes_key_wrap_with_padding,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from dojang.refusals import KeyKindUnknown, SealedRefused

P256: Final = "P-256"
# RFC 6979: the same bytes give the same signature, so a repeated request finishes what a crash interrupted.
_ECDSA: Final = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key pair at rest: the private half as AES-KWP (RFC 5649) of PKCS #8 under a KEK that nobody keeps."""

    spki: bytes
    blob: bytes = field(repr=False)


def make(algorithm: str, kek: bytes) -> WrappedKey:
    """A fresh key pair, wrapped under `kek` (32 bytes). Raises `KeyKindUnknown`."""
    if algorithm != P256:
        raise KeyKindUnknown
    key = ec.generate_private_key(ec.SECP256R1())
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return WrappedKey(spki, aes_key_wrap_with_padding(kek, pkcs8))


def unwrap(blob: bytes, kek: bytes) -> ec.EllipticCurvePrivateKey:
    """The key in `blob`. Raises `SealedRefused` under any other KEK."""
    try:
        key = load_der_private_key(aes_key_unwrap_with_padding(kek, blob), None)
    except (InvalidUnwrap, ValueError):
        raise SealedRefused from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SealedRefused
    return key


def sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """ECDSA with SHA-256 over `data`, DER."""
    return key.sign(data, _ECDSA)
