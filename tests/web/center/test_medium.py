"""Step six as pages: the card, the OTP, and what is said when they are wrong or locked."""

import pyotp
import pytest

from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import say
from dojang.values.application import Medium, Step
from tests.journeys.proofing import World
from tests.web.center.site import Customer, visiting

CARD, OTP = "/issue/medium/card", "/issue/medium/otp"


@pytest.fixture
def at_medium(customer: Customer) -> Customer:
    return customer.reach(Step.MEDIUM)


def refused(customer: Customer, status: int, code: str, field: str, **parts: object) -> None:
    sentence = say(customer.language, f"refusals.{code}", **parts)
    assert (customer.answer.status_code, customer.beside(field) if field else sentence) == (status, sentence)
    assert customer.summary.startswith(sentence)
    assert customer.page.title.startswith(say(customer.language, "frame.error") + ":")


def wrong_pair(customer: Customer) -> dict[str, str]:
    card, asked = customer.world.customer.card, customer.asked
    right = card[asked.first_position - 1][:2]
    return {"first": f"{(int(right) + 1) % 100:02}", "second": card[asked.second_position - 1][2:]}


def test_the_media_that_the_customer_has_stand_there(at_medium: Customer) -> None:
    for medium in Medium:
        assert at_medium.says(f"issue_medium.{medium.value}_hint")


def test_of_one_medium_alone_its_page_comes_at_once() -> None:
    with visiting(World(media=(Medium.ONE_TIME_CODE,))) as customer:
        customer.reach(Step.MEDIUM)
        assert customer.at == OTP
        assert not customer.says("issue_medium.security_card_instead")
        for other in (CARD, "/issue/medium/mobile"):
            assert customer.look(other).at == OTP


def test_a_medium_that_the_customer_has_not_got_leads_to_the_one_they_have() -> None:
    with visiting(World(media=(Medium.SECURITY_CARD,))) as customer:
        customer.reach(Step.MEDIUM)
        for other in (OTP, "/issue/medium/mobile"):
            assert customer.look(other).at == CARD


def test_without_any_the_branch_is_named() -> None:
    with visiting(World(media=())) as customer:
        assert customer.reach(Step.MEDIUM).says("issue_medium.none")


def test_the_right_digits_lead_on(at_medium: Customer) -> None:
    at_medium.look(CARD)
    assert "****0001" in at_medium.text
    assert at_medium.show_card().at == "/issue/details"


def test_wrong_digits_ask_the_same_again_and_are_not_shown_again(at_medium: Customer) -> None:
    asked = at_medium.look(CARD).asked
    typed = wrong_pair(at_medium)
    at_medium.send(CARD, typed)
    refused(at_medium, 403, "wrong_card_digits", "first", tries_left=NUMBERS.security_card.tries - 1)
    form = at_medium.page.form(CARD)
    assert (at_medium.asked, form["first"], form["second"]) == (asked, "", "")
    assert at_medium.look(CARD).asked == asked
    assert at_medium.show_card().at == "/issue/details"


@pytest.mark.parametrize(
    ("first", "second", "wrong"), [("1", "22", "first"), ("11", "2a", "second"), ("", "22", "first")]
)
def test_what_is_no_two_digits_spends_no_try(at_medium: Customer, first: str, second: str, wrong: str) -> None:
    at_medium.look(CARD).send(CARD, {"first": first, "second": second})
    sentence = say(at_medium.language, f"issue_card.{wrong}_wrong")
    assert (at_medium.answer.status_code, at_medium.summary, at_medium.beside(wrong)) == (422, sentence, sentence)
    assert "answer" not in at_medium.world.reached


def test_digits_may_be_typed_full_width_and_with_spaces(at_medium: Customer) -> None:
    at_medium.look(CARD)
    card, asked = at_medium.world.customer.card, at_medium.asked
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in card[asked.first_position - 1][:2])
    spaced = " ".join(card[asked.second_position - 1][2:])
    assert at_medium.send(CARD, {"first": wide, "second": spaced}).at == "/issue/details"


def test_a_card_answered_wrongly_too_often_is_locked_and_another_way_leads_on(at_medium: Customer) -> None:
    at_medium.look(CARD)
    for _ in range(NUMBERS.security_card.tries):
        at_medium.send(CARD, wrong_pair(at_medium))
    assert at_medium.heading == say(at_medium.language, "issue_card.locked")
    assert at_medium.look(CARD).answer.status_code == 423
    assert CARD not in [form["action"] for form in at_medium.page.forms]
    assert at_medium.says("issue_card.locked_way")
    assert at_medium.look(OTP).send(OTP, {"code": at_medium.world.otp()}).at == "/issue/details"


def test_a_locked_card_alone_leads_to_the_branch() -> None:
    with visiting(World(media=(Medium.SECURITY_CARD,))) as customer:
        customer.reach(Step.MEDIUM)
        for _ in range(NUMBERS.security_card.tries):
            customer.send(CARD, wrong_pair(customer))
        assert customer.says("issue_card.locked_alone")


def test_sent_twice_one_try_is_spent(at_medium: Customer) -> None:
    page, typed = at_medium.look(CARD).page, wrong_pair(at_medium)
    for _ in range(2):
        at_medium.send(CARD, typed, page)
        refused(at_medium, 403, "wrong_card_digits", "first", tries_left=NUMBERS.security_card.tries - 1)
    assert at_medium.world.reached.count("answer") == 1


def test_with_the_bank_down_the_card_cannot_be_asked_for_and_the_way_is_shown(at_medium: Customer) -> None:
    at_medium.world.bank_is_down = True
    at_medium.look(CARD)
    refused(at_medium, 503, "bank_unavailable", "")
    assert f'href="{CARD}"' in at_medium.answer.text
    at_medium.world.bank_is_down = False
    assert at_medium.look(CARD).show_card().at == "/issue/details"


def test_the_devices_code_leads_on_with_spaces_too(at_medium: Customer) -> None:
    code = at_medium.world.otp()
    assert at_medium.look(OTP).send(OTP, {"code": f" {code[:3]} {code[3:]} "}).at == "/issue/details"


def wrong_code(customer: Customer) -> str:
    """No code of the window: the world's clock and seed are the same in every run."""
    clock = customer.world.clock.now()
    near = {pyotp.TOTP(customer.world.customer.otp_seed).at(clock + step) for step in (-30, 0, 30)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


def test_a_wrong_code_says_how_many_tries_are_left_and_is_not_shown_again(at_medium: Customer) -> None:
    at_medium.look(OTP).send(OTP, {"code": wrong_code(at_medium)})
    refused(at_medium, 403, "wrong_one_time_code", "code", tries_left=NUMBERS.one_time_code.tries - 1)
    assert at_medium.page.form(OTP)["code"] == ""


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a"])
def test_what_is_no_code_spends_no_try(at_medium: Customer, code: str) -> None:
    at_medium.look(OTP).send(OTP, {"code": code})
    sentence = say(at_medium.language, "issue_otp.code_wrong")
    assert (at_medium.answer.status_code, at_medium.summary, at_medium.beside("code")) == (422, sentence, sentence)
    assert "check" not in at_medium.world.reached


def test_a_locked_otp_says_so(at_medium: Customer) -> None:
    at_medium.look(OTP)
    for _ in range(NUMBERS.one_time_code.tries + 1):
        at_medium.send(OTP, {"code": wrong_code(at_medium)})
    refused(at_medium, 423, "one_time_code_locked", "")
    assert at_medium.says("issue_medium.security_card_instead")


def test_with_the_bank_down_the_same_code_again_is_the_same_try(at_medium: Customer) -> None:
    key, code = at_medium.look(OTP).page.form(OTP)["idempotency_key"], at_medium.world.otp()
    at_medium.world.bank_is_down = True
    at_medium.send(OTP, {"code": code})
    refused(at_medium, 503, "bank_unavailable", "")
    assert (at_medium.page.form(OTP)["idempotency_key"], at_medium.page.form(OTP)["code"]) == (key, "")
    at_medium.world.bank_is_down = False
    assert at_medium.send(OTP, {"code": code}).at == "/issue/details"


def test_back_on_it_the_medium_that_was_shown_is_named(at_medium: Customer) -> None:
    at_medium.look(CARD).show_card().look(CARD)
    assert at_medium.says("issue_proven.medium")
    assert at_medium.says("issue_medium.security_card")
