"""The virtual telephone in a browser: what arrives is there without a reload, and what is pressed counts."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.camera import Camera
from tests.demo.conftest import Applicant, Bank, applicant, bank, new_applicant
from tests.demo.fake_center import BANK
from tests.demo.walking import Walker

__all__ = ["applicant", "bank", "new_applicant"]

TEXT = "[한빛은행] 로그인 확인번호 123456\n남에게 알려주지 마세요\n@hanbit.example #123456"
APPROVAL = "[인증센터] 화면의 확인번호와 같은지 보세요: 48.\n신청번호 Application: a-48-1"


class Telephone:
    """A tab that shows the applicant's telephone. While `away`, the bank does not answer it."""

    def __init__(self, browser: Browser, applicant: Applicant, language: str = "ko") -> None:
        self.applicant, self.away = applicant, False
        self.said: list[str] = []
        self._context = browser.new_context(locale=language, viewport={"width": 390, "height": 844})
        self._context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page = self._context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.route("**/*", self._answer)

    def open(self, path: str = "") -> Page:
        self.page.goto(f"{BANK}/phone/{self.applicant.phone()}{path}")
        return self.page

    def close(self) -> None:
        """Nothing was said to the console, a policy's violation least of all."""
        self._context.close()
        assert [text for text in self.said if "Failed to load resource" not in text] == []

    def text(self, text: str = TEXT) -> None:
        order = {"number": self.applicant.phone(), "text": text, "purpose": "login"}
        self.applicant.bank.ask("/text-messages", order)

    def ask(self) -> str:
        order = {**self.applicant.who, "text": APPROVAL, "comparison_code": "48"}
        return str(self.applicant.bank.ask("/mobile-approvals", order)["approval_id"])

    def call_state(self, call_id: str) -> dict[str, Any]:
        return dict(self.applicant.bank.get(f"/phone-calls/{call_id}"))

    def _answer(self, route: Route) -> None:
        if self.away:
            route.abort("connectionrefused")
            return
        asked = route.request
        path = asked.url.removeprefix(BANK)
        answer = self.applicant.bank.anyone.request(
            asked.method, path, headers=asked.all_headers(), content=asked.post_data_buffer, follow_redirects=False
        )
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        route.fulfill(status=answer.status_code, headers=headers, body=answer.content)


@pytest.fixture
def telephone(browser: Browser, applicant: Applicant) -> Iterator[Telephone]:
    telephone = Telephone(browser, applicant)
    yield telephone
    telephone.close()


def test_a_text_message_appears_by_itself_is_announced_and_its_code_is_copied(telephone: Telephone) -> None:
    page = telephone.open()
    expect(page.get_by_text("아직 받은 문자가 없어요")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("")
    telephone.text()
    expect(page.get_by_text("남에게 알려주지 마세요")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("문자가 왔어요")
    page.get_by_role("button", name="확인번호 123456 복사").click()
    expect(page.get_by_role("button", name="복사했어요")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "123456"


def test_a_call_rings_is_taken_and_passed_by_the_keypad(telephone: Telephone) -> None:
    page = telephone.open()
    call = telephone.applicant.call("47")
    expect(page.get_by_text("전화가 오고 있어요")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("전화가 왔어요")
    page.get_by_role("button", name="받기").click()
    for key in ("4", "8"):
        page.get_by_role("button", name=key, exact=True).click()
    page.get_by_role("button", name="이 번호 누르기").click()
    expect(page.get_by_text("누른 번호가 달라요. 2번 더 누를 수 있어요")).to_be_visible()
    page.get_by_role("button", name="지우기").click()
    page.get_by_label("누를 번호 2자리").press_sequentially("47")
    page.keyboard.press("Enter")
    expect(page.get_by_text("번호가 맞았어요")).to_be_visible()
    assert telephone.call_state(call) == {"state": "ended", "pressed": "47", "wrong_keys": 1}


def test_a_call_is_declined_and_one_that_nobody_takes_is_missed(telephone: Telephone) -> None:
    page, bank = telephone.open(), telephone.applicant.bank
    first = telephone.applicant.call()
    page.get_by_role("button", name="거절").click()
    expect(page.get_by_text("끊었어요")).to_be_visible()
    assert telephone.call_state(first)["state"] == "hung_up"
    telephone.applicant.call()
    expect(page.get_by_text("전화가 오고 있어요")).to_be_visible()
    bank.clock.time += 180
    expect(page.get_by_text("받지 못했어요")).to_be_visible()


def test_an_approval_shows_its_text_and_signs_it_for_the_code_on_the_screen(telephone: Telephone) -> None:
    page = telephone.open()
    approval = telephone.ask()
    expect(page.get_by_text("화면의 확인번호와 같은지 보세요: ○○.")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(3)
    page.get_by_role("button", name="승인", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("확인 코드를 먼저 골라 주세요")
    page.get_by_role("radio", name="48").check()
    page.get_by_role("button", name="승인", exact=True).click()
    expect(page.get_by_text("승인했어요")).to_be_visible()
    expect(page.get_by_text("화면의 확인번호와 같은지 보세요: 48.")).to_be_visible()
    state = telephone.applicant.bank.get(f"/mobile-approvals/{approval}")
    assert (state["state"], state["text"]) == ("approved", APPROVAL)


def test_another_tab_says_that_something_waits(telephone: Telephone) -> None:
    page = telephone.open("?tab=messages")
    telephone.applicant.call()
    page.get_by_role("link", name="전화가 와 있어요. 전화 보기").click()
    expect(page.get_by_role("button", name="받기")).to_be_visible()


def test_the_focus_stays_where_it_was_while_the_screen_changes(telephone: Telephone) -> None:
    telephone.text()
    page = telephone.open("?tab=messages")
    page.get_by_role("link", name="승인", exact=True).focus()
    telephone.text("[한빛은행] 두 번째 문자")
    expect(page.get_by_text("두 번째 문자")).to_be_visible()
    expect(page.get_by_role("link", name="승인", exact=True)).to_be_focused()


def test_a_bank_that_is_away_is_told_and_comes_back(telephone: Telephone) -> None:
    page = telephone.open()
    lost = page.get_by_text("연결이 끊겼어요. 다시 연결하고 있어요")
    expect(lost).to_be_hidden()
    telephone.away = True
    expect(lost).to_be_visible()
    telephone.text()
    telephone.away = False
    expect(page.get_by_text("남에게 알려주지 마세요")).to_be_visible()
    expect(lost).to_be_hidden()


def test_the_telephone_beside_its_customer_is_pressed_there(telephone: Telephone) -> None:
    page = telephone.page
    page.set_viewport_size({"width": 1280, "height": 800})
    here = f"{BANK}/demo/{telephone.applicant.person['user_id']}"
    page.goto(here)
    telephone.applicant.call("47")
    page.get_by_role("button", name="받기").click()
    expect(page.get_by_label("누를 번호 2자리")).to_be_visible()
    assert page.url.startswith(here)


def test_the_one_time_code_changes_by_itself(telephone: Telephone) -> None:
    page, bank = telephone.page, telephone.applicant.bank
    bank.clock.time -= bank.clock.time % 30 - 28
    page.goto(f"{BANK}/demo/{telephone.applicant.person['user_id']}")
    output = page.locator("[data-otp] output")
    expect(output).to_have_text(telephone.applicant.code())
    bank.clock.time += 2
    expect(output).to_have_text(telephone.applicant.code())


def test_every_state_looks_right(telephone: Telephone, applicant: Applicant, bank: Bank, camera: Camera) -> None:
    number = applicant.phone()

    def shoot(state: str, path: str = "") -> None:
        def page(language: str) -> Any:
            return Walker(bank.anyone, language).get(f"/phone/{number}{path}")

        camera.shoot("phone", state, page, bank.anyone.get)

    shoot("empty")
    telephone.text()
    shoot("main")
    call = applicant.call("47")
    shoot("ringing")
    shoot("ringing_in_another_tab", "?tab=messages")
    applicant.on_phone(call, "answer")
    shoot("in_call")
    applicant.on_phone(call, "press", {"digits": "11"})
    shoot("wrong_key")
    applicant.on_phone(call, "press", {"digits": "47"})
    applicant.call("47")
    bank.clock.time += 180
    shoot("missed", "?tab=calls")
    telephone.ask()
    shoot("approval")
    shoot("no_code", "?tab=approvals&said=no_code")
    approval = telephone.ask()
    bank.anyone.post(f"/phones/{number}/approvals/{approval}", json={"decision": "decline"})
    shoot("declined_and_another", "?tab=approvals&said=wrong_code")
