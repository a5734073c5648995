"""The centre's pages over the twins in memory, and a customer's browser without JavaScript."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from html.parser import HTMLParser
from typing import Any, Final

import httpx2
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from dojang.pin import labels, sealing
from dojang.pin.encoding import b64, encode
from dojang.policy.wording import say, terms
from dojang.values.application import PlacedCall, Step
from dojang.values.factors import CardQuestion
from dojang.values.relying_party import RelyingParty
from dojang.web.api import applications
from dojang.web.app import Site, application, center_pages
from dojang.web.center import home, issue
from dojang.web.center.wizard import COOKIE
from dojang.web.sessions import Sessions
from tests.journeys.proofing import ORDER, RESIDENT_NUMBER, World

ORIGIN: Final = "http://center.dojang.localhost:8001"
PIN_ORIGIN: Final = "http://pin.dojang.localhost:8014"


BANK: Final = RelyingParty(
    "hanbit-bank",
    {"ko": "한빛은행", "en": "Hanbit Bank"},
    ("http://bank.localhost:8000/login/callback",),
    ("http://bank.localhost:8000/",),
    {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
)
CLIENTS: Final = {BANK.client_id: BANK}


class Read(HTMLParser):
    """What a page says, and its forms: their address, fields and buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.title = unescape(page.split("<title>")[1].split("</title>")[0])
        self.feed(page.split("<main")[1].split("</main>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": found["action"]})
        if tag == "input" and "name" in found and self.forms:
            if found.get("type") in ("checkbox", "radio") and "checked" not in found:
                return
            self.forms[-1][found["name"]] = found.get("value", "")

    def form(self, action: str) -> dict[str, str]:
        """The fields of the first form that leads to `action`, as they stand."""
        found = next(form for form in self.forms if form["action"] == action)
        return {name: value for name, value in found.items() if name != "action"}


class Customer:
    """Reads pages and sends their forms; `language` is what the browser asks for."""

    def __init__(self, world: World, http: TestClient, language: str = "ko") -> None:
        self.world, self.http, self.language = world, http, language
        self.answer: httpx2.Response = None  # type: ignore[assignment]
        http.headers.update({"Accept": "text/html", "Accept-Language": language, "Origin": ORIGIN})

    # what is to be seen

    @property
    def page(self) -> Read:
        return Read(self.answer.text)

    @property
    def at(self) -> str:
        """The address where the browser is."""
        return self.answer.url.raw_path.decode()

    @property
    def heading(self) -> str:
        return _text(re.findall(r"<h1[^>]*>(.*?)</h1>", self.answer.text, re.DOTALL)[0])

    @property
    def text(self) -> str:
        return _text(self.answer.text.split("<main")[1].partition(">")[2].split("</main>")[0])

    @property
    def summary(self) -> str:
        found = re.findall(r'id="summary">(.*?)</div>', self.answer.text, re.DOTALL)
        return _text(found[0]) if found else ""

    def beside(self, field: str) -> str:
        """The error at a field."""
        found = re.findall(rf'<span class="error" id="{field}-error">(.*?)</span>', self.answer.text)
        return _text(found[0]) if found else ""

    def says(self, key: str, **parts: Any) -> bool:
        return say(self.language, key, **parts) in self.text

    # what is done

    def look(self, path: str = "/issue") -> "Customer":
        self.answer = self.http.get(path)
        return self

    def send(self, action: str, changes: Mapping[str, str] | None = None, page: Read | None = None) -> "Customer":
        """The form of the page that one is at (or was, at `page`), filled in."""
        fields = {**(page or self.page).form(action), **(changes or {})}
        self.answer = self.http.post(action, data=fields)
        return self

    def begin(self) -> "Customer":
        return self.look().send("/issue/start")

    def agree(self) -> "Customer":
        return self.send("/issue/terms", {item.item: "1" for item in terms()})

    @property
    def application_id(self) -> str:
        return str(self.http.cookies.get(COOKIE, path="/issue"))

    def sealed(self, number: str = RESIDENT_NUMBER) -> str:
        """As the page's script seals it."""
        key = self.world.desk.core_banking.sealing_key().public_key
        return b64(sealing.seal(number.encode(), key, encode(labels.RESIDENT_NUMBER_INFO, self.application_id)))

    def identify(self, number: str = RESIDENT_NUMBER, user_id: str = "hong1899") -> "Customer":
        return self.send("/issue/identity", {"user_id": user_id, "sealed_rrn": self.sealed(number)})

    @property
    def call(self) -> PlacedCall:
        placed = self.world.books.applications.get(self.application_id).placed_call
        assert placed is not None
        return placed

    def ring(self, phone: int = 0) -> "Customer":
        return self.send("/issue/call", {"phone": str(phone)})

    def press(self, digits: str = "") -> "Customer":
        """On the telephone."""
        if self.world.calls.status(self.call.call_id).state.value == "calling":
            self.world.calls.answer(self.call.call_id)
        self.world.calls.press(self.call.call_id, digits or self.call.digits)
        return self

    def check(self) -> "Customer":
        return self.send("/issue/call/check")

    @property
    def asked(self) -> CardQuestion:
        """The positions that the page asks for."""
        first, second = re.findall(r"\[(\d\d)\]", self.answer.text)[:2]
        return CardQuestion("", int(first), int(second))

    def show_card(self, first: str = "", second: str = "") -> "Customer":
        card, asked = self.world.customer.card, self.asked
        right = {"first": card[asked.first_position - 1][:2], "second": card[asked.second_position - 1][2:]}
        return self.send("/issue/medium/card", {"first": first or right["first"], "second": second or right["second"]})

    def details(self, **changes: str) -> "Customer":
        return self.send("/issue/details", {"name": "홍길동", "phone": "010-1234-5678", **changes})

    def reach(self, step: Step) -> "Customer":
        """At the page of `step`, everything before it done rightly."""
        self.begin()
        acts: dict[Step, Callable[[], Customer]] = {
            Step.TERMS: self.agree,
            Step.IDENTITY: self.identify,
            Step.CALL: lambda: self.ring().press().check(),
            Step.MEDIUM: lambda: self.look("/issue/medium/card").show_card(),
            Step.DETAILS: self.details,
        }
        for done in ORDER[: ORDER.index(step)]:
            acts[done]()
            assert self.answer.status_code == 200, self.summary
        return self


def center(world: World) -> Any:
    """The centre as an app."""
    sessions = Sessions(world.books, world.clock, world.randomness, ORIGIN)
    site = Site(ORIGIN, PIN_ORIGIN, world.books, world.clock, lambda: None, CollectorRegistry())
    pages = center_pages(ORIGIN, PIN_ORIGIN)
    routers = [
        home.router(pages),
        issue.router(world.desk, sessions, pages, CLIENTS, PIN_ORIGIN),
        applications.router(world.desk, sessions, PIN_ORIGIN, (b"issuer", b"root")),
    ]
    return application(site, routers, pages)


@contextmanager
def visiting(world: World, language: str = "ko") -> Iterator[Customer]:
    with TestClient(center(world), base_url=ORIGIN, raise_server_exceptions=False) as http:
        yield Customer(world, http, language)


def _text(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())
