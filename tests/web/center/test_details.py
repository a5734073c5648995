"""Step seven as a page."""

import pytest

from dojang.policy.wording import say
from dojang.values.application import Step
from tests.web.center.site import Customer


@pytest.fixture
def at_details(customer: Customer) -> Customer:
    return customer.reach(Step.DETAILS)


def test_the_birth_date_stands_there_already(at_details: Customer) -> None:
    form = at_details.page.form("/issue/details")
    assert (form["name"], form["phone"], form["birth_date"]) == ("", "", "1899-12-31")
    assert at_details.says("issue_details.birth_date_hint")


@pytest.mark.parametrize("born", ["1899-12-31", "18991231", "1899.12.31", "1899. 12. 31.", "１８９９-12-31"])
@pytest.mark.parametrize("phone", ["01012345678", "010 1234 5678"])
def test_what_equals_the_banks_record_leads_on_however_it_is_written(korean: Customer, born: str, phone: str) -> None:
    korean.reach(Step.DETAILS).details(birth_date=born, phone=phone)
    assert korean.at == "/issue/pin"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "  "),
        ("name", "홍" * 201),
        ("phone", ""),
        ("phone", "0101234"),
        ("phone", "010-1234-567x"),
        ("birth_date", ""),
        ("birth_date", "1899-02-30"),
        ("birth_date", "yesterday"),
        ("birth_date", "99-12-31"),
    ],
)
def test_what_can_be_none_is_said_at_its_field_and_the_rest_stays(at_details: Customer, field: str, typed: str) -> None:
    given = {"name": "홍길동", "phone": "01012345678", "birth_date": "1899-12-31", field: typed}
    at_details.details(**given)
    sentence = say(at_details.language, f"issue_details.{field}_wrong")
    assert (at_details.answer.status_code, at_details.summary, at_details.beside(field)) == (422, sentence, sentence)
    form = at_details.page.form("/issue/details")
    assert {name: form[name] for name in given} == given


@pytest.mark.parametrize("changed", [{"name": "김하늘"}, {"phone": "010-9999-9999"}, {"birth_date": "1899-12-30"}])
def test_whatever_differs_from_the_banks_record_the_page_says_the_same(
    at_details: Customer, changed: dict[str, str]
) -> None:
    at_details.details(**changed)
    sentence = say(at_details.language, "refusals.details_not_matched")
    assert (at_details.answer.status_code, at_details.beside("name")) == (403, sentence)
    form = at_details.page.form("/issue/details")
    assert {name: form[name] for name in changed} == changed


def test_with_the_bank_down_what_was_typed_stays(at_details: Customer) -> None:
    at_details.world.bank_is_down = True
    at_details.details()
    assert at_details.answer.status_code == 503
    assert at_details.summary.startswith(say(at_details.language, "refusals.bank_unavailable"))
    at_details.world.bank_is_down = False
    assert at_details.send("/issue/details").at == "/issue/pin"


def test_what_somebody_typed_is_text_and_never_markup(korean: Customer) -> None:
    korean.reach(Step.DETAILS).details(name='"><script>alert(1)</script>')
    assert "<script>alert" not in korean.answer.text
