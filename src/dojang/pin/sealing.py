"""HPKE (RFC 9180) base mode: X25519, HKDF-SHA256, AES-256-GCM; wire enc(32)||ct. Context goes into `info`."""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from dojang.refusals import NotAPublicKey, SealedRefused

_SUITE: Final = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
OVERHEAD: Final = 32 + 16


def seal(plain: bytes, public: bytes, info: bytes) -> bytes:
    """`plain` for the holder of `public`, bound to `info`. Raises `NotAPublicKey`."""
    try:
        return _SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(public), info)
    except ValueError:
        raise NotAPublicKey from None


def unseal(sealed: bytes, key: X25519PrivateKey, info: bytes, size: int) -> bytes:
    """The `size` bytes behind `sealed`. Raises `SealedRefused`: another length, key, context or content."""
    if len(sealed) != size + OVERHEAD:
        raise SealedRefused
    try:
        return _SUITE.decrypt(sealed, key, info)
    except (InvalidTag, ValueError):
        raise SealedRefused from None
