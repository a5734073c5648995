"""The whole house as real processes, and a customer whose browser is a real Chromium: she enrols, logs in, signs."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from dojang.demo.person import Houses, Person, answered
from tests.client.world import PIN, WRONG

READY = re.compile(r"processes ready")
CODE = re.compile(r"\b(\d{6})\b")
START_WITHIN = 60


class House:
    """The demo on ports of its own."""

    def __init__(self, base: int, data: Path) -> None:
        self.data = data
        self.houses = Houses(f"http://center.dojang.localhost:{base + 1}", f"http://bank.localhost:{base}")
        self.pin_page = f"http://pin.dojang.localhost:{base + 14}"
        command = [sys.executable, "-m", "dojang", "demo", "--no-tour", "--port-base", str(base), "--data", str(data)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "COLUMNS": "200"}
        )
        said = []
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said.append(line)
            if READY.search(line):
                return
        raise AssertionError("".join(said))

    def close(self) -> None:
        """Everything has stopped."""
        self._process.send_signal(signal.SIGINT)
        self._process.communicate(timeout=START_WITHIN)


@pytest.fixture
def house(tmp_path: Path, free_port_base: int) -> Iterator[House]:
    house = House(free_port_base, tmp_path / "house")
    yield house
    house.close()


def type_pin(page: Page, pin: str) -> None:
    field = page.locator("input")
    expect(field).to_be_enabled()
    field.press_sequentially(pin)
    field.press("Enter")


def proven(person: Person) -> str:
    """The seven steps; the PIN page's address with the one-time code."""
    application = person.apply()
    person.agree(application)
    person.identify(application)
    person.take_the_call(application)
    person.show_medium(application)
    person.give_details(application)
    return str(person.ask(f"/api/v1/applications/{application}/start")["pin_url"])


def enrol(page: Page, pin_url: str) -> None:
    page.goto(pin_url)
    type_pin(page, PIN)
    type_pin(page, PIN)
    expect(page.get_by_role("heading", level=1)).to_have_text("금융인증서를 발급했어요", timeout=20_000)


def log_in(page: Page, person: Person, *pins: str) -> httpx2.Response:
    """As the bank's login sends her: text message, then the PIN page; back at the bank with what it got."""
    sent = person.bank.get("/login")
    asked = person.center.get(sent.headers["location"])
    interaction = parse_qs(urlsplit(asked.headers["location"]).query)["interaction"][0]
    before = person.messages()
    person.ask(f"/api/v1/logins/{interaction}/identify", person.details())
    found = CODE.search(person.text_message(after=before))
    assert found is not None
    opened = person.ask(f"/api/v1/logins/{interaction}/sms-code", {"code": found[1]})
    page.goto("about:blank")
    page.goto(opened["pin_url"])
    sign(page, *pins)
    back = person.look(f"/api/v1/logins/{interaction}")["redirect_to"]
    return person.bank.get(back)


def sign(page: Page, *pins: str) -> None:
    for pin in pins[:-1]:
        type_pin(page, pin)
        expect(page.get_by_role("alert")).to_have_text("비밀번호가 달라요. 4번 더 입력할 수 있어요")
    with page.expect_request(re.compile(r"/v1/transactions/activate$")) as activated:
        type_pin(page, pins[-1])
    response = activated.value.response()
    assert response is not None
    assert response.status == 200


def test_a_customer_enrols_logs_in_and_signs_a_transfer_in_chromium(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    har = tmp_path / "visit.har"
    context = browser.new_context(record_har_path=har)
    context.set_default_timeout(15_000)
    page = context.new_page()
    console: list[str] = []
    page.on("console", lambda message: console.append(message.text))
    person = Person.invent(house.houses)

    enrol(page, proven(person))
    assert page.url.partition("#")[0] == f"{house.pin_page}/"
    assert "code" not in page.url

    assert log_in(page, person, WRONG, PIN).status_code in {200, 303}
    account = answered(person.bank.get("/account"))
    assert account["claims"]["acr"] == "urn:dojang:acr:pin-scal2"

    wish = {"payee": "김도장", "bank": "가상은행", "account": "110-123-456789", "amount": 1_500_000}
    pushed = answered(person.bank.post("/transfers", json=wish))
    opened = person.ask(f"/api/v1/signatures/{pushed['request_id']}/open")
    page.goto("about:blank")
    page.goto(opened["pin_url"])
    expect(page.get_by_text("김도장")).to_be_visible()
    sign(page, PIN)
    answered(person.bank.get(f"/transfers/{pushed['transfer_id']}/return"))
    assert answered(person.bank.get(f"/transfers/{pushed['transfer_id']}"))["state"] == "executed"

    person.close()
    context.close()
    written = [har.read_bytes(), *(text.encode() for text in console)]
    written += [path.read_bytes() for path in house.data.rglob("*") if path.is_file()]
    for secret in (PIN.encode(), WRONG.encode()):
        assert not [data for data in written if secret in data]


def test_the_page_reaches_only_the_parties_of_the_anchors(house: House, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(house.pin_page)
    for address in (house.houses.bank, f"{house.houses.bank}/healthz"):
        said = page.evaluate("address => fetch(address).then(() => 'sent', (error) => error.name)", address)
        assert said == "TypeError"
    answer = page.evaluate(
        "address => fetch(address, {method: 'POST', body: '{}'}).then((answer) => answer.status)",
        f"{house.houses.center}/v1/transactions/open",
    )
    assert answer == 422
    frame = "<iframe src='" + house.pin_page + "'></iframe>"
    page.goto(house.houses.bank + "/healthz")
    page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", frame)
    page.wait_for_timeout(500)
    assert page.frames[-1].evaluate("document.getElementById('page')") is None
    context.close()
