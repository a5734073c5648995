"""How bytes are put together before they are hashed, derived from, sealed or signed.

Every such input is a label, then fields, each as I2OSP(length, 2) || bytes (RFC 8017 4.1 for I2OSP). Integers and
times are I2OSP(8). A list is a count field, then its items. Absent is a field of length 0. A field over 65,535 bytes is
refused.
The label is itself the first field, so no input under one label can be read under another.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final

import rfc8785

from dojang.refusals import FieldTooLong, NotBase64Url, NotCanonical

MAX_FIELD: Final = 65_535
_WRITER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False)


def field(value: bytes | str | int) -> bytes:
    """One field: text as UTF-8, an integer as I2OSP(8), bytes as they are. Raises `FieldTooLong`."""
    match value:
        case int():
            raw = value.to_bytes(8, "big")
        case str():
            raw = value.encode()
        case _:
            raw = bytes(value)
    if len(raw) > MAX_FIELD:
        raise FieldTooLong
    return len(raw).to_bytes(2, "big") + raw


def encode(label: bytes, *values: bytes | str | int) -> bytes:
    """The input of every hash, HKDF, HPKE info and signature of the protocol."""
    return field(label) + b"".join(field(value) for value in values)


def listed(items: Iterable[tuple[bytes | str | int, ...]]) -> tuple[bytes | str | int, ...]:
    """A list as fields: its count, then the fields of every item in order."""
    rows = tuple(items)
    return (len(rows), *(value for row in rows for value in row))


def sha256(data: bytes) -> bytes:
    """SHA-256 of the bytes as they are (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


def labelled_hash(label: bytes, *values: bytes | str | int) -> bytes:
    """SHA-256 over `encode(label, *values)`."""
    return sha256(encode(label, *values))


def b64(data: bytes) -> str:
    """base64url without padding (RFC 4648 5), the only form of binary in our JSON."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str, size: int | None = None) -> bytes:
    """The bytes behind `text`, which has one spelling only.

    Raises `NotBase64Url` for padding, other alphabets, trailing bits and a wrong size.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise NotBase64Url from None
    if b64(data) != text or (size is not None and len(data) != size):
        raise NotBase64Url
    return data


def canonical(value: Any) -> bytes:
    """`value` as canonical JSON (RFC 8785).

    Most of our JSON is ASCII text and small whole numbers, which the standard library writes the same and faster.
    """
    return _WRITER.encode(value).encode() if _plain(value) else rfc8785.dumps(value)


def _plain(value: object) -> bool:
    """Whether neither a float, nor a number beyond 53 bits, nor the order of names beyond ASCII asks for more."""
    match value:
        case None | bool():
            return True
        case str():
            return value.isascii()
        case int():
            return abs(value) < 2**53
        case list():
            return all(map(_plain, value))
        case dict():
            return all(isinstance(name, str) and name.isascii() and _plain(one) for name, one in value.items())
        case _:
            return False


def parse_canonical(data: bytes) -> Any:
    """The JSON value of bytes that *are* canonical. Raises `NotCanonical`: other spacing or order, repeated keys."""
    try:
        value = json.loads(data)
        if canonical(value) == data:
            return value
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        raise NotCanonical from None
    raise NotCanonical
