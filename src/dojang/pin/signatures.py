"""Ed25519 (RFC 8032) as the protocol uses it: raw 32-byte keys, no small-order key, one refusal."""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dojang.refusals import NotAPublicKey, SignatureRefused

_P: Final = 2**255 - 19
# The y coordinates of the points whose order divides 8 (RFC 8032 5.1: cofactor 8; a test multiplies them out).
# A key with one of them would verify signatures that nobody made.
_SMALL_ORDER_Y: Final = frozenset(
    {
        0,
        1,
        _P - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)


def check_public_key(public: bytes) -> bytes:
    """`public`, if it is 32 bytes, canonical and not of small order. Raises `NotAPublicKey`."""
    y = int.from_bytes(public, "little") & ((1 << 255) - 1)
    if len(public) != 32 or y >= _P or y in _SMALL_ORDER_Y:
        raise NotAPublicKey
    return public


def verify(public: bytes, signature: bytes, data: bytes) -> None:
    """Raises `SignatureRefused` unless `signature` is `public`'s over `data`; `NotAPublicKey` for a key to refuse."""
    try:
        Ed25519PublicKey.from_public_bytes(check_public_key(public)).verify(signature, data)
    except (InvalidSignature, ValueError):
        raise SignatureRefused from None


class SigningKey:
    """An Ed25519 key that signs. Its secret is in no repr."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.hex()})"

    @classmethod
    def generate(cls) -> "SigningKey":
        """A fresh key."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def seed(self) -> bytes:
        """The 32-byte secret, for writing it down."""
        return self._key.private_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(data)
