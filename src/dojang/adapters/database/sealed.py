"""Columns that hold what a person is known by: sealed with AES-256-GCM, found by a keyed index."""

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12  # bytes; random, fit for 2^32 seals under one key (NIST SP 800-38D 8.3)


class FieldCipher:
    """Seals and opens columns, and makes their index. The key is 32 bytes and in no repr."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("a field key has 32 bytes")
        self._aead = AESGCM(_derived(key, b"dojang/fields/seal"))
        self._index = _derived(key, b"dojang/fields/index")

    def seal(self, place: str, value: bytes) -> bytes:
        """`value` sealed for one place ("table.column:row"), where alone it opens."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, value, place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        """What was sealed there. Raises `cryptography.exceptions.InvalidTag` if it was moved or changed."""
        return self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())

    def index(self, column: str, value: str) -> bytes:
        """32 bytes by which a row is found without the value being stored; equal values have equal indexes."""
        return hmac.digest(self._index, column.encode() + b"\0" + value.encode(), hashlib.sha256)


def _derived(key: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, info).derive(key)
