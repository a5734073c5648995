"""The secrets of one version, all from a random scalar R and none from the PIN; and what the PIN is turned into."""

import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dojang.pin import labels
from dojang.pin.encoding import encode
from dojang.pin.record import KeyStretching
from dojang.pin.signatures import SigningKey
from dojang.refusals import InvalidField, RecordMismatch


def _derive(secret: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 with an empty salt, 32 bytes (RFC 5869)."""
    return HKDF(hashes.SHA256(), 32, None, info).derive(secret)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a version's R opens. Lives in the memory of one visit."""

    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, r: bytes, uid: bytes, ver: int) -> "Secrets":
        """S = HKDF(R, label|uid|ver); R is 32 bytes little-endian."""
        return cls(_derive(r, encode(labels.SECRET, uid, ver)))

    def commitment(self) -> bytes:
        """Cm: says that R is right, and nothing of the PIN."""
        return _derive(self.secret, encode(labels.COMMITMENT, b""))

    def check(self, commitment: bytes) -> bool:
        """Whether R is the one behind `commitment`."""
        return hmac.compare_digest(self.commitment(), commitment)

    def authorization_key(self) -> SigningKey:
        """AK."""
        return SigningKey(_derive(self.secret, encode(labels.AUTHORIZATION_SEED, b"")))

    def activation_secret(self, kid: bytes) -> bytes:
        """A_kid."""
        return _derive(self.secret, encode(labels.ACTIVATION_SECRET, kid))


def stretch(pin: str, salt: bytes, how: KeyStretching) -> bytes:
    """P = Argon2id v0x13 (RFC 9106) of six ASCII digits, 32 bytes: the OPRF's input.

    Raises `InvalidField` for anything but six digits, `RecordMismatch` for a record with other parameters.
    """
    if len(pin) != 6 or not (pin.isascii() and pin.isdigit()):
        raise InvalidField(field="pin")
    if how != KeyStretching():
        raise RecordMismatch
    return Argon2id(
        salt=salt, length=32, iterations=how.iterations, lanes=how.lanes, memory_cost=how.memory_kib
    ).derive(pin.encode())
