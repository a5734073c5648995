"""Each factor's own rules."""

import unicodedata
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from dojang.policy.numbers import NUMBERS
from dojang.proofing import ars, details, identity, mobile_approval
from dojang.proofing.avoided_pins import avoided
from dojang.refusals import (
    CallExpired,
    CallTriesSpent,
    DetailsNotMatched,
    IdentityLocked,
    IdentityNotMatched,
    SignatureRefused,
)
from dojang.values.applicant import ProvenApplicant, masked_name
from dojang.values.application import BankCustomer, CallProof, PhoneKind, PlacedCall, RegisteredPhone, Route
from dojang.values.factors import ApprovalState, ApprovalStatus, CallState, CallStatus
from dojang.values.resident_number import birth_date, masked

CUSTOMER = BankCustomer("1", "Hong Gil-dong", "1899-12-31", (), (), b"", exposed=False)
TODAY = date(2030, 1, 1)
PHONE = RegisteredPhone("ref", PhoneKind.MOBILE, "010****5678")


@pytest.mark.parametrize("checksum", range(10))
def test_a_resident_number_is_never_refused_on_its_checksum(checksum: int) -> None:
    assert birth_date(f"991231-900000{checksum}", TODAY) == date(1899, 12, 31)


@pytest.mark.parametrize(
    ("number", "born"),
    [
        ("9912310000009", date(1899, 12, 31)),
        ("991231-1000000", date(1999, 12, 31)),
        ("000229-3000000", date(2000, 2, 29)),
        ("991231-6000000", date(1999, 12, 31)),
        ("290101-8000000", date(2029, 1, 1)),
    ],
)
def test_the_seventh_digit_says_the_century(number: str, born: date) -> None:
    assert birth_date(number, TODAY) == born


@pytest.mark.parametrize(
    "number",
    ["", "991231-900000", "991231-90000099", "991331-9000000", "990229-1000000", "300102-3000000", "９91231-9000000"],
    ids=["empty", "short", "long", "no month", "no day", "to come", "other digits"],
)
def test_a_number_of_no_form_day_or_past_is_refused(number: str) -> None:
    with pytest.raises(IdentityNotMatched):
        birth_date(number, TODAY)


def test_a_resident_number_is_shown_masked() -> None:
    assert masked("9912319000009") == masked("991231-9000009") == "991231-9******"


@pytest.mark.parametrize(
    "typed",
    [
        "HONG GIL-DONG",
        "hong  gil-dong",
        "Gil-dong Hong",
        " Honggil-dong",
        unicodedata.normalize("NFD", "Hong Gil-dong"),
    ],
)
def test_case_spaces_order_and_unicode_form_make_no_other_name(typed: str) -> None:
    assert details.same_name(typed, CUSTOMER.name)


def test_a_korean_name_in_either_unicode_form_is_the_same() -> None:
    assert details.same_name(unicodedata.normalize("NFD", "홍길동"), "홍 길동")
    assert not details.same_name("홍길동", "홍길순")


@given(st.text(min_size=1, max_size=150))
def test_every_name_is_its_own_whatever_its_spacing(name: str) -> None:
    assert details.same_name(f"  {name} ", name)


def test_details_are_read_as_they_are_compared() -> None:
    read = details.read_details(" Hong  Gil-dong ", "010-1234 5678", "1899-12-31", 7)
    assert (read.name, read.phone, read.birth_date, read.at) == ("Hong Gil-dong", "01012345678", "1899-12-31", 7)
    details.check_details(read, CUSTOMER)


@pytest.mark.parametrize("phone", ["", "1234567", "0101234567x", "0" * 16])
def test_what_is_no_phone_number_is_refused(phone: str) -> None:
    with pytest.raises(DetailsNotMatched):
        details.read_details("홍길동", phone, "1899-12-31", 0)


def call(now: int = 0) -> PlacedCall:
    return ars.new_call(Route.ARS, PHONE, "47", "r", now)


def test_the_right_digits_in_time_prove_the_call_at_any_moment_of_its_life() -> None:
    status = CallStatus(CallState.ENDED, "47", 2)
    last = NUMBERS.phone_call.lifetime - 1
    assert ars.heard(call(), status, last) == CallProof(Route.ARS, last)
    with pytest.raises(CallExpired):
        ars.heard(call(), status, last + 1)


@given(
    st.integers(0, 2), st.sampled_from(list(CallState)), st.text("0123456789", max_size=2).filter(lambda d: d != "47")
)
def test_no_other_digits_prove_anything(wrong: int, state: CallState, pressed: str) -> None:
    heard = ars.heard(call(), CallStatus(state, pressed, wrong), 1)
    assert isinstance(heard, PlacedCall)
    assert heard.tries_left == NUMBERS.phone_call.tries - wrong


def test_the_right_digits_after_the_last_wrong_ones_prove_nothing() -> None:
    with pytest.raises(CallTriesSpent):
        ars.heard(call(), CallStatus(CallState.ENDED, "47", NUMBERS.phone_call.tries), 1)


def test_a_limit_takes_its_last_try_and_not_one_more() -> None:
    for limit in identity.limits("Hong", "192.0.2.1"):
        identity.check(limit, limit.tries)
        with pytest.raises(IdentityLocked) as no:
            identity.check(limit, limit.tries + 1)
        assert no.value.facts == {"window": identity.WINDOW}


def test_one_person_is_one_whatever_the_case_of_the_id() -> None:
    assert identity.limits("HONG", "a")[0] == identity.limits("hong", "a")[0]


def test_pins_made_of_the_birth_date_or_the_phone_number_are_to_be_avoided() -> None:
    found = avoided(ProvenApplicant("a", "1", "홍길동", "1899-12-31", "01012345678", 0))
    assert {"991231", "311299", "123199", "189912", "010123", "345678", "123456"} <= set(found)
    assert all(len(pin) == NUMBERS.pin.digits and pin.isdigit() for pin in found)
    assert list(found) == sorted(set(found))


@pytest.mark.parametrize(
    ("name", "shown"), [("홍길동", "홍*동"), ("홍길", "홍*"), ("Hong Gil", "H******l"), ("홍", "홍*")]
)
def test_a_name_is_masked_between_its_ends(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP384R1()), Ed25519PrivateKey.generate()])
def test_an_approval_by_a_key_of_another_kind_is_refused(key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey) -> None:
    asked = mobile_approval.new_approval("a", "12", "r", 0)
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if isinstance(key, Ed25519PrivateKey):
        signature = key.sign(asked.text.encode())
    else:
        signature = key.sign(asked.text.encode(), ec.ECDSA(SHA256()))
    with pytest.raises(SignatureRefused):
        mobile_approval.check_approval(asked, ApprovalStatus(ApprovalState.APPROVED, signature), spki, 0)
    with pytest.raises(SignatureRefused):
        mobile_approval.check_approval(asked, ApprovalStatus(ApprovalState.APPROVED, signature), b"no key", 0)
