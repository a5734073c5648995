"""Shamir's sharing over the scalars of ristretto255, and the masks that hide each guard's share.

A share is f(i) for the guard's index i, f(0) = R. Each f(i) is masked once, with an output that only the right PIN and
guard i together give; a version has a fresh f and fresh keys, because two masks of one f(i) would give the PIN away.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from dojang.pin import labels, oprf
from dojang.pin.encoding import encode
from dojang.refusals import NotAScalar

_L: Final = oprf.ORDER


def _number(scalar: bytes) -> int:
    """0..L-1 from 32 bytes little-endian; a sum may be zero, so zero is a share like any other."""
    value = int.from_bytes(scalar, "little")
    if len(scalar) != oprf.SIZE or value >= _L:
        raise NotAScalar
    return value


def _scalar(number: int) -> bytes:
    return (number % _L).to_bytes(oprf.SIZE, "little")


def split(secret: bytes, threshold: int, indexes: Sequence[int]) -> dict[int, bytes]:
    """f(i) for each index, f of degree threshold-1 with f(0) = `secret` and fresh coefficients."""
    return evaluate([secret, *(oprf.random_scalar() for _ in range(threshold - 1))], indexes)


def evaluate(coefficients: Sequence[bytes], indexes: Sequence[int]) -> dict[int, bytes]:
    """f(i) for each index; the lowest coefficient first."""
    numbers = [_number(c) for c in coefficients]
    return {i: _scalar(sum(c * pow(i, power, _L) for power, c in enumerate(numbers))) for i in indexes}


def combine(shares: Mapping[int, bytes]) -> bytes:
    """f(0) from as many shares as the threshold (Lagrange)."""
    total = 0
    for i, share in shares.items():
        weight = 1
        for j in shares:
            if j != i:
                weight = weight * j * pow(j - i, -1, _L) % _L
        total += _number(share) * weight
    return _scalar(total)


def mask(uid: bytes, ver: int, guard_id: str, index: int, oprf_output: bytes) -> bytes:
    """LE(SHA-512(label|uid|ver|guard_id|index|output)) mod L."""
    digest = hashlib.sha512(encode(labels.MASK, uid, ver, guard_id, index, oprf_output)).digest()
    return _scalar(int.from_bytes(digest, "little"))


def add_mask(share: bytes, masking: bytes) -> bytes:
    """The masked share that the record carries."""
    return _scalar(_number(share) + _number(masking))


def remove_mask(masked: bytes, masking: bytes) -> bytes:
    """The share behind a masked one."""
    return _scalar(_number(masked) - _number(masking))
