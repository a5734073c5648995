"""Which public keys we certify: P-256 alone, in the one encoding that RFC 5480 and everyone's software agree on."""

import hashlib

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from dojang.refusals import KeyKindUnknown


def read_spki(spki: bytes) -> ec.EllipticCurvePublicKey:
    """The P-256 key behind a DER SubjectPublicKeyInfo.

    Raises `KeyKindUnknown`: not DER, another algorithm or curve, a point off the curve, compressed or at infinity,
    curve parameters spelled out, bytes behind the end.
    """
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        raise KeyKindUnknown from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyKindUnknown
    if spki_of(key) != spki:
        raise KeyKindUnknown
    return key


def spki_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """DER SubjectPublicKeyInfo with a named curve and an uncompressed point (RFC 5480 2)."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_identifier(key: ec.EllipticCurvePublicKey) -> bytes:
    """RFC 5280 4.2.1.2 method 1: a name for the key, nothing's security; also the key hash of OCSP (RFC 6960 4.1.1)."""
    return hashlib.sha1(point(key), usedforsecurity=False).digest()


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """The key alone, as it stands in the BIT STRING of its SubjectPublicKeyInfo."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def spki_bytes(holder: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    """The SubjectPublicKeyInfo of a certificate or request, whatever its kind."""
    return holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
