"""The virtual telephone without a script: every state by reload, every press by a form."""

from typing import Any

import pytest

from dojang.policy.wording import say
from tests.demo.conftest import Applicant, Bank
from tests.demo.walking import Walker, words

LANGUAGES = ("ko", "en")
TEXT = "Compare with the number on the screen: 48. Application: a-48-1"


class Phone:
    """The applicant's telephone, by its pages."""

    def __init__(self, applicant: Applicant, language: str = "ko", kind: str = "mobile") -> None:
        self.walker, self.language = Walker(applicant.bank.anyone, language), language
        self.here = f"/phone/{applicant.phone(kind)}"

    def says(self, name: str, **parts: object) -> bool:
        """Whether the screen says it, in the tab that it opens by itself."""
        return say(self.language, f"phone.{name}", **parts) in self.walker.text(self.here)

    def press(self, path: str, **form: str) -> Any:
        return self.walker.post(f"{self.here}/{path}", form)


def ask(applicant: Applicant, code: str = "48") -> str:
    order = {**applicant.who, "text": TEXT, "comparison_code": code}
    return str(applicant.bank.ask("/mobile-approvals", order)["approval_id"])


def state_of(applicant: Applicant, approval: str) -> str:
    return str(applicant.bank.get(f"/mobile-approvals/{approval}")["state"])


def codes_on(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="code" value="')[1:]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_telephone_says_so_in_each_tab(applicant: Applicant, language: str) -> None:
    phone = Phone(applicant, language)
    for tab in ("messages", "calls", "approvals"):
        assert say(language, f"phone.no_{tab}") in phone.walker.text(f"{phone.here}?tab={tab}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_goes_from_ringing_to_passed(applicant: Applicant, language: str) -> None:
    phone, call = Phone(applicant, language), applicant.call("47")
    assert phone.says("ringing")
    assert phone.press(f"calls/{call}/answer").headers["location"] == f"{phone.here}?tab=calls"
    assert phone.says("in_call")
    phone.press(f"calls/{call}/press", digits="11")
    assert phone.says("wrong_key", n=2)
    phone.press(f"calls/{call}/press", digits="47")
    assert say(language, "phone.call_passed") in phone.walker.text(f"{phone.here}?tab=calls")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("how", ["hung_up", "no_answer", "spent", "busy", "ended"])
def test_a_call_that_was_not_passed_says_why(
    applicant: Applicant, new_applicant: Any, bank: Bank, language: str, how: str
) -> None:
    phone, call = Phone(applicant, language), applicant.call("47")
    if how == "hung_up":
        phone.press(f"calls/{call}/hang-up")
    elif how == "no_answer":
        bank.clock.time += 180
    else:
        phone.press(f"calls/{call}/answer")
    for _ in range(3 if how == "spent" else 0):
        phone.press(f"calls/{call}/press", digits="11")
    if how == "busy":
        applicant.call("47")
    if how == "ended":
        bank.clock.time += 180
    assert say(language, f"phone.call_{how}") in phone.walker.text(f"{phone.here}?tab=calls")


@pytest.mark.parametrize("digits", ["", "4", "477", "4x", "４７"])
def test_what_is_no_two_digits_is_no_try(applicant: Applicant, digits: str) -> None:
    phone, call = Phone(applicant), applicant.call("47")
    phone.press(f"calls/{call}/answer")
    answer = phone.press(f"calls/{call}/press", digits=digits)
    assert say("ko", "phone.after_not_digits") in phone.walker.text(answer.headers["location"])
    assert applicant.bank.get(f"/phone-calls/{call}")["wrong_keys"] == 0


def test_one_press_sent_twice_is_one_try(applicant: Applicant) -> None:
    phone, call = Phone(applicant), applicant.call("47")
    phone.press(f"calls/{call}/answer")
    for _ in range(2):
        answer = phone.press(f"calls/{call}/press", digits="11", idempotency_key="the-same-key-for-both")
        assert answer.headers["location"] == f"{phone.here}?tab=calls"
    assert applicant.bank.get(f"/phone-calls/{call}")["wrong_keys"] == 1


@pytest.mark.parametrize("act", ["answer", "press", "hang-up"])
def test_a_call_that_is_over_says_so_and_another_telephones_is_not_there(applicant: Applicant, act: str) -> None:
    phone, call = Phone(applicant), applicant.call("47")
    assert Phone(applicant, kind="land").press(f"calls/{call}/{act}", digits="47").status_code == 404
    phone.press(f"calls/{call}/hang-up")
    answer = phone.press(f"calls/{call}/{act}", digits="47")
    assert say("ko", "phone.after_over") in phone.walker.text(answer.headers["location"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_is_picked_out_of_three_and_hidden_in_the_text_until_then(applicant: Applicant, language: str) -> None:
    phone, approval = Phone(applicant, language), ask(applicant)
    page = phone.walker.get(phone.here)
    assert "Compare with the number on the screen: ○○. Application: a-48-1" in words(page)
    assert "48" in codes_on(page.text)
    assert len(set(codes_on(page.text))) == 3
    assert codes_on(page.text) == codes_on(phone.walker.get(phone.here).text)
    phone.press(f"approvals/{approval}", decision="approve", code="48")
    assert state_of(applicant, approval) == "approved"
    after = phone.walker.text(f"{phone.here}?tab=approvals")
    assert TEXT in after
    assert say(language, "phone.approval_approved") in after


def test_the_place_of_the_code_tells_nothing(applicant: Applicant) -> None:
    phone = Phone(applicant)
    ids = [ask(applicant) for _ in range(40)]
    codes = codes_on(phone.walker.get(f"{phone.here}?tab=approvals").text)
    places = {codes[3 * count : 3 * count + 3].index("48") for count in range(20)}
    assert len(ids) == 40
    assert places == {0, 1, 2}


def test_another_code_declines_and_no_code_decides_nothing(applicant: Applicant) -> None:
    phone, approval = Phone(applicant), ask(applicant)
    answer = phone.press(f"approvals/{approval}", decision="approve")
    assert say("ko", "phone.after_no_code") in phone.walker.text(answer.headers["location"])
    assert state_of(applicant, approval) == "pending"
    other = next(code for code in codes_on(phone.walker.get(phone.here).text) if code != "48")
    answer = phone.press(f"approvals/{approval}", decision="approve", code=other)
    assert say("ko", "phone.after_wrong_code") in phone.walker.text(answer.headers["location"])
    assert state_of(applicant, approval) == "declined"
    late = phone.press(f"approvals/{approval}", decision="approve", code="48")
    assert say("ko", "phone.after_over") in phone.walker.text(late.headers["location"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_approval_is_declined_or_too_late(applicant: Applicant, bank: Bank, language: str) -> None:
    phone, declined, _late = Phone(applicant, language), ask(applicant), ask(applicant)
    phone.press(f"approvals/{declined}", decision="decline")
    bank.clock.time += 180
    page = phone.walker.text(f"{phone.here}?tab=approvals")
    assert say(language, "phone.approval_declined") in page
    assert say(language, "phone.approval_late") in page


def test_no_other_telephone_decides_and_no_other_decision_is_known(applicant: Applicant, new_applicant: Any) -> None:
    approval, other = ask(applicant), new_applicant()
    for code in ("48", "11", ""):
        assert Phone(other).press(f"approvals/{approval}", decision="approve", code=code).status_code == 404
    assert Phone(applicant).press(f"approvals/{approval}", decision="maybe").status_code == 422
    assert state_of(applicant, approval) == "pending"


def test_the_screen_is_sent_again_only_when_it_has_changed(applicant: Applicant) -> None:
    phone = Phone(applicant)
    first = phone.walker.get(f"{phone.here}/screen")
    tag = {"If-None-Match": first.headers["etag"]}
    assert applicant.bank.anyone.get(f"{phone.here}/screen", headers=tag).status_code == 304
    applicant.call()
    changed = applicant.bank.anyone.get(f"{phone.here}/screen", headers=tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]
    assert "<html" not in changed.text


@pytest.mark.parametrize("back", ["//evil.example", "http://evil.example/", "/\\evil.example"])
def test_the_way_back_stays_at_the_bank(applicant: Applicant, back: str) -> None:
    phone, call = Phone(applicant), applicant.call()
    assert phone.press(f"calls/{call}/answer", back=back).headers["location"] == "/?tab=calls"
    shown = phone.walker.get(f"{phone.here}/screen?base={back}").text
    assert "evil.example" not in shown


def test_a_number_that_nobody_has_is_a_page_that_says_so(bank: Bank) -> None:
    assert Walker(bank.anyone).get("/phone/010-9999-9999").status_code == 404


def test_what_is_said_after_a_press_comes_from_a_list(applicant: Applicant) -> None:
    phone = Phone(applicant)
    page = phone.walker.get(f"{phone.here}?said=whatever")
    assert (page.status_code, 'role="alert"' in page.text) == (200, False)


def test_an_overseas_telephone_has_a_page_of_its_own(applicant: Applicant) -> None:
    assert Walker(applicant.bank.anyone).get(f"/phone/{applicant.phone('overseas')}").status_code == 200
