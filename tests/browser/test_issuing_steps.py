"""What the pages of the seven steps do more of with JavaScript: the number is sealed, what waits shows itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from dojang.policy.wording import say
from dojang.values.application import Step
from tests.journeys.proofing import RESIDENT_NUMBER, World
from tests.web.center.site import ORIGIN, Customer, visiting
from tests.web.center.test_approval import MOBILE, approval

FRONT, BACK = RESIDENT_NUMBER[:6], RESIDENT_NUMBER[6:]


class Window:
    """A customer's Chromium, with the cookies of a customer who has come so far."""

    def __init__(self, browser: Browser, customer: Customer) -> None:
        self.customer = customer
        self.sent: list[tuple[str, str]] = []
        self.said: list[str] = []
        self.page: Page = browser.new_context(locale="ko", viewport={"width": 390, "height": 844}).new_page()
        self.page.route("**/*", self._answer)
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def open(self, path: str) -> Page:
        self.page.goto(ORIGIN + path)
        return self.page

    def posted(self, path: str) -> list[str]:
        return [body for address, body in self.sent if address == path and body]

    def _answer(self, route: Route) -> None:
        asked = route.request
        path = asked.url.removeprefix(ORIGIN)
        self.sent.append((path, asked.post_data or ""))
        kept = ("accept", "content-type", "origin", "sec-fetch-site")
        headers = {name: value for name, value in asked.all_headers().items() if name in kept}
        answer = self.customer.http.request(asked.method, path, headers=headers, content=asked.post_data_buffer)
        dropped = ("content-length", "content-encoding", "set-cookie")
        named = {name: value for name, value in answer.headers.items() if name not in dropped}
        route.fulfill(status=answer.status_code, headers=named, body=answer.content)


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    with visiting(World()) as customer:
        made = Window(browser, customer)
        yield made
        made.page.context.close()
        assert not [text for text in made.said if "Content Security Policy" in text or "Error" in text]


@pytest.fixture
def at_identity(window: Window) -> Page:
    window.customer.reach(Step.IDENTITY)
    return window.open("/issue/identity")


def heading(page: Page, key: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(say("ko", key))


def fill(page: Page, user_id: str, front: str, back: str) -> None:
    page.get_by_label("사용자 ID").fill(user_id)
    page.locator("#rrn_front").fill(front)
    page.locator("#rrn_back").fill(back)
    page.get_by_role("button", name=say("ko", "issue_identity.on")).click()


def test_the_number_is_sealed_here_and_only_core_banking_opens_it(window: Window, at_identity: Page) -> None:
    fill(at_identity, "hong1899", FRONT, BACK)
    heading(at_identity, "issue_phone.title")
    assert len(window.posted("/issue/identity")) == 1
    seen = [at_identity.content(), at_identity.evaluate("JSON.stringify([localStorage, sessionStorage, history.state])")]
    for text in (*seen, *window.said, *(f"{path} {body}" for path, body in window.sent)):
        assert RESIDENT_NUMBER not in text
        assert BACK not in text


def test_all_thirteen_pasted_into_the_first_field_go_to_where_they_belong(at_identity: Page) -> None:
    at_identity.locator("#rrn_front").fill(f"{FRONT}-{BACK}")
    expect(at_identity.locator("#rrn_front")).to_have_value(FRONT)
    expect(at_identity.locator("#rrn_back")).to_have_value(BACK)
    expect(at_identity.locator("#rrn_back")).to_be_focused()
    assert at_identity.locator("#rrn_back").get_attribute("type") == "password"


@pytest.mark.parametrize(
    ("front", "back", "said"),
    [
        ("", "", "rrn_incomplete"),
        (FRONT, "900000", "rrn_incomplete"),
        ("99123x", BACK, "rrn_incomplete"),
        ("990230", BACK, "rrn_no_such_day"),
        ("991331", BACK, "rrn_no_such_day"),
        ("991231", "3000000", "rrn_to_come"),
    ],
)
def test_a_number_that_can_be_none_is_said_and_nothing_is_sent(
    window: Window, at_identity: Page, front: str, back: str, said: str
) -> None:
    fill(at_identity, "hong1899", front, back)
    sentence = say("ko", f"issue_identity.{said}")
    expect(at_identity.locator("#summary")).to_be_focused()
    expect(at_identity.locator("#summary")).to_have_text(sentence)
    expect(at_identity.locator("#rrn_front-error")).to_have_text(sentence)
    assert at_identity.title().startswith("오류: ")
    at_identity.get_by_role("link", name=sentence).click()
    expect(at_identity.locator("#rrn_front")).to_be_focused()
    assert window.posted("/issue/identity") == []


def test_no_checksum_is_looked_at(window: Window, at_identity: Page) -> None:
    fill(at_identity, "hong1899", FRONT, "9000017")
    expect(at_identity.locator("#user_id-error")).to_have_text(say("ko", "refusals.identity_not_matched"))
    expect(at_identity.locator("#rrn_back")).to_have_value("")
    fill(at_identity, "hong1899", FRONT, BACK)
    heading(at_identity, "issue_phone.title")


def test_without_the_key_nothing_is_sent_and_it_says_so(window: Window, at_identity: Page) -> None:
    window.customer.world.bank_is_down = True
    fill(at_identity, "hong1899", FRONT, BACK)
    expect(at_identity.locator("#summary")).to_have_text(say("ko", "issue_identity.rrn_front_wrong"))
    assert window.posted("/issue/identity") == []
    window.customer.world.bank_is_down = False
    at_identity.get_by_role("button", name=say("ko", "issue_identity.on")).click()
    heading(at_identity, "issue_phone.title")


def test_more_time_leaves_what_was_typed(window: Window, at_identity: Page) -> None:
    window.customer.world.clock.forward(600)
    at_identity.locator("#user_id").fill("hong1899")
    at_identity.locator("#rrn_front").fill(FRONT)
    before = at_identity.locator("[data-extend] .timer").get_attribute("data-until")
    at_identity.get_by_role("button", name=say("ko", "issue.extend")).click()
    expect(at_identity.locator("[data-extend] .timer")).to_have_attribute("data-until", str(int(before or 0) + 600))
    expect(at_identity.locator("#user_id")).to_have_value("hong1899")
    expect(at_identity.locator("#rrn_front")).to_have_value(FRONT)


def test_one_box_ticks_all_and_follows_them(window: Window) -> None:
    window.customer.reach(Step.TERMS)
    page = window.open("/issue/terms")
    page.get_by_label("전체 동의").check()
    expect(page.locator("input[data-one]:checked")).to_have_count(5)
    page.locator("#news").uncheck()
    expect(page.get_by_label("전체 동의")).not_to_be_checked()
    page.locator("#news").check()
    expect(page.get_by_label("전체 동의")).to_be_checked()


def test_the_call_shows_itself_and_leads_on_without_a_press(window: Window) -> None:
    customer = window.customer
    customer.reach(Step.CALL).ring()
    page = window.open("/issue/call")
    expect(page.get_by_role("status")).to_have_text(say("ko", "issue_call.calling"))
    customer.world.calls.answer(customer.call.call_id)
    expect(page.get_by_role("status")).to_have_text(say("ko", "issue_call.answered"))
    customer.press(f"{(int(customer.call.digits) + 1) % 100:02}")
    expect(page.get_by_role("status")).to_have_text(say("ko", "issue_call.wrong_key", tries_left=2))
    customer.press()
    heading(page, "issue_medium.title")


def test_a_call_that_was_hung_up_shows_itself(window: Window) -> None:
    customer = window.customer
    customer.reach(Step.CALL).ring()
    page = window.open("/issue/call")
    customer.world.calls.answer(customer.call.call_id)
    customer.world.calls.hang_up(customer.call.call_id)
    heading(page, "issue_call.hung_up")
    expect(page.get_by_role("button", name=say("ko", "issue_call.again"))).to_be_visible()


def test_an_approval_leads_on_without_a_press(window: Window) -> None:
    customer = window.customer
    customer.reach(Step.MEDIUM).look(MOBILE).send(MOBILE)
    page = window.open(MOBILE)
    customer.world.phone.approve(approval(customer))
    heading(page, "issue_details.title")
