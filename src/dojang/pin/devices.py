"""A browser's device key: one ECDSA P-256 key that never leaves it, raw 64-byte signatures as WebCrypto makes them.

It says that an attempt comes from a browser that the customer used before. It opens nothing by itself.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from dojang.pin import labels
from dojang.pin.encoding import encode, sha256
from dojang.refusals import NotAPublicKey, SignatureRefused

_HALF: Final = 32


def device_id(spki: bytes) -> bytes:
    """SHA-256 of the key's SubjectPublicKeyInfo."""
    return sha256(spki)


def check_device_key(spki: bytes) -> bytes:
    """`spki`, if it is a P-256 key in one DER form (RFC 5480: named curve, uncompressed). Raises `NotAPublicKey`."""
    if _key(spki).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != spki:
        raise NotAPublicKey
    return spki


def verify(spki: bytes, signature: bytes, data: bytes) -> None:
    """Raises `SignatureRefused` unless `signature` (64 bytes, IEEE P1363) is this key's over `data`."""
    if len(signature) != 2 * _HALF:
        raise SignatureRefused
    r, s = (int.from_bytes(half, "big") for half in (signature[:_HALF], signature[_HALF:]))
    try:
        _key(spki).verify(encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise SignatureRefused from None


def _key(spki: bytes) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        raise NotAPublicKey from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise NotAPublicKey
    return key


@dataclass(frozen=True, slots=True)
class AttemptProof:
    """This very attempt comes from a known browser: good at one guard, for one ticket and one element."""

    guard_id: str
    uid: bytes
    ver: int
    th: bytes
    jti: bytes
    blinded: bytes

    def signed(self) -> bytes:
        """guard_id|uid|ver|th|jti|SHA-256(blinded), by the device key."""
        return encode(
            labels.DEVICE_AT_GUARD, self.guard_id, self.uid, self.ver, self.th, self.jti, sha256(self.blinded)
        )


@dataclass(frozen=True, slots=True)
class CentreProof:
    """The one-time code (32 bytes) is opened in a known browser."""

    code: bytes

    def signed(self) -> bytes:
        """SHA-256(code), by the device key."""
        return encode(labels.DEVICE_AT_CENTRE, sha256(self.code))


@dataclass(frozen=True, slots=True)
class DeviceAddition:
    """The customer adds a browser beside an accepted confirm (at the centre: beside the activation) of `th`."""

    uid: bytes
    th: bytes
    device_key: bytes

    def signed(self) -> bytes:
        """uid|th|device_pk, by AK."""
        return encode(labels.DEVICE_ADDITION, self.uid, self.th, self.device_key)
