"""A sealed column opens where it was sealed, with its key, and nowhere else."""

import pytest
from cryptography.exceptions import InvalidTag

from dojang.adapters.database.sealed import FieldCipher

KEY = bytes(range(32))


def test_what_is_sealed_opens_in_its_place_alone() -> None:
    cipher = FieldCipher(KEY)
    sealed = cipher.seal("applications.sealed:1", "홍길동".encode())
    assert cipher.open("applications.sealed:1", sealed).decode() == "홍길동"
    for opener, place, given in (
        (cipher, "applications.sealed:2", sealed),
        (FieldCipher(bytes(32)), "applications.sealed:1", sealed),
        (cipher, "applications.sealed:1", sealed[:-1] + bytes([sealed[-1] ^ 1])),
    ):
        with pytest.raises(InvalidTag):
            opener.open(place, given)


def test_equal_values_are_sealed_differently_and_indexed_alike() -> None:
    cipher = FieldCipher(KEY)
    assert cipher.seal("a", b"x") != cipher.seal("a", b"x")
    assert cipher.index("a", "x") == FieldCipher(KEY).index("a", "x")
    assert len({cipher.index("a", "x"), cipher.index("b", "x"), cipher.index("a", "y")}) == 3


def test_a_short_key_is_no_key() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        FieldCipher(b"change me")
