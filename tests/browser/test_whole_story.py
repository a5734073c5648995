"""The whole story in Chromium through real processes: issuance, login, transfer, as a customer does them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from dojang.demo.person import Person
from tests.browser.camera import Language
from tests.browser.player import PIN, WRONG, Medium, Player, Route
from tests.demo_house.running import House

# Every pair of route, medium, language and width is in one of them.
PAIRS: list[tuple[Route, Medium, Language, int]] = [
    ("ars", "security_card", "ko", 390),
    ("ars", "one_time_code", "en", 1280),
    ("ars", "mobile_confirm", "ko", 1280),
    ("overseas", "security_card", "en", 1280),
    ("overseas", "one_time_code", "ko", 390),
    ("overseas", "mobile_confirm", "en", 390),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, _port_bases: Iterator[int]) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house") / "data", next(_port_bases))
    yield house
    house.stop()


def player(browser: Browser, house: House, language: Language = "ko", width: int = 390, har: Path | None = None, **wish: object) -> Player:
    return Player(browser, Person.invent(house.houses, **wish), language, width, har)


@pytest.mark.parametrize(("route", "medium", "language", "width"), PAIRS)
def test_a_customer_gets_a_certificate_and_logs_in(
    browser: Browser, house: House, route: Route, medium: Medium, language: Language, width: int
) -> None:
    departure = "OUT" if route == "overseas" else "IN"
    with player(browser, house, language, width, departure=departure) as customer:
        customer.issue(route, medium)
        customer.log_in()
        assert customer.refused == []


def test_a_transfer_is_signed_and_its_receipt_shown(browser: Browser, house: House) -> None:
    with player(browser, house) as customer:
        customer.issue()
        customer.log_in()
        customer.transfer()
        customer.sees("bank_receipt.executed", name="김도장", amount="1,500,000원")
        expect(customer.page.get_by_text(customer.say("bank_receipt.verified"))).to_be_visible()
        assert customer.refused == []


def test_in_a_connected_browser_the_pin_alone_is_enough(browser: Browser, house: House) -> None:
    with player(browser, house) as customer:
        customer.issue()
        customer.log_in(connect=True)
        customer.log_out()
        messages = customer.person.messages()
        customer.log_in_connected()
        assert customer.person.messages() == messages
        assert customer.refused == []


def test_a_wrong_pin_says_what_is_left_and_the_right_one_goes_on(browser: Browser, house: House) -> None:
    with player(browser, house) as customer:
        customer.issue()
        customer.ask_to_log_in()
        customer.type_pin(WRONG)
        expect(customer.page.get_by_role("alert").filter(has_text="4")).to_be_visible()
        customer.type_pin(PIN)
        customer.arrives()


def test_wrong_pins_lock_it_and_a_reissue_leads_out(browser: Browser, house: House) -> None:
    with player(browser, house) as customer:
        customer.issue()
        customer.ask_to_log_in()
        alert, heading = customer.page.get_by_role("alert"), customer.page.get_by_role("heading", level=1)
        locked = heading.filter(has_text=customer.say("pin_page.locked_title"))
        lefts: list[str] = []
        # Two guards of three are asked each time, so that up to seven are needed (five at each guard).
        while len(lefts) < 7 and not locked.is_visible():
            customer.type_pin(WRONG)
            expect(alert.filter(has_text=re.compile(r"\S")).or_(locked).first).to_be_visible()
            lefts.append("" if locked.is_visible() else alert.inner_text())
        assert locked.is_visible()
        assert len(lefts) >= 5
        assert customer.say("pin_page.last_try") in "".join(lefts)
        customer.issue(pin="740826")
        customer.log_in("740826")


def test_a_reload_in_every_step_resumes_there(browser: Browser, house: House) -> None:
    with player(browser, house) as customer:
        customer.start()
        steps = {
            "issue_terms.title": customer.agree,
            "issue_identity.title": customer.identify,
            "issue_phone.title": customer.take_the_call,
            "issue_medium.title": lambda: customer.show_medium("security_card"),
            "issue_details.title": customer.give_details,
            "issue_pin.title": customer.go_to_pin,
        }
        for heading, step in steps.items():
            customer.sees(heading)
            customer.page.reload()
            customer.sees(heading)
            step()
        customer.choose_pin()


def test_a_certificate_is_revoked_with_the_pin(browser: Browser, house: House) -> None:
    with player(browser, house) as customer:
        customer.issue()
        customer.page.goto(f"{customer.person.houses.center}/certificates")
        customer.who_and_code()
        customer.type_pin(PIN)
        customer.sees("certificates.title")
        customer.page.get_by_role("link", name=customer.say("certificates.revoke")).click()
        customer.page.get_by_label(customer.say("revoke.reason_keyCompromise")).check()
        customer.press("revoke.go_on")
        customer.type_pin(PIN)
        customer.sees("revocation.title_revoked")


def test_a_login_works_while_a_guard_is_down(browser: Browser, house: House) -> None:
    with player(browser, house) as customer:
        customer.issue()
        house.tell("hold guard-2")
        try:
            customer.log_in()
        finally:
            house.tell("release guard-2")
