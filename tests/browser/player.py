"""A customer with two windows: one for bank, certification centre and PIN page, and a telephone beside it.

Everything is found as a person finds it, by its words in the language of the page. The telephone is played through its
interface; its own page has tests of its own.
"""

import re
from pathlib import Path
from typing import Final, Literal, Self

import pyotp
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from dojang.demo.person import Person
from dojang.policy.wording import say
from tests.browser.camera import Language

PIN: Final = "620935"
WRONG: Final = "835206"
Route = Literal["ars", "overseas"]
Medium = Literal["security_card", "one_time_code", "mobile_confirm"]
_CODE: Final = re.compile(r"(?<!\d)(\d{6})(?!\d)")


class Player:
    """One customer's browser. `refused`: what its console said of broken policies and errors, to be nothing."""

    def __init__(
        self, browser: Browser, person: Person, language: Language, width: int, har: Path | None = None
    ) -> None:
        self.person, self.language = person, language
        self.context = browser.new_context(
            locale=language,
            viewport={"width": width, "height": 844 if width < 1000 else 800},
            reduced_motion="reduce",
            record_har_path=har,
        )
        self.context.set_default_timeout(30_000)
        self.refused: list[str] = []
        self.page = self.context.new_page()
        self.watch(self.page)

    def watch(self, page: Page) -> None:
        """What a page's console says of broken policies and errors is kept."""
        page.on("pageerror", lambda error: self.refused.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, said: ConsoleMessage) -> None:
        # A refusal is an answer; Chromium calls every 4xx of a page an error.
        if said.type == "error" and not said.text.startswith("Failed to load resource"):
            self.refused.append(said.text)

    def close(self) -> None:
        """The window is closed."""
        self.context.close()
        self.person.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # finding things

    def say(self, key: str, **parts: object) -> str:
        """The words of the page's language."""
        return say(self.language, key, **parts)

    def button(self, key: str, **parts: object) -> Locator:
        """The button or link of that name."""
        name = self.say(key, **parts)
        return self.page.get_by_role("button", name=name, exact=True).or_(
            self.page.get_by_role("link", name=name, exact=True)
        )

    def press(self, key: str, **parts: object) -> None:
        """Press the button or follow the link."""
        self.button(key, **parts).first.click()

    def field(self, key: str, **parts: object) -> Locator:
        """The field of that name."""
        return self.page.get_by_label(self.say(key, **parts), exact=True)

    def sees(self, key: str, **parts: object) -> None:
        """The page's one heading says so."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.say(key, **parts))

    # the seven steps

    def issue(self, route: Route = "ars", medium: Medium = "security_card", pin: str = PIN, *, connect: bool = False) -> None:
        """From the centre's home to the certificate."""
        self.start()
        self.agree()
        self.identify()
        self.take_the_call(route)
        self.show_medium(medium)
        self.give_details()
        self.go_to_pin(connect=connect)
        self.choose_pin(pin)

    def start(self) -> None:
        """① and ②."""
        self.page.goto(self.person.houses.center)
        self.page.locator("a[href='/issue']").first.click()
        self.sees("issue_start.title")
        self.press("issue_start.begin")

    def agree(self) -> None:
        """③."""
        self.sees("issue_terms.title")
        self.page.locator("#all").check()
        self.press("issue_terms.agree")

    def identify(self, rrn: str = "") -> None:
        """④."""
        self.sees("issue_identity.title")
        self.field("issue_identity.user_id").fill(str(self.person.facts["user_id"]))
        front, back = (rrn or str(self.person.facts["rrn"])).split("-")
        self.field("issue_identity.rrn_front").fill(front)
        self.field("issue_identity.rrn_back").fill(back)
        self.press("issue_identity.on")

    def take_the_call(self, route: Route = "ars") -> None:
        """⑤: the number on the screen is pressed on the telephone, and the page goes on by itself."""
        self.sees("issue_phone.title")
        phone = "overseas" if route == "overseas" else "mobile"
        masked = {"overseas": r"\+", "mobile": "010"}[phone]
        self.page.get_by_role("radio", name=re.compile(masked)).first.check()
        self.press("issue_phone.ring")
        self.sees("issue_call.title")
        digits = self.page.locator(".number").inner_text().strip()
        self.person.press_on_phone(digits, route)
        self.sees("issue_medium.title")

    def show_medium(self, medium: Medium) -> None:
        """⑥."""
        self.page.get_by_role("link", name=self.say(f"issue_medium.{medium}")).first.click()
        if medium == "security_card":
            self.sees("issue_card.title")
            self.answer_card()
        elif medium == "one_time_code":
            self.field("issue_otp.code").fill(pyotp.TOTP(str(self.person.facts["otp_seed"])).now())
            self.press("issue_otp.on")
        else:
            self.press("issue_approval.ask")
            self.sees("issue_approval.title")
            self.person.approve_on_phone()
        self.sees("issue_details.title")

    def answer_card(self) -> None:
        """Two digits of one position and two of another, as asked."""
        card: list[str] = self.person.facts["card"]
        for name, half in (("first", slice(0, 2)), ("second", slice(2, 4))):
            field = self.page.locator(f"#{name}")
            label = self.page.locator(f"label[for={name}]").inner_text()
            found = re.search(r"\d+", label)
            assert found is not None, label
            field.fill(card[int(found[0]) - 1][half])
        self.press("issue_card.on")

    def give_details(self) -> None:
        """⑦; the birth date stands there already."""
        self.field("issue_details.name").fill(str(self.person.facts["name"]))
        self.field("issue_details.phone").fill(str(self.person.facts["phone"]))
        self.press("issue_details.on")

    def go_to_pin(self, *, connect: bool = False) -> None:
        """What will be issued, then the PIN page."""
        again = self.button("issue_pin.again")
        expect(self.button("issue_pin.on").or_(again).first).to_be_visible()
        if connect:
            self.page.get_by_role("checkbox").check()
        self.press("issue_pin.again" if again.count() else "issue_pin.on")

    def choose_pin(self, pin: str = PIN) -> None:
        """Twice, then back to the centre, which shows the certificate."""
        self.type_pin(pin)
        self.type_pin(pin)
        self.sees("pin_page.issued_title")
        self.press("pin_page.go_on")
        self.sees("issue_issued.title")

    def type_pin(self, pin: str) -> None:
        """Six digits on the keyboard, and Enter."""
        field = self.page.locator("input[type=password]")
        expect(field).to_be_enabled()
        field.press_sequentially(pin)
        field.press("Enter")

    # using it

    def log_in(self, pin: str = PIN, *, connect: bool = False) -> None:
        """From the bank's button to the customer's account."""
        self.ask_to_log_in(connect=connect)
        self.type_pin(pin)
        self.arrives()

    def ask_to_log_in(self, *, connect: bool = False) -> None:
        """As far as the PIN."""
        self.page.goto(f"{self.person.houses.bank}/banking")
        self.press("bank_login.button")
        self.who_and_code(connect=connect)

    def log_in_connected(self, pin: str = PIN) -> None:
        """In a browser that stays connected: no name is typed and no text message comes."""
        self.page.goto(f"{self.person.houses.bank}/banking")
        self.press("bank_login.button")
        self.page.get_by_role("main").get_by_role("button").first.click()
        self.type_pin(pin)
        self.arrives()

    def log_out(self) -> None:
        """At the bank."""
        self.page.goto(f"{self.person.houses.bank}/banking")
        self.press("bank_account.leave")

    def who_and_code(self, *, connect: bool = False) -> None:
        """Name, telephone, birth date; the code of the text message; on to the PIN."""
        for name in ("name", "phone", "birth_date"):
            self.field(f"login.{name}").fill(str(self.person.facts[name]))
        if connect:
            self.page.get_by_role("checkbox").check()
        before = self.person.messages()
        self.press("login.send_code")
        found = _CODE.search(self.person.text_message(before))
        assert found is not None
        self.field("login_code.code").fill(found[1])
        self.press("login_code.enter")
        self.to_pin()

    def to_pin(self) -> None:
        """Past the page before the PIN, where the relying party has one (the centre itself has none)."""
        on = self.button("login_pin.agree").or_(self.button("login_pin.enter"))
        expect(on.or_(self.page.locator("input[type=password]")).first).to_be_visible()
        if on.count():
            on.first.click()

    def arrives(self) -> None:
        """The account of whoever logged in."""
        self.sees("bank_account.title", name=self.person.facts["name"])

    def transfer(self, pin: str = PIN, amount: str = "1500000") -> None:
        """From the account to the receipt."""
        self.ask_for_transfer(amount)
        code = self.page.locator(".number").inner_text()
        self.press("bank_transfer.sign")
        self.sees("sign.title")
        expect(self.page.locator(".number")).to_have_text(code)
        self.press("sign.enter_pin")
        self.type_pin(pin)

    def ask_for_transfer(self, amount: str = "1500000") -> None:
        """Whom, where, how much; then what will be sent."""
        self.page.goto(f"{self.person.houses.bank}/banking/transfer")
        self.field("bank_transfer.payee").fill("김도장")
        self.page.get_by_role("combobox").select_option(index=2)
        self.field("bank_transfer.account").fill("110-123-456789")
        self.field("bank_transfer.amount").fill(amount)
        self.press("bank_transfer.next")
        self.sees("bank_transfer.confirm_title")
