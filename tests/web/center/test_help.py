from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import LANGUAGES, sentences
from dojang.web.app import center_pages
from dojang.web.center import help as center_help

ORIGIN = "http://center.dojang.localhost:8001"


@pytest.fixture
def site() -> Iterator[TestClient]:
    pages = center_pages(ORIGIN, "http://pin.dojang.localhost:8014")
    app = FastAPI(routes=pages.routes())
    app.include_router(center_help.router(pages))
    with TestClient(app, base_url=ORIGIN) as client:
        yield client


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_that_there_are_words_for_is_answered(site: TestClient, language: str) -> None:
    page = site.get("/faq", headers={"Accept-Language": language}).text
    written = {key.removeprefix("faq.").removesuffix("_q") for key in sentences(language) if key.endswith("_q")}
    assert written == set(center_help.QUESTIONS)
    assert page.count("<details") == len(written)


def test_the_numbers_are_the_policys(site: TestClient) -> None:
    page = site.get("/faq", headers={"Accept-Language": "en"}).text
    assert f"After {NUMBERS.pin.tries} wrong ones in a row" in page
    assert f"for {NUMBERS.certificate.years} years" in page
    assert f"for {NUMBERS.application.idle // 60} minutes" in page


def test_a_search_shows_what_matches_opened_and_keeps_what_was_asked(site: TestClient) -> None:
    page = site.get("/faq", params={"q": "ABROAD call"}, headers={"Accept-Language": "en"}).text
    assert page.count("<details") == 1
    assert '<details id="abroad" open>' in page
    assert 'value="ABROAD call"' in page


def test_a_search_that_finds_nothing_says_so_and_how_to_go_on(site: TestClient) -> None:
    page = site.get("/faq", params={"q": "<b>nothing</b>"}, headers={"Accept-Language": "en"}).text
    assert "No question matches “&lt;b&gt;nothing&lt;/b&gt;”" in page
    assert "<details" not in page
    assert 'href="/faq"' in page


@given(st.text(max_size=20))
def test_a_search_only_ever_narrows(asked: str) -> None:
    everything = center_help.questions("ko")
    assert set(center_help.matching(asked, everything)) <= set(everything)
    assert center_help.matching("", everything) == everything


def test_help_says_what_to_do_when_it_was_somebody_else(site: TestClient) -> None:
    page = site.get("/help", headers={"Accept-Language": "en"}).text
    assert 'id="not-me"' in page
    assert 'href="/certificates"' in page
