"""Resident registration numbers (주민등록번호): sealed on the way, compared in constant time, never logged."""

import hmac
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from dojang.pin import labels, sealing
from dojang.pin.encoding import encode
from dojang.refusals import SealedRefused

DIGITS: Final = 13


def info(application: str) -> bytes:
    """The HPKE info: a number sealed for one application opens in no other."""
    return encode(labels.RESIDENT_NUMBER_INFO, application)


def opened(key: X25519PrivateKey, application: str, sealed: bytes) -> bytes:
    """The 13 digits, or zero bytes when it does not open, so that the comparison takes place all the same."""
    try:
        return sealing.unseal(sealed, key, info(application), DIGITS)
    except SealedRefused:
        return bytes(DIGITS)


def same(given: bytes, registered: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(given, registered.encode())
