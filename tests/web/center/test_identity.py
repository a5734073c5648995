"""Step four as a page: what reaches the server, and what is said of it."""

import pytest

from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import say
from dojang.values.application import Step
from tests.journeys.proofing import RESIDENT_NUMBER, World
from tests.web.center.site import Customer, visiting


@pytest.fixture
def at_identity(customer: Customer) -> Customer:
    return customer.reach(Step.IDENTITY)


def refused(customer: Customer, status: int, code: str, field: str = "user_id") -> None:
    sentence = say(customer.language, f"refusals.{code}")
    assert (customer.answer.status_code, customer.beside(field)) == (status, sentence if field else "")
    assert customer.summary.startswith(sentence)
    assert customer.page.title.startswith(say(customer.language, "frame.error") + ":")


def test_the_number_as_the_browser_seals_it_leads_on(at_identity: Customer) -> None:
    assert at_identity.identify().at == "/issue/call"


def test_the_fields_of_the_number_have_no_name_and_no_value(at_identity: Customer) -> None:
    for field in ("rrn_front", "rrn_back"):
        tag = at_identity.answer.text.split(f'id="{field}"')[0].rpartition("<")[2]
        tag += at_identity.answer.text.split(f'id="{field}"')[1].partition(">")[0]
        assert "name=" not in tag
        assert "value=" not in tag


def test_without_javascript_it_says_why_not_and_how_to_go_on(at_identity: Customer) -> None:
    without = at_identity.answer.text.split("<noscript>")[1].split("</noscript>")[0]
    assert say(at_identity.language, "issue_identity.no_script") in without
    assert say(at_identity.language, "issue_identity.no_script_way").replace("'", "&#39;") in without


@pytest.mark.parametrize(("number", "user_id"), [("9912319000017", "hong1899"), (RESIDENT_NUMBER, "somebody")])
def test_whatever_is_wrong_the_page_says_the_same(at_identity: Customer, number: str, user_id: str) -> None:
    at_identity.identify(number, user_id)
    refused(at_identity, 403, "identity_not_matched")
    form = at_identity.page.form("/issue/identity")
    assert (form["user_id"], form["sealed_rrn"]) == (user_id, "")
    assert number not in at_identity.answer.text


@pytest.mark.parametrize("sealed", ["", "AAAA ", "no base64!", "A"])
def test_a_number_that_was_not_sealed_is_asked_for_again(at_identity: Customer, sealed: str) -> None:
    at_identity.send("/issue/identity", {"user_id": "hong1899", "sealed_rrn": sealed})
    sentence = say(at_identity.language, "issue_identity.rrn_front_wrong")
    assert (at_identity.answer.status_code, at_identity.summary) == (422, sentence)
    assert at_identity.beside("rrn_front") == sentence
    assert "reached" not in at_identity.world.reached


@pytest.mark.parametrize("user_id", ["", "  ", "x" * 65])
def test_a_user_id_that_can_be_none_is_asked_for_again(at_identity: Customer, user_id: str) -> None:
    at_identity.identify(user_id=user_id)
    sentence = say(at_identity.language, "issue_identity.user_id_wrong")
    assert (at_identity.answer.status_code, at_identity.beside("user_id")) == (422, sentence)
    assert at_identity.summary == sentence


def test_two_fields_that_are_wrong_are_both_said(at_identity: Customer) -> None:
    at_identity.send("/issue/identity", {"user_id": "", "sealed_rrn": ""})
    assert at_identity.beside("user_id") in at_identity.summary
    assert at_identity.beside("rrn_front") in at_identity.summary


def test_too_many_wrong_ones_are_stopped_and_say_for_how_long(at_identity: Customer) -> None:
    for _ in range(NUMBERS.application.identity_tries_per_person):
        at_identity.identify("9912319000017")
    at_identity.identify()
    refused(at_identity, 423, "identity_locked")
    assert str(NUMBERS.application.identity_window // 60) in at_identity.summary


def test_somebody_whose_data_leaked_is_sent_to_a_branch() -> None:
    with visiting(World(exposed=True)) as customer:
        customer.reach(Step.IDENTITY).identify()
        refused(customer, 403, "customer_exposed", "")
        assert say("ko", "refusals.customer_exposed_remedy") in customer.summary


def test_with_the_bank_down_nothing_counts_and_the_same_again_goes_on(at_identity: Customer) -> None:
    at_identity.world.bank_is_down = True
    sealed, key = at_identity.world, at_identity.page.form("/issue/identity")["idempotency_key"]
    sealed.bank_is_down = False
    form = {"user_id": "hong1899", "sealed_rrn": at_identity.sealed()}
    sealed.bank_is_down = True
    at_identity.send("/issue/identity", form)
    refused(at_identity, 503, "bank_unavailable", "")
    assert say(at_identity.language, "issue_identity.bank_unavailable_remedy") in at_identity.summary
    again = at_identity.page.form("/issue/identity")
    assert (again["idempotency_key"], again["user_id"]) == (key, "hong1899")
    sealed.bank_is_down = False
    assert at_identity.send("/issue/identity", form).at == "/issue/call"


def test_after_the_bank_was_down_another_number_needs_one_more_press(at_identity: Customer) -> None:
    form = {"user_id": "hong1899", "sealed_rrn": at_identity.sealed()}
    at_identity.world.bank_is_down = True
    at_identity.send("/issue/identity", form)
    at_identity.world.bank_is_down = False
    at_identity.send("/issue/identity", {**form, "sealed_rrn": at_identity.sealed()})
    refused(at_identity, 409, "idempotency_key_reused", "")
    assert at_identity.identify().at == "/issue/call"


def test_sent_twice_the_bank_is_asked_once(at_identity: Customer) -> None:
    page = at_identity.page
    form = {"user_id": "hong1899", "sealed_rrn": at_identity.sealed()}
    before = at_identity.world.reached.count("identify")
    for _ in range(2):
        assert at_identity.send("/issue/identity", form, page).at == "/issue/call"
    assert at_identity.world.reached.count("identify") == before + 1


def test_back_on_it_the_name_is_masked_and_says_how_long_it_holds(at_identity: Customer) -> None:
    at_identity.identify().look("/issue/identity")
    assert "홍*동" in at_identity.text
    assert "홍길동" not in at_identity.answer.text
    until = at_identity.world.clock.now() + NUMBERS.application.identity_proof
    assert f'data-until="{until}"' in at_identity.answer.text


def test_what_lapsed_is_checked_once_more_and_the_rest_still_holds(at_identity: Customer) -> None:
    at_identity.identify()
    at_identity.world.clock.forward(NUMBERS.application.identity_proof - 60)
    at_identity.look("/issue/call").send("/issue/extend")
    stale = at_identity.page
    at_identity.world.clock.forward(60)
    at_identity.send("/issue/call", {"phone": "0"}, stale)
    assert at_identity.at == "/issue/identity?why=lapsed"
    assert at_identity.says("issue.why_lapsed", number=4)
    assert at_identity.identify().at == "/issue/call"
