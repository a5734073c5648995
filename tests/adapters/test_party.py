"""Another party over HTTP: whatever goes wrong beyond its named refusals is that it is unavailable."""

import httpx2
import pytest

from dojang.refusals import BankUnavailable, CardLocked, Refusal, WrongCardDigits
from dojang.serving.bodies import Body
from dojang.serving.party import Party


class Answer(Body):
    word: str


class Question(Body):
    word: str


def party(handler: object) -> Party:
    client = httpx2.Client(base_url="http://bank.test", transport=httpx2.MockTransport(handler))  # type: ignore[arg-type]
    return Party(client, BankUnavailable)


def asked(handler: object) -> Answer:
    return party(handler).post("/x", Question(word="?"), Answer, WrongCardDigits, request="once")


def test_the_question_goes_as_json_under_its_request_and_the_answer_is_read() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        assert request.content == b'{"word":"?"}'
        assert request.headers["content-type"] == "application/json"
        assert request.headers["idempotency-key"] == "once"
        return httpx2.Response(200, json={"word": "!"})

    assert asked(handler) == Answer(word="!")


def test_a_named_refusal_comes_back_with_its_numbers_alone() -> None:
    problem = {"code": "wrong_card_digits", "status": 403, "title": "words", "tries_left": 2, "why": "words"}
    with pytest.raises(WrongCardDigits) as no:
        asked(lambda _: httpx2.Response(403, json=problem))
    assert no.value.facts == {"tries_left": 2}


@pytest.mark.parametrize(
    "response",
    [
        httpx2.Response(423, json={"code": CardLocked.code}),
        httpx2.Response(500, text="<html>"),
        httpx2.Response(403, json=["wrong_card_digits"]),
        httpx2.Response(200, text="no json"),
        httpx2.Response(200, json={"word": 1}),
        httpx2.Response(200, json={"word": "!", "more": 1}),
        httpx2.Response(302, headers={"location": "http://elsewhere.test"}),
    ],
    ids=["a refusal not named", "a crash", "no problem body", "no json", "a wrong type", "a field more", "a redirect"],
)
def test_any_other_answer_is_none(response: httpx2.Response) -> None:
    with pytest.raises(BankUnavailable):
        asked(lambda _: response)


@pytest.mark.parametrize("error", [httpx2.ConnectError, httpx2.ReadTimeout, httpx2.RemoteProtocolError])
def test_no_connection_or_no_answer_in_time_is_none(error: type[httpx2.HTTPError]) -> None:
    def handler(_request: httpx2.Request) -> httpx2.Response:
        raise error("secret words")

    with pytest.raises(BankUnavailable) as no:
        asked(handler)
    assert isinstance(no.value, Refusal)
    assert no.value.__cause__ is None
