"""Ed25519 keys that prove nothing are refused."""

import pytest

from dojang.pin.signatures import SigningKey, check_public_key, verify
from dojang.refusals import NotAPublicKey, SignatureRefused

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
L = 2**252 + 27742317777372353535851937790883648493
Point = tuple[int, int]


def x_of(y: int) -> int | None:
    """RFC 8032 5.1.3: an x with -x^2 + y^2 = 1 + d x^2 y^2."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    for x in (root, root * pow(2, (P - 1) // 4, P) % P):
        if x * x % P == square:
            return x
    return None


def add(a: Point, b: Point) -> Point:
    k = D * a[0] * b[0] * a[1] * b[1] % P
    return (a[0] * b[1] + b[0] * a[1]) * pow(1 + k, -1, P) % P, (a[1] * b[1] + a[0] * b[0]) * pow(1 - k, -1, P) % P


def multiply(n: int, point: Point) -> Point:
    result = (0, 1)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def torsion() -> set[Point]:
    """The eight points whose order divides 8: the group order away from a point that generates the whole curve."""
    points: set[Point] = set()
    y = 2
    while len(points) < 8:
        x = x_of(y)
        if x is not None:
            small = multiply(L, (x, y))
            points |= {multiply(n, small) for n in range(8)}
        y += 1
    return points


def test_every_point_of_small_order_is_refused() -> None:
    points = torsion()
    assert len(points) == 8
    for x, y in points:
        for sign in (x & 1, 1 - (x & 1)):
            with pytest.raises(NotAPublicKey):
                check_public_key((y | sign << 255).to_bytes(32, "little"))


@pytest.mark.parametrize("y", [P, P + 1, 2**255 - 1])
def test_a_key_that_is_not_reduced_is_refused(y: int) -> None:
    with pytest.raises(NotAPublicKey):
        check_public_key(y.to_bytes(32, "little"))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(NotAPublicKey):
        check_public_key(b"\x05" * size)


def test_a_signature_by_another_key_or_over_other_bytes_is_refused() -> None:
    key, other = SigningKey.generate(), SigningKey.generate()
    verify(key.public, key.sign(b"data"), b"data")
    for signature, data in (
        (other.sign(b"data"), b"data"),
        (key.sign(b"data"), b"date"),
        (bytes(64), b"data"),
        (b"", b"data"),
    ):
        with pytest.raises(SignatureRefused):
            verify(key.public, signature, data)


def test_a_signing_key_shows_its_public_half_only() -> None:
    key = SigningKey.generate()
    assert key.seed.hex() not in repr(key)
    assert key.public.hex() in repr(key)
