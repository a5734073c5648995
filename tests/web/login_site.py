"""The centre's login over books in memory, and a customer's browser in front of it."""

from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from dojang.adapters.in_memory.books import MemoryBooks
from dojang.ports.books import Books
from dojang.web.api import certificate, devices, logins
from dojang.web.app import Site, application, center_pages
from dojang.web.center import certificates, login, sign
from dojang.web.center import devices as device_pages
from dojang.web.center.certificates import CertificatePages
from dojang.web.center.devices import DevicePages
from dojang.web.center.error_pages import ErrorPages
from dojang.web.center.login import LoginPages
from dojang.web.center.sign import SignPages
from dojang.web.forms import Forms
from dojang.web.openid import provider
from dojang.web.sessions import COOKIE, Sessions
from dojang.web.signing_api import signature_requests
from tests.journeys.center import BORN, NAME, PHONE, PIN_ORIGIN, Center, Customer
from tests.journeys.logins import Front
from tests.rules.disclosure.clients import ISSUER, VERIFIER, Client, request

WHO = {"name": NAME, "phone": PHONE, "birth_date": BORN}

HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}

KEYS = count()


class LoginSite:
    """One centre. `browser()` is another browser each time, without a cookie."""

    def __init__(self, books: Books | None = None) -> None:
        self.center = Center(books or MemoryBooks())
        self.front = Front(self.center)
        desk, site = self.front.desk, Site(ISSUER, PIN_ORIGIN, self.center.books, self.center.clock, *_own())
        sessions = Sessions(self.center.books, self.center.clock, self.center.chance, ISSUER)
        pages = center_pages(site.origin, site.pin_origin, desk.clients.values())
        forms = Forms(self.center.books, self.center.clock, ISSUER)
        mine = CertificatePages(desk, sessions, forms, pages)
        routers = [
            provider.router(desk, sessions, ErrorPages(pages)),
            logins.router(desk, sessions),
            signature_requests.router(desk, sessions),
            certificate.router(desk, sessions),
            certificates.router(mine),
            device_pages.router(DevicePages(desk.visits, sessions, forms, pages, mine)),
            devices.router(self.center.desk, sessions),
            login.router(LoginPages(desk, sessions, forms, pages)),
            sign.router(SignPages(desk, sessions, forms, pages)),
        ]
        self.app = application(site, routers, pages)

    def browser(self) -> "Browser":
        return Browser(self, TestClient(self.app, base_url=ISSUER, follow_redirects=False))

    def token(self, client: Client, code: str, **changes: str | None) -> httpx2.Response:
        """A relying party redeems; it has no cookies."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.party.redirect_uris[0],
            "code_verifier": VERIFIER,
            **client.proof(self.front.now),
            **changes,
        }
        sent = {name: value for name, value in form.items() if value is not None}
        return self.browser().http.post("/openid/token", data=sent)

    def push(self, client: Client, **changes: Any) -> httpx2.Response:
        from dojang.pin.encoding import b64
        from tests.journeys.logins import ITEM, RETURN

        body = {
            **client.proof(self.front.now),
            "purpose": "transfer",
            "format": "cms",
            "items": [{"label": "transfer", "content": b64(ITEM.content), "binding": "shown"}],
            "sub": self.front.subject(client),
            "redirect_uri": RETURN,
            "state": "transfer-1",
            **changes,
        }
        return self.browser().http.post("/api/v1/signature-requests", json=body)

    def result(self, client: Client, request_id: str) -> httpx2.Response:
        return self.browser().http.post(
            f"/api/v1/signature-requests/{request_id}/result", json=client.proof(self.front.now)
        )


def _own() -> tuple[Any, CollectorRegistry]:
    return (lambda: None), CollectorRegistry()


@dataclass
class Browser:
    """A browser with its cookies. `post` sends what our own pages send."""

    site: LoginSite
    http: TestClient

    def authorize(self, **changes: str | None) -> httpx2.Response:
        return self.http.get(f"/openid/authorize?{urlencode(request(**changes))}")

    def begin(self) -> str:
        """The interaction's id."""
        response = self.authorize()
        assert response.status_code == 303, response.text
        return parse_qs(urlsplit(response.headers["location"]).query)["interaction"][0]

    def post(self, path: str, body: Any = None, key: str = "") -> httpx2.Response:
        own = {"Origin": ISSUER, "Idempotency-Key": key or f"key-{next(KEYS)}"}
        return self.http.post(path, json={} if body is None else body, headers=own)

    def page(self, address: str, language: str = "ko") -> httpx2.Response:
        """As a browser asks for a page."""
        return self.http.get(address, headers={**HTML, "Accept-Language": language})

    def send(self, action: str, fields: dict[str, str], language: str = "ko", origin: str = ISSUER) -> httpx2.Response:
        """As a browser sends a form."""
        return self.http.post(action, data=fields, headers={**HTML, "Accept-Language": language, "Origin": origin})

    def step(self, interaction: str, step: str, body: Any, key: str = "") -> httpx2.Response:
        return self.post(f"/api/v1/logins/{interaction}/{step}", body, key)

    def sms(self, interaction: str) -> str:
        assert self.step(interaction, "identify", WHO).status_code == 200
        self.site.front.send()
        return self.site.front.phone.sent[-1].text.partition("확인번호 ")[2][:6]

    def view(self, interaction: str) -> dict[str, Any]:
        response = self.http.get(f"/api/v1/logins/{interaction}")
        assert response.status_code == 200, response.text
        return dict(response.json())

    def log_in(self, customer: Customer) -> str:
        """Signed; the interaction's id."""
        interaction = self.begin()
        visit = self.step(interaction, "sms-code", {"code": self.sms(interaction)}).json()
        customer.agree(visit["code"]).hand_in()
        assert self.view(interaction)["state"] == "done"
        return interaction

    def code(self, interaction: str) -> str:
        return str(parse_qs(urlsplit(self.view(interaction)["redirect_to"]).query)["code"][0])

    @property
    def cookie(self) -> str | None:
        found = self.http.cookies.get(COOKIE)
        return None if found is None else str(found)


def problem(response: httpx2.Response, status: int, code: str, **facts: object) -> None:
    """The refusal, whole."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    said = {name: body[name] for name in body if name not in ("type", "title", "status", "code")}
    assert (body["code"], body["status"], said) == (code, status, facts)
