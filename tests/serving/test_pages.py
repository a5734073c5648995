from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import say, sentences
from dojang.refusals import InvalidField
from dojang.serving.app import EXCEPTION_HANDLERS
from dojang.serving.pages import Pages, View, own_path

ORIGIN = "http://site.localhost:8001"
HOLES = {"a.d": "{numbers.none.tries}", "a.e": "{minutes.pin.none}", "a.f": "{other.pin.tries}"}
ELSEWHERE = "http://pin.localhost:8014"
PAGE = """{% extends "frame.html" %}{% import "pieces.html" as p with context %}
{% block title %}A title{% endblock %}
{% block content %}<h1>{{ words }}</h1>{{ p.error_summary(problems) }}{{ p.field("name", "Name", error="wrong") }}
{{ p.once() }}{{ p.timer(now + 5, "left {time}") }}
{{ p.steps([("one", "done"), ("two", "current")], 2) }}{% endblock %}"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TestClient]:
    (tmp_path / "shown.html").write_text(PAGE)
    pages = Pages(
        cookie="a_view",
        brand={"ko": "도장", "en": "Dojang"},
        origin=ORIGIN,
        templates=[tmp_path],
        form_targets=[ELSEWHERE],
        facts={"new_key": lambda: "a-key"},
    )

    def shown(request: Request) -> Response:
        facts = {"problems": [("name", "<b>")], "now": 1_800_000_000}
        return pages.page(request, "shown", 200, words=request.query_params.get("words", "words"), **facts)

    app = Starlette(routes=[Route("/shown", shown), *pages.routes()], exception_handlers=EXCEPTION_HANDLERS)
    with TestClient(app, base_url=ORIGIN, follow_redirects=False) as client:
        yield client


def changed(site: TestClient, **form: str) -> Response:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return site.post("/view", content=urlencode(form), headers=kind)  # type: ignore[return-value]


def test_a_page_is_in_the_language_that_the_browser_asks_for(site: TestClient) -> None:
    for asked, language in (
        ("ko-KR,en", "ko"),
        ("en-GB,ko;q=0.5", "en"),
        ("fr, en;q=0.5", "en"),
        ("fr", "ko"),
        ("", "ko"),
    ):
        page = site.get("/shown", headers={"Accept-Language": asked}).text
        assert f'<html lang="{language}">' in page
        assert say(language, "frame.help") in page


def test_what_somebody_chose_is_kept_and_leads_back_to_the_page(site: TestClient) -> None:
    answer = changed(site, language="en", text="150", theme="dark", back="/shown?words=x")
    assert (answer.status_code, answer.headers["location"]) == (303, "/shown?words=x")
    assert '<html lang="en" data-theme="dark" data-text="150">' in site.get("/shown").text
    changed(site, theme="light", back="/shown")
    assert '<html lang="en" data-theme="light" data-text="150">' in site.get("/shown").text


@pytest.mark.parametrize("form", [{"language": "fr"}, {"text": "200"}, {"theme": "red"}, {"text": "1e2"}])
def test_what_there_is_not_is_refused_and_changes_nothing(site: TestClient, form: dict[str, str]) -> None:
    assert changed(site, **form).status_code == 422
    assert "a_view" not in site.cookies


def test_a_cookie_that_somebody_made_up_is_passed_over(site: TestClient) -> None:
    site.cookies.set("a_view", 'language=xx&text=<script>&theme="')
    assert '<html lang="ko">' in site.get("/shown", headers={"Accept-Language": "ko"}).text


@pytest.mark.parametrize(
    "address", ["//evil.example", "/\\evil.example", "http://evil.example/", "javascript:alert(1)", "", "evil", "/\n/x"]
)
def test_the_way_back_is_a_path_of_our_own_and_nothing_else(site: TestClient, address: str) -> None:
    assert changed(site, text="125", back=address).headers["location"] == "/"


@given(st.text(max_size=30))
def test_no_text_leads_away_from_this_site(address: str) -> None:
    path = own_path(address)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))


def test_a_page_may_load_nothing_but_our_own_files_and_nobody_may_frame_or_keep_it(site: TestClient) -> None:
    headers = site.get("/shown").headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
        f"connect-src 'self'; form-action 'self' {ELSEWHERE}; base-uri 'none'; frame-ancestors 'none'"
    )
    kept = {"cache-control": "no-store", "referrer-policy": "same-origin", "x-content-type-options": "nosniff"}
    assert {name: headers[name] for name in kept} == kept


def test_what_comes_from_outside_is_text_and_never_markup(site: TestClient) -> None:
    page = site.get("/shown", params={"words": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "<b>" not in page


def test_a_file_of_ours_is_kept_for_a_year_under_an_address_that_changes_with_it(site: TestClient) -> None:
    page = site.get("/shown").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    file = site.get(address)
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert file.headers["content-type"].startswith("text/css")
    assert site.get(address.partition("?")[0]).headers["cache-control"] == "no-cache"
    assert site.get("/static/DojangSans-Regular.woff2").headers["content-type"] == "font/woff2"


def test_a_font_has_one_address_in_the_page_and_in_the_sheet(site: TestClient) -> None:
    preloaded = site.get("/shown").text.split('rel="preload" href="')[1].split('"')[0]
    assert f'url("{preloaded}")' in site.get("/static/tokens.css").text


@pytest.mark.parametrize("name", ["none.css", "frame.html", "characters.txt", "..%2Ftokens.css", ""])
def test_no_other_file_is_given_out(site: TestClient, name: str) -> None:
    assert site.get(f"/static/{name}").status_code == 404


def test_the_pin_page_is_told_how_somebody_wants_to_see_it() -> None:
    assert parse_qs(View("en", "dark", 125).fragment()) == {"lang": ["en"], "text": ["125"], "theme": ["dark"]}
    assert parse_qs(View().fragment()) == {"lang": ["ko"], "text": ["100"]}
    back = "/sign?request=a&code=none"
    assert parse_qs(View().fragment(back)) == {"lang": ["ko"], "text": ["100"], "back": [back]}


def test_a_sentence_has_its_parts_and_the_policys_numbers_or_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "dojang.policy.wording.sentences", lambda language: {"a.b": "{n} of {numbers.pin.tries}", **HOLES}
    )
    assert say("ko", "a.b", n=2) == f"2 of {NUMBERS.pin.tries}"
    with pytest.raises(KeyError):
        say("ko", "a.b")
    for hole in ("a.c", "a.d", "a.e", "a.f"):
        with pytest.raises(KeyError):
            say("ko", hole)


def test_both_languages_say_the_same_things_with_the_same_places() -> None:
    korean, english = (sentences(language) for language in ("ko", "en"))
    assert korean.keys() == english.keys()


def test_a_form_with_one_name_twice_is_none(site: TestClient) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = site.post("/view", content="text=125&text=150", headers=kind)
    assert answer.json()["code"] == InvalidField.code
