"""What a browser is told that was refused, and what a program is told."""

import re

import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from dojang import problems, refusals
from dojang.policy.refusal_words import told
from dojang.policy.wording import LANGUAGES, say, sentences
from dojang.web.app import Site, application, center_pages
from tests.journeys.center import PIN_ORIGIN, Center
from tests.rules.disclosure.clients import ISSUER
from tests.web.center.shown import Shown
from tests.web.login_site import HTML, _own

BAD = {"Accept-Language": "ko", **HTML}


@pytest.fixture
def site() -> TestClient:
    from dojang.adapters.in_memory.books import MemoryBooks

    def broken() -> None:
        raise ZeroDivisionError("a secret of ours")

    def down() -> None:
        raise refusals.GuardUnavailable(guard_id="guard-1")

    made = APIRouter()
    for place in ("issue", "login", "sign", "elsewhere", "api/v1", "v1"):
        made.add_api_route(f"/{place}/broken", broken, methods=["GET"])
        made.add_api_route(f"/{place}/down", down, methods=["GET", "POST"])
    center = Center(MemoryBooks())
    about = Site(ISSUER, PIN_ORIGIN, center.books, center.clock, *_own())
    app = application(about, [made], center_pages(ISSUER, PIN_ORIGIN))
    return TestClient(app, base_url=ISSUER, raise_server_exceptions=False, follow_redirects=False)


CASES = {
    "a page that there is not": ("GET", "/none", 404, "NOT_FOUND"),
    "a way that there is not": ("POST", "/elsewhere/broken", 405, "METHOD_NOT_ALLOWED"),
    "something nobody expected": ("GET", "/elsewhere/broken", 500, "BROKEN"),
    "a party that is down": ("GET", "/elsewhere/down", 503, "GUARD_UNAVAILABLE"),
    "an address of a file that there is not": ("GET", "/static/none.css", 404, "NOT_FOUND"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("method", "path", "status", "code"), CASES.values(), ids=CASES)
def test_a_browser_gets_a_page_with_cause_remedy_code_and_reference(
    site: TestClient, method: str, path: str, status: int, code: str, language: str
) -> None:
    page = Shown(site.request(method, path, headers={**HTML, "Accept-Language": language}))
    words = told(language, problems.refusal({"code": code.lower()}))
    heading = "errors.other_unknown" if status >= 500 else "errors.other"
    assert (page.status, page.h1) == (status, say(language, heading))
    for part in (words.sentence, words.remedy, code, say(language, "errors.reference")):
        assert part in page.text
    assert page.title.startswith(say(language, "frame.error"))


@pytest.mark.parametrize(("method", "path", "status", "code"), CASES.values(), ids=CASES)
def test_a_program_gets_a_problem_body(site: TestClient, method: str, path: str, status: int, code: str) -> None:
    answer = site.request(method, path, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/")


@pytest.mark.parametrize("path", ["/api/v1/down", "/v1/down", "/api/v1/broken", "/api/none", "/openid/none"])
def test_what_is_for_programs_stays_so_for_browsers(site: TestClient, path: str) -> None:
    assert "json" in site.get(path, headers=BAD).headers["content-type"]


@pytest.mark.parametrize("place", ["issue", "login", "sign"])
def test_the_heading_says_first_what_happened_to_the_request(site: TestClient, place: str) -> None:
    assert Shown(site.get(f"/{place}/none", headers=BAD)).h1 == say("ko", f"errors.{place}")


@pytest.mark.parametrize("place", ["issue", "login", "sign"])
def test_what_may_have_happened_all_the_same_is_not_called_a_failure(site: TestClient, place: str) -> None:
    for path in (f"/{place}/down", f"/{place}/broken"):
        assert Shown(site.get(path, headers=BAD)).h1 == say("ko", f"errors.{place}_unknown")


def test_nothing_of_an_error_but_its_kind_is_shown_or_logged(site: TestClient) -> None:
    with capture_logs() as logged:
        page = site.get("/elsewhere/broken?x=a-canary", headers=BAD)
    assert "secret" not in page.text
    assert "secret" not in repr(logged)
    assert "canary" not in repr(logged)


def test_the_reference_on_the_page_stands_in_the_log_beside_the_code(site: TestClient) -> None:
    with capture_logs() as logged:
        page = Shown(site.get("/none", headers=BAD))
    said = next(line for line in logged if line["event"] == "told_on_a_page")
    assert said["code"] == "not_found"
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", said["reference"])
    assert said["reference"] in page.text


def test_what_was_read_is_tried_again_at_its_address_and_what_was_sent_is_not(site: TestClient) -> None:
    again = say("ko", "errors.again")
    assert Shown(site.get("/elsewhere/down?a=1&b=2", headers=BAD)).links[again] == "/elsewhere/down?a=1&b=2"
    for answer in (site.post("/elsewhere/down", headers=BAD), site.get("/none", headers=BAD)):
        assert again not in Shown(answer).links
        assert Shown(answer).links[say("ko", "errors.home")] == "/"


def test_a_party_that_is_down_may_be_asked_again_in_two_seconds(site: TestClient) -> None:
    assert site.get("/elsewhere/down", headers=BAD).headers["retry-after"] == "2"
    assert site.post("/elsewhere/broken", headers=BAD).headers["allow"] == "GET"


def test_a_form_that_is_too_large_has_a_page_too(site: TestClient) -> None:
    headers = {**BAD, "Content-Type": "application/x-www-form-urlencoded", "Origin": ISSUER}
    for content in (b"x" * 70_000, iter([b"x" * 40_000] * 2)):
        page = Shown(site.post("/view", content=content, headers=headers))
        assert (page.status, "BODY_TOO_LARGE" in page.text) == (413, True)


@pytest.mark.parametrize("address", ["/none?<script>alert(1)</script>", "/%3Cscript%3Ealert(1)"])
def test_an_address_is_text_on_its_page(site: TestClient, address: str) -> None:
    assert "<script>alert" not in site.get(address, headers=BAD).text


def test_an_error_page_leads_to_no_address_of_somebody_elses(site: TestClient) -> None:
    page = Shown(site.get("//evil.example/none", headers=BAD))
    assert all(not address.startswith("//") for address in page.links.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_without_words_is_told_as_one_that_nobody_expected(language: str) -> None:
    class NeverHeardOf(refusals.Refusal): ...

    assert told(language, NeverHeardOf()) == told(language, None)
    assert told(language, None).sentence == sentences(language)["refusals.broken"]


def test_a_refusals_facts_stand_in_its_words() -> None:
    words = told("en", refusals.WrongSmsCode(tries_left=3, field="code"))
    assert "Tries left: 3" in words.sentence
    assert words.at("other") == ("code", words.sentence)
    assert told("en", refusals.NotFound()).at("other")[0] == "other"
