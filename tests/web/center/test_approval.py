"""Step six on the phone: the code to compare, and how an approval can end."""

import pytest

from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import say
from dojang.values.application import Step
from dojang.values.factors import ApprovalState, ApprovalStatus
from tests.web.center.site import Customer

MOBILE, CHECK = "/issue/medium/mobile", "/issue/medium/mobile/check"


@pytest.fixture
def asked(customer: Customer) -> Customer:
    """The phone shows it."""
    return customer.reach(Step.MEDIUM).look(MOBILE).send(MOBILE)


def approval(customer: Customer) -> str:
    found = customer.world.books.applications.get(customer.application_id).asked_approval
    assert found is not None
    return found.approval_id


def watched(customer: Customer) -> dict[str, object]:
    return dict(customer.http.post(f"{MOBILE}/state").json())


def test_nothing_goes_to_the_phone_before_it_is_asked_for(customer: Customer) -> None:
    customer.reach(Step.MEDIUM).look(MOBILE)
    assert customer.says("issue_approval.ask_lead")
    assert customer.world.phone.asked == []


def test_screen_and_phone_show_the_same_code_and_the_approval_leads_on(asked: Customer) -> None:
    found = asked.world.books.applications.get(asked.application_id).asked_approval
    assert found is not None
    assert f'<p class="number">{found.comparison_code}</p>' in asked.answer.text
    assert found.comparison_code in found.text
    asked.world.phone.approve(found.approval_id)
    assert asked.send(CHECK).at == "/issue/details"


def test_sent_twice_the_phone_is_asked_once(customer: Customer) -> None:
    page = customer.reach(Step.MEDIUM).look(MOBILE).page
    customer.send(MOBILE, page=page).send(MOBILE, page=page)
    assert len(customer.world.phone.asked) == 1


def test_pressed_too_early_the_button_says_that_nothing_came_yet(asked: Customer) -> None:
    asked.send(CHECK)
    assert asked.at == f"{MOBILE}?why=not_yet"
    assert asked.says("issue_approval.not_yet")


def test_declined_on_the_phone_it_says_that_nothing_was_issued_and_can_be_asked_again(asked: Customer) -> None:
    asked.world.phone.decline(approval(asked))
    assert asked.send(CHECK).heading == say(asked.language, "issue_approval.declined_title")
    assert asked.says("issue_approval.declined_lead")
    asked.send(MOBILE)
    asked.world.phone.approve(approval(asked))
    assert asked.send(CHECK).at == "/issue/details"


def test_too_late_it_says_so_and_can_be_asked_again(asked: Customer) -> None:
    page = asked.page
    asked.world.clock.forward(NUMBERS.mobile_confirm.lifetime)
    assert asked.look(MOBILE).heading == say(asked.language, "issue_approval.over_title")
    assert asked.send(CHECK, page=page).heading == say(asked.language, "issue_approval.over_title")
    assert asked.send(MOBILE).says("issue_approval.waiting")


def test_an_approval_that_another_key_signed_is_refused(asked: Customer) -> None:
    asked.world.phone.put(approval(asked), ApprovalStatus(ApprovalState.APPROVED, b"forged"))
    asked.send(CHECK)
    assert asked.answer.status_code == 403
    assert asked.summary.startswith(say(asked.language, "refusals.signature_refused"))


def test_with_the_bank_down_the_same_again_asks_once(customer: Customer) -> None:
    customer.reach(Step.MEDIUM).look(MOBILE)
    key = customer.page.form(MOBILE)["idempotency_key"]
    customer.world.bank_is_down = True
    assert customer.send(MOBILE).answer.status_code == 503
    assert customer.page.form(MOBILE)["idempotency_key"] == key
    customer.world.bank_is_down = False
    assert customer.send(MOBILE).says("issue_approval.waiting")
    assert len(customer.world.phone.asked) == 1


def test_a_page_that_watches_hears_each_state_in_words(asked: Customer) -> None:
    assert watched(asked) == {"text": say(asked.language, "issue_approval.waiting"), "over": False}
    asked.world.bank_is_down = True
    assert watched(asked) == {"text": say(asked.language, "refusals.bank_unavailable"), "over": False}
    asked.world.bank_is_down = False
    asked.world.phone.approve(approval(asked))
    assert watched(asked) == {"text": say(asked.language, "issue_approval.approved"), "over": True}
    assert watched(asked)["over"] is True
    assert asked.send(CHECK).at == "/issue/details"


def test_a_page_that_watches_hears_that_it_was_declined(asked: Customer) -> None:
    asked.world.phone.decline(approval(asked))
    assert watched(asked) == {"text": say(asked.language, "refusals.approval_declined"), "over": True}


def test_nobody_else_hears_of_an_approval(asked: Customer) -> None:
    assert asked.http.post(f"{MOBILE}/state", headers={"Origin": "http://evil.example"}).status_code == 403
