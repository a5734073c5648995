"""Step three as a page."""

import pytest

from dojang.policy.wording import say, terms
from dojang.values.application import Step
from tests.web.center.site import Customer

REQUIRED = [item.item for item in terms() if item.required]


@pytest.fixture
def at_terms(customer: Customer) -> Customer:
    return customer.reach(Step.TERMS)


def test_every_item_stands_there_with_its_text_and_nothing_is_ticked(at_terms: Customer) -> None:
    for item in terms():
        assert item.titles[at_terms.language] in at_terms.text
        assert " ".join(item.texts[at_terms.language].split()) in at_terms.text
    assert not [name for name in at_terms.page.form("/issue/terms") if name in ("all", *REQUIRED, "news")]


def test_what_was_ticked_is_what_is_agreed_to_with_the_text_that_was_shown(at_terms: Customer) -> None:
    at_terms.send("/issue/terms", dict.fromkeys(REQUIRED, "1"))
    assert at_terms.at == "/issue/identity"
    kept = [consent for consent, _ in at_terms.world.books.consents.of(at_terms.application_id)]
    assert {(c.item, c.agreed) for c in kept} == {(item.item, item.required) for item in terms()}
    shown = {item.item: item.text_sha256(at_terms.language) for item in terms()}
    assert {c.item: c.text_sha256 for c in kept} == shown


def test_one_box_agrees_to_all_of_them(at_terms: Customer) -> None:
    at_terms.send("/issue/terms", {"all": "1"})
    assert at_terms.at == "/issue/identity"
    assert all(consent.agreed for consent, _ in at_terms.world.books.consents.of(at_terms.application_id))


@pytest.mark.parametrize("left_out", REQUIRED)
def test_a_required_item_left_out_is_named_and_the_rest_stays_ticked(at_terms: Customer, left_out: str) -> None:
    others = {item.item: "1" for item in terms() if item.item != left_out}
    at_terms.send("/issue/terms", others)
    sentence = say(at_terms.language, f"issue_terms.{left_out}_wrong")
    assert (at_terms.answer.status_code, at_terms.summary, at_terms.beside(left_out)) == (422, sentence, sentence)
    assert at_terms.page.title.startswith(say(at_terms.language, "frame.error") + ":")
    assert {name for name in at_terms.page.form("/issue/terms") if name in others} == set(others)


@pytest.mark.parametrize("text", ["2:00", "1:00", "", "x:y", "1"])
def test_a_text_that_is_not_todays_is_not_agreed_to(at_terms: Customer, text: str) -> None:
    at_terms.send("/issue/terms", {"all": "1", "service_text": text})
    assert at_terms.answer.status_code == 409
    assert say(at_terms.language, "refusals.terms_changed") in at_terms.summary
    assert say(at_terms.language, "refusals.terms_changed_remedy") in at_terms.summary
    assert at_terms.page.form("/issue/terms")["service_text"] != text


def test_agreed_to_twice_it_is_agreed_to_once_and_leads_on(at_terms: Customer) -> None:
    page = at_terms.page
    assert at_terms.agree().at == "/issue/identity"
    assert at_terms.send("/issue/terms", {"all": "1"}, page).at != "/issue/terms"
    at_terms.send("/issue/terms", {item.item: "1" for item in terms()}, page)
    assert at_terms.at == "/issue/identity"


def test_in_another_tab_a_step_that_is_done_leads_to_the_one_whose_turn_it_is(at_terms: Customer) -> None:
    other_tab = at_terms.look("/issue/terms").page
    at_terms.agree().identify()
    at_terms.send("/issue/terms", {"all": "1"}, other_tab)
    assert at_terms.at == "/issue/call?why=moved"
    assert at_terms.says("issue.why_moved", number=5)


def test_back_on_it_what_was_agreed_to_can_be_read_and_not_changed(at_terms: Customer) -> None:
    at_terms.send("/issue/terms", dict.fromkeys(REQUIRED, "1")).look("/issue/terms")
    assert at_terms.says("issue_proven.terms")
    assert at_terms.text.count(say(at_terms.language, "issue_proven.agreed")) >= len(REQUIRED)
    assert "/issue/terms" not in [form["action"] for form in at_terms.page.forms]
    assert 'href="/issue/identity"' in at_terms.answer.text
