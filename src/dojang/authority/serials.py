"""Serial numbers."""

import re
from typing import Final

from dojang.refusals import CertificateRefused

RANDOM_OCTETS: Final = 16


def from_random(octets: bytes) -> int:
    """A serial number around 16 fresh random octets: a leading 01 keeps it positive and always 17 octets long.

    128 random bits; at least 64 are asked for (CA/B Forum BR 7.1), at most 20 octets are allowed (RFC 5280 4.1.2.2).
    """
    if len(octets) != RANDOM_OCTETS:
        raise ValueError("a serial number takes 16 random octets")
    return int.from_bytes(b"\x01" + octets, "big")


def to_text(serial: int) -> str:
    """As it stands in addresses and books: lower-case hexadecimal, whole octets."""
    return serial.to_bytes((serial.bit_length() + 7) // 8, "big").hex()


def from_text(text: str) -> int:
    """The serial number behind its one spelling. Raises `CertificateRefused(lint="serial")`."""
    if not re.fullmatch(r"(?:[0-9a-f]{2}){1,20}", text):
        raise CertificateRefused(lint="serial")
    serial = int(text, 16)
    # RFC 5280 4.1.2.2: positive, at most 20 octets with its sign.
    if serial == 0 or to_text(serial) != text or serial.bit_length() > 159:
        raise CertificateRefused(lint="serial")
    return serial
