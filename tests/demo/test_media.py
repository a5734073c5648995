"""Security card, one-time code, approval on the mobile."""

from typing import Any

import pyotp
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from dojang.pin.encoding import unb64
from dojang.policy.numbers import NUMBERS
from tests.demo.conftest import Applicant

QUESTION, ANSWER = "/security-cards/questions", "/security-cards/answers"


def right_digits(applicant: Applicant, question: dict[str, Any]) -> dict[str, str]:
    card = applicant.person["card"]
    return {"first": card[question["first_position"] - 1][:2], "second": card[question["second_position"] - 1][2:]}


def wrong_digits(applicant: Applicant, question: dict[str, Any]) -> dict[str, str]:
    right = right_digits(applicant, question)
    return {**right, "second": f"{(int(right['second']) + 1) % 100:02d}"}


def test_a_card_question_is_two_different_positions_of_a_masked_card(applicant: Applicant) -> None:
    question = applicant.bank.ask(QUESTION, applicant.who)
    assert question["serial_masked"] == f"****{applicant.person['card_serial'][-4:]}"
    assert question["first_position"] != question["second_position"]
    assert {question["first_position"], question["second_position"]} <= set(range(1, 36))


def test_the_question_stays_until_it_is_answered_rightly_across_applications(applicant: Applicant) -> None:
    question = applicant.bank.ask(QUESTION, applicant.who)
    applicant.bank.refused(ANSWER, {**applicant.who, **wrong_digits(applicant, question)})
    later = Applicant(applicant.bank, applicant.person, "later")
    later.identify()
    assert applicant.bank.ask(QUESTION, later.who) == question
    applicant.bank.ask(ANSWER, {**later.who, **right_digits(later, question)})
    assert applicant.bank.ask(QUESTION, later.who) != question


@pytest.mark.parametrize("half", ["first", "second"])
def test_one_wrong_half_is_a_wrong_answer(applicant: Applicant, half: str) -> None:
    right = right_digits(applicant, applicant.bank.ask(QUESTION, applicant.who))
    wrong = {**right, half: f"{(int(right[half]) + 1) % 100:02d}"}
    assert applicant.bank.refused(ANSWER, {**applicant.who, **wrong})["code"] == "wrong_card_digits"


def test_front_digits_and_back_digits_are_not_interchangeable(applicant: Applicant) -> None:
    question = applicant.bank.ask(QUESTION, applicant.who)
    card = applicant.person["card"]
    swapped = {
        "first": card[question["first_position"] - 1][2:],
        "second": card[question["second_position"] - 1][:2],
    }
    assert applicant.bank.refused(ANSWER, {**applicant.who, **swapped})["code"] == "wrong_card_digits"


def test_the_fifth_wrong_answer_locks_the_card_for_right_ones_and_questions_too(applicant: Applicant) -> None:
    question = applicant.bank.ask(QUESTION, applicant.who)
    for left in reversed(range(NUMBERS.security_card.tries)):
        refused = applicant.bank.refused(ANSWER, {**applicant.who, **wrong_digits(applicant, question)})
        assert (refused["code"], refused["tries_left"], refused["status"]) == ("wrong_card_digits", left, 403)
    locked = applicant.bank.refused(ANSWER, {**applicant.who, **right_digits(applicant, question)})
    assert (locked["code"], locked["status"]) == ("card_locked", 423)
    assert applicant.bank.refused(QUESTION, applicant.who)["code"] == "card_locked"


def test_a_right_answer_clears_the_count(applicant: Applicant) -> None:
    for _ in range(2):
        question = applicant.bank.ask(QUESTION, applicant.who)
        for _ in range(NUMBERS.security_card.tries - 1):
            applicant.bank.refused(ANSWER, {**applicant.who, **wrong_digits(applicant, question)})
        applicant.bank.ask(ANSWER, {**applicant.who, **right_digits(applicant, question)})


def test_an_answer_without_a_question_is_a_wrong_step(applicant: Applicant) -> None:
    refused = applicant.bank.refused(ANSWER, {**applicant.who, "first": "00", "second": "00"})
    assert (refused["code"], refused["expected"]) == ("wrong_step", "question")


@pytest.mark.parametrize("digits", ["1", "123", "1x", "١٢"])
def test_card_digits_are_two_digits(applicant: Applicant, digits: str) -> None:
    assert applicant.bank.refused(ANSWER, {**applicant.who, "first": digits, "second": "00"})["field"] == "first"


# RFC 6238 appendix B, SHA-1: the last six of the eight digits.
@pytest.mark.parametrize(
    ("time", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(time: int, code: str) -> None:
    assert pyotp.TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").at(time) == code


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_code_within_one_step_is_right(applicant: Applicant, offset: int) -> None:
    applicant.bank.ask("/one-time-codes", {**applicant.who, "code": applicant.code(offset)})


@pytest.mark.parametrize("offset", [-2, 2])
def test_a_code_two_steps_off_is_wrong(applicant: Applicant, offset: int) -> None:
    refused = applicant.bank.refused("/one-time-codes", {**applicant.who, "code": applicant.code(offset)})
    assert refused["code"] == "wrong_one_time_code"


def test_a_code_is_good_once_and_no_earlier_one_after_it(applicant: Applicant) -> None:
    applicant.bank.ask("/one-time-codes", {**applicant.who, "code": applicant.code()})
    for offset in (0, -1):
        refused = applicant.bank.refused("/one-time-codes", {**applicant.who, "code": applicant.code(offset)})
        assert (refused["code"], refused["status"]) == ("wrong_one_time_code", 403)
    applicant.bank.ask("/one-time-codes", {**applicant.who, "code": applicant.code(1)})


def test_the_tenth_wrong_code_locks(applicant: Applicant) -> None:
    for left in reversed(range(NUMBERS.one_time_code.tries)):
        refused = applicant.bank.refused("/one-time-codes", {**applicant.who, "code": applicant.code(9)})
        assert refused["tries_left"] == left
    refused = applicant.bank.refused("/one-time-codes", {**applicant.who, "code": applicant.code()})
    assert (refused["code"], refused["status"]) == ("one_time_code_locked", 423)


def test_a_right_code_clears_the_count(applicant: Applicant) -> None:
    for _ in range(2):
        for _ in range(NUMBERS.one_time_code.tries - 1):
            applicant.bank.refused("/one-time-codes", {**applicant.who, "code": applicant.code(9)})
        applicant.bank.ask("/one-time-codes", {**applicant.who, "code": applicant.code()})
        applicant.bank.clock.time += 30


def ask_approval(applicant: Applicant, text: str = "금융인증서 발급 4821") -> str:
    body = {**applicant.who, "text": text, "comparison_code": "4821"}
    return str(applicant.bank.ask("/mobile-approvals", body)["approval_id"])


def decide(applicant: Applicant, approval_id: str, decision: str, kind: str = "mobile") -> Any:
    url = f"/phones/{applicant.phone(kind)}/approvals/{approval_id}"
    return applicant.bank.anyone.post(url, json={"decision": decision})


def test_an_approval_is_signed_by_the_registered_key_over_exactly_the_shown_text(applicant: Applicant) -> None:
    approval_id = ask_approval(applicant)
    (shown,) = applicant.bank.anyone.get(f"/phones/{applicant.phone()}/approvals").json()["approvals"]
    assert (shown["text"], shown["comparison_code"], shown["state"]) == ("금융인증서 발급 4821", "4821", "pending")
    decide(applicant, approval_id, "approve")
    state = applicant.bank.get(f"/mobile-approvals/{approval_id}")
    assert (state["state"], state["device_key"]) == ("approved", applicant.identify()["mobile_key"])
    key = load_der_public_key(unb64(state["device_key"]))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(unb64(state["signature"]), shown["text"].encode(), ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(unb64(state["signature"]), b"other", ec.ECDSA(SHA256()))


def test_a_declined_approval_has_no_signature_and_stays_declined(applicant: Applicant) -> None:
    approval_id = ask_approval(applicant)
    decide(applicant, approval_id, "decline")
    assert decide(applicant, approval_id, "approve").json()["code"] == "approval_over"
    state = applicant.bank.get(f"/mobile-approvals/{approval_id}")
    assert (state["state"], state["signature"]) == ("declined", "")


def test_a_late_approval_is_refused(applicant: Applicant) -> None:
    approval_id = ask_approval(applicant)
    applicant.bank.clock.time += NUMBERS.mobile_confirm.lifetime
    assert decide(applicant, approval_id, "approve").json()["code"] == "approval_over"
    assert applicant.bank.get(f"/mobile-approvals/{approval_id}")["state"] == "pending"


def test_an_approval_is_decided_on_its_own_phone_only(applicant: Applicant) -> None:
    assert decide(applicant, ask_approval(applicant), "approve", "land").status_code == 404


def test_a_decision_is_yes_or_no(applicant: Applicant) -> None:
    assert decide(applicant, ask_approval(applicant), "maybe").json()["field"] == "decision"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (QUESTION, {}),
        ("/one-time-codes", {"code": "000000"}),
        ("/mobile-approvals", {"text": "t", "comparison_code": "4821"}),
    ],
)
def test_a_medium_that_the_customer_does_not_own_is_named_so(
    new_applicant: Any, path: str, body: dict[str, Any]
) -> None:
    applicant = new_applicant(media=[])
    applicant.identify()
    assert applicant.bank.refused(path, {**applicant.who, **body})["code"] == "medium_not_owned"
