import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from dojang.authority import registration
from dojang.authority.registration import RegistrationStatement, applicant_hash
from dojang.pin.signatures import SigningKey
from dojang.refusals import RegistrationRefused

RA = SigningKey(bytes(range(32)))


def statement(**other: Any) -> RegistrationStatement:
    said = {
        "name": "홍길동",
        "applicant_hash": applicant_hash("홍길동", "1899-12-31", "C-0001", bytes(16)),
        "uid": b"u" * 16,
        "kid": b"k" * 16,
        "authorization_key": SigningKey(bytes(32)).public,
    }
    return registration.sign(RA, **{**said, **other})


@pytest.mark.parametrize("replaces", [b"", b"o" * 16])
def test_the_registration_authority_vouches_for_a_name_and_a_key(replaces: bytes) -> None:
    said = statement(replaces=replaces)
    assert registration.check(said, RA.public) is said


@pytest.mark.parametrize(
    "change",
    [
        {"name": "홍길순"},
        {"applicant_hash": bytes(32)},
        {"uid": b"v" * 16},
        {"kid": b"l" * 16},
        {"authorization_key": SigningKey(b"\x01" * 32).public},
        {"replaces": b"o" * 16},
        {"signature": bytes(64)},
        {"signature": b""},
    ],
    ids=str,
)
def test_a_statement_about_anything_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(RegistrationRefused):
        registration.check(replace(statement(), **change), RA.public)


def test_another_registration_authoritys_statement_is_refused() -> None:
    with pytest.raises(RegistrationRefused):
        registration.check(statement(), SigningKey(b"\x02" * 32).public)


def test_a_key_of_small_order_vouches_for_nothing() -> None:
    with pytest.raises(RegistrationRefused):
        registration.check(statement(), bytes(32))


@pytest.mark.parametrize(
    "change",
    [
        {"applicant_hash": bytes(31)},
        {"uid": bytes(15)},
        {"kid": bytes(17)},
        {"authorization_key": bytes(33)},
        {"replaces": bytes(1)},
        {"replaces": b"k" * 16},  # itself
    ],
    ids=str,
)
def test_a_statement_of_the_wrong_shape_is_refused_though_signed(change: dict[str, Any]) -> None:
    with pytest.raises(RegistrationRefused):
        registration.check(statement(**change), RA.public)


def test_the_applicant_hash_is_that_of_canonical_json_and_needs_the_salt() -> None:
    text = json.dumps(
        {"birth_date": "1899-12-31", "customer_number": "C-0001", "name": "홍길동", "salt": "AAAAAAAAAAAAAAAAAAAAAA"},
        separators=(",", ":"),
        ensure_ascii=False,
    )
    made = applicant_hash("홍길동", "1899-12-31", "C-0001", bytes(16))
    assert made == hashlib.sha256(text.encode()).digest()
    assert made != applicant_hash("홍길동", "1899-12-31", "C-0001", b"\x01" * 16)


def test_no_name_shows_in_what_a_log_would_print() -> None:
    assert "홍길동" not in repr(statement())
