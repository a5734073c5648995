"""The centre's application API over the twins in memory, and a browser on one of our own pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from dojang.pin.encoding import b64
from dojang.values.application import Step
from dojang.web.api import applications
from dojang.web.app import Site, application, center_pages
from dojang.web.sessions import COOKIE, Sessions
from tests.journeys.proofing import ORDER, World, yes_to_all

ORIGIN = "http://center.dojang.localhost:8001"
PIN_ORIGIN = "http://pin.dojang.localhost:8014"


@dataclass
class Browser:
    """A browser with its cookies. `post` sends what our own pages send."""

    world: World
    http: TestClient
    keys: int = 0

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> httpx2.Response:
        self.keys += 1
        own = {"Origin": ORIGIN, "Idempotency-Key": key or f"key-{self.keys}", **headers}
        return self.http.post(path, json={} if body is None else body, headers=own)

    def apply(self) -> str:
        response = self.post("/api/v1/applications", {"holder_kind": "personal"})
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    def step(self, application_id: str, path: str, body: Any = None, *, key: str | None = None) -> httpx2.Response:
        return self.post(f"/api/v1/applications/{application_id}/{path}", body, key=key)

    def view(self, application_id: str) -> dict[str, Any]:
        response = self.http.get(f"/api/v1/applications/{application_id}")
        assert response.status_code == 200, response.text
        return dict(response.json())

    def sealed(self, application_id: str, number: str) -> str:
        from dojang.pin import labels, sealing
        from dojang.pin.encoding import encode, unb64

        key = unb64(self.http.get("/api/v1/sealing-key").json()["public_key"])
        return b64(sealing.seal(number.encode(), key, encode(labels.RESIDENT_NUMBER_INFO, application_id)))

    def identify(self, application_id: str, number: str, user_id: str = "hong1899") -> httpx2.Response:
        body = {"user_id": user_id, "sealed_rrn": self.sealed(application_id, number)}
        return self.step(application_id, "identity", body)

    def do(self, application_id: str, step: Step) -> httpx2.Response:
        """One step done rightly."""
        person = self.world.customer
        match step:
            case Step.TERMS:
                consents = [
                    {"item": c.item, "version": c.version, "text_sha256": c.text_sha256, "agreed": c.agreed}
                    for c in yes_to_all()
                ]
                return self.step(application_id, "terms", {"consents": consents})
            case Step.IDENTITY:
                return self.identify(application_id, person.resident_number)
            case Step.CALL:
                shown = self.step(application_id, "call", {"route": "ars", "phone": 0}).json()
                self.press(application_id, shown["number_to_press"])
                return self.step(application_id, "call/check")
            case Step.MEDIUM:
                first, second = self.card_digits(application_id)
                return self.step(application_id, "medium/security-card/answer", {"first": first, "second": second})
            case Step.DETAILS:
                details = {"name": person.name, "phone": person.mobile, "birth_date": person.birth_date}
                return self.step(application_id, "details", details)
            case _:
                return self.step(application_id, "start")

    def press(self, application_id: str, digits: str) -> None:
        placed = self.world.books.applications.get(application_id).placed_call
        assert placed is not None
        self.world.calls.answer(placed.call_id)
        self.world.calls.press(placed.call_id, digits)

    def card_digits(self, application_id: str) -> tuple[str, str]:
        asked = self.step(application_id, "medium/security-card/question").json()
        card = self.world.customer.card
        return card[asked["first_position"] - 1][:2], card[asked["second_position"] - 1][2:]

    def reach(self, step: Step) -> str:
        application_id = self.apply()
        for done in ORDER[: ORDER.index(step)]:
            response = self.do(application_id, done)
            assert response.status_code == 200, response.text
        return application_id

    @property
    def token(self) -> str | None:
        return self.http.cookies.get(COOKIE)


@contextmanager
def browsing(world: World) -> Iterator[Browser]:
    sessions = Sessions(world.books, world.clock, world.randomness, ORIGIN)
    site = Site(ORIGIN, PIN_ORIGIN, world.books, world.clock, lambda: None, CollectorRegistry())
    routers = [applications.router(world.desk, sessions, PIN_ORIGIN, (b"issuer", b"root"))]
    app = application(site, routers, center_pages(site.origin, site.pin_origin))
    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False) as http:
        yield Browser(world, http)


@pytest.fixture
def visitor() -> Iterator[Browser]:
    with browsing(World()) as made:
        yield made
