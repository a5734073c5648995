"""A customer's Chromium: the real bundle, with every request answered by a world of the tests' own."""

import json
import re
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import httpx2
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from dojang.pin_page.server import application
from dojang.pin_page.settings import PinPageSettings, Shuffle
from tests.client.world import CENTER, PIN, WRONG, World, app_answers

PIN_ORIGIN: Final = "http://pin.dojang.localhost:8014"
LOADING: Final = re.compile("^(불러오고 있어요|Loading)$")
NAMES: Final = {"hanbit-bank": {"ko": "한빛은행", "en": "Hanbit Bank"}}
SECRETS: Final = (PIN, WRONG)


class Visitor:
    """One browser context. `origins` of the world's wire answer it; an origin or address in `hanging` never does."""

    def __init__(self, browser: Browser, world: World, har: Path) -> None:
        self.world, self._har = world, har
        self.hanging: set[str] = set()
        self._held: list[Route] = []
        self.console: list[str] = []
        self.seen: list[str] = []
        self.serve()
        self.context = browser.new_context(record_har_path=har, viewport={"width": 390, "height": 664})
        self.context.set_default_timeout(15_000)
        self.context.route("**/*", self._answer)
        self.page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.console.append(f"error: {error}"))

    def serve(self, shuffle: Shuffle = "offer") -> None:
        """The PIN page's host, with that setting."""
        settings = PinPageSettings(self.world.anchors, shuffle, NAMES, "127.0.0.1", 0)
        self.world.wire.origins[PIN_ORIGIN] = app_answers(application(settings))

    def open(self, code: str, language: str = "ko", **more: str) -> Page:
        """The PIN page, as the centre sends the customer to it; `more` stands in the fragment too."""
        self.page.goto("about:blank")
        self.page.goto(f"{PIN_ORIGIN}/#{urlencode({'code': code, 'lang': language, **more})}")
        expect(self.page.get_by_role("heading", level=1)).not_to_have_text(LOADING)
        return self.page

    def type_pin(self, pin: str) -> None:
        """Six digits on the keyboard, and Enter."""
        field = self.page.locator("input")
        expect(field).to_be_enabled()
        field.press_sequentially(pin)
        self.look()
        field.press("Enter")
        self.look()  # while the PIN is being stretched

    def enrol(self, pin: str = PIN) -> None:
        """A certificate whose PIN is `pin`."""
        self.type_pin(pin)
        self.type_pin(pin)
        expect(self.page.get_by_role("heading", level=1)).to_have_text("금융인증서를 발급했어요")

    def release(self) -> None:
        """Those that hang answer now."""
        self.hanging = set()
        held, self._held = self._held, []
        for route in held:
            self._answer(route)

    def look(self) -> None:
        """Keep what is there to be seen or heard now: the document, the fields' values, the storage, the address."""
        self.seen.append(self.page.locator("body").aria_snapshot())
        self.seen.append(
            self.page.evaluate(
                """() => [document.documentElement.outerHTML, location.href, JSON.stringify(localStorage),
                   JSON.stringify(sessionStorage), JSON.stringify(history.state), document.cookie, window.name,
                   document.title, ...[...document.querySelectorAll('input')].map((field) => field.value)].join('\\n')"""
            )
        )

    def leave(self) -> None:
        """Close, and find no PIN in anything that was shown, kept, said or sent."""
        if self.page.url.startswith(PIN_ORIGIN):
            self.look()
        self.seen.append(json.dumps(self.context.storage_state(indexed_db=True)))
        for route in self._held:
            route.abort()
        self.context.close()
        wire = [body.decode() for _, _, body in self.world.wire.seen]
        written = [*self.seen, *self.console, *wire, self._har.read_text("utf-8")]
        assert self._har.stat().st_size > 1000
        for secret in SECRETS:
            assert not [text for text in written if secret in text]

    def _said(self, message: ConsoleMessage) -> None:
        self.console.append(f"{message.type}: {message.text}")

    def _answer(self, route: Route) -> None:
        asked = route.request
        origin = "/".join(asked.url.split("/")[:3])
        if not self.hanging.isdisjoint({origin, asked.url}):
            self._held.append(route)
            return
        if origin not in self.world.wire.origins:
            route.abort()
            return
        request = httpx2.Request(asked.method, asked.url, headers=asked.all_headers(), content=asked.post_data_buffer)
        try:
            response = self._to_world(request)
        except httpx2.TransportError:
            route.abort("connectionrefused")
            return
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        if origin == CENTER:
            headers["access-control-allow-origin"] = PIN_ORIGIN
        route.fulfill(status=response.status_code, headers=headers, body=response.read())

    def _to_world(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/done":
            return httpx2.Response(200, html="<h1>back at the bank</h1>")
        return self.world.wire.handle_request(request)
