"""A form is sent by our own page and acted on once."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.testclient import TestClient

from dojang.adapters.in_memory.books import MemoryBooks
from dojang.adapters.in_memory.clock import MemoryClock
from dojang.adapters.in_memory.randomness import MemoryRandomness
from dojang.refusals import BankUnavailable, Refusal, WrongCardDigits
from dojang.serving.app import EXCEPTION_HANDLERS
from dojang.serving.forms import new_key
from dojang.web.forms import Form, Forms
from dojang.web.sessions import COOKIE, Sessions

ORIGIN = "http://center.dojang.localhost:8001"
KEY = "a-key-of-sixteen-characters"


class Site:
    """One form that leads to /led/N the Nth time it is acted on, and the answer that it is to give instead."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.refusal: Refusal | None = None
        self.slow = False
        clock = MemoryClock(1_800_000_000)
        books = MemoryBooks()
        forms, sessions = Forms(books, clock, ORIGIN), Sessions(books, clock, MemoryRandomness(), ORIGIN)
        app = FastAPI()
        for error, handler in EXCEPTION_HANDLERS.items():
            app.add_exception_handler(error, handler)

        @app.get("/enter")
        def enter(request: Request, response: Response) -> str:
            return sessions.entered(request, response)

        @app.post("/once")
        def once(request: Request, form: Form) -> Response:
            return RedirectResponse(forms.once(request, form, self.act), 303)

        @app.post("/again")
        def again(request: Request, form: Form) -> Response:
            return RedirectResponse(forms.again(request, form, self.act), 303)

        self.http = TestClient(app, base_url=ORIGIN, follow_redirects=False)
        self.books = books

    def act(self, name: str) -> str:
        self.names.append(name)
        if self.slow:
            time.sleep(0.2)  # so that the others come while this one acts
        if self.refusal is not None:
            raise self.refusal
        return f"/led/{len(self.names)}"

    def send(self, path: str = "/once", origin: str | None = ORIGIN, key: str = KEY, value: str = "1") -> Response:
        headers = {"Origin": origin} if origin else {}
        fields = {"value": value} | ({"idempotency_key": key} if key else {})
        return self.http.post(path, data=fields, headers=headers)  # type: ignore[return-value]


@pytest.fixture
def site() -> Site:
    made = Site()
    made.http.get("/enter")
    return made


def led(answer: Response) -> str:
    return answer.headers["location"]


def code(answer: Response) -> str:
    return str(answer.json()["code"])  # type: ignore[attr-defined]


def test_the_same_form_sent_twice_is_acted_on_once(site: Site) -> None:
    assert [led(site.send()) for _ in range(3)] == ["/led/1"] * 3
    assert led(site.send(key=new_key())) == "/led/2"


def test_the_same_form_sent_twice_at_once_is_acted_on_once_and_leads_both_there(site: Site) -> None:
    site.slow = True
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: led(site.send()), range(4)))
    assert answers == ["/led/1"] * 4


def test_a_cookie_that_names_no_session_keeps_nothing(site: Site) -> None:
    site.http.cookies.clear()
    site.http.cookies.set(COOKIE, "made-up")
    assert [led(site.send()), led(site.send())] == ["/led/1", "/led/2"]


def test_a_no_is_the_same_no_the_second_time_with_all_its_facts(site: Site) -> None:
    site.refusal = WrongCardDigits(tries_left=3)
    first = site.send()
    site.refusal = None
    second = site.send()
    assert first.json() == second.json()  # type: ignore[attr-defined]
    assert second.json()["tries_left"] == 3  # type: ignore[attr-defined]
    assert len(site.names) == 1


def test_what_a_party_that_was_down_kept_from_happening_is_tried_again_under_the_same_name(site: Site) -> None:
    site.refusal = BankUnavailable()
    assert site.send().status_code == 503
    site.refusal = None
    assert led(site.send()) == "/led/2"
    assert len(set(site.names)) == 1


def test_the_key_of_one_form_is_none_for_another(site: Site) -> None:
    site.send()
    assert code(site.send(value="2")) == "idempotency_key_reused"


def test_two_browsers_with_one_key_are_two(site: Site) -> None:
    site.send()
    site.http.cookies.clear()
    site.http.get("/enter")
    assert led(site.send()) == "/led/2"


def test_an_address_that_is_a_secret_is_not_kept(site: Site) -> None:
    assert [led(site.send("/again")), led(site.send("/again"))] == ["/led/1", "/led/2"]
    assert len(set(site.names)) == 1


@pytest.mark.parametrize("origin", [None, "null", "http://bank.localhost:8000", ORIGIN + "0"])
def test_a_form_of_another_site_is_refused_and_not_acted_on(site: Site, origin: str | None) -> None:
    for path in ("/once", "/again"):
        assert code(site.send(path, origin=origin)) == "origin_refused"
    assert site.names == []


@pytest.mark.parametrize(
    ("key", "refused"), [("", "idempotency_key_missing"), ("short", "invalid_field"), ("x" * 65, "invalid_field")]
)
def test_a_form_without_a_key_of_ours_is_refused(site: Site, key: str, refused: str) -> None:
    assert code(site.send(key=key)) == refused
    assert site.names == []


def test_json_is_no_form(site: Site) -> None:
    answer = site.http.post("/once", json={"idempotency_key": KEY}, headers={"Origin": ORIGIN})
    assert code(answer) == "content_type_refused"  # type: ignore[arg-type]


def test_nothing_that_was_typed_is_kept(site: Site) -> None:
    site.send(value="a-canary-of-mine")
    kept = site.books.idempotency
    assert "a-canary-of-mine" not in repr(vars(kept))
