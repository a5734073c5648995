"""Mutating calls come from our own pages, as JSON, each idempotency key once."""

import threading

import pytest

from dojang.values.application import Step
from dojang.web.sessions import COOKIE, Sessions
from tests.web.conftest import ORIGIN, PIN_ORIGIN, Browser
from tests.web.test_applications import problem

FORM = {"holder_kind": "personal"}
PATH = "/api/v1/applications"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": PIN_ORIGIN},
        {"Origin": "null"},
        {"Origin": ORIGIN + ".evil.test"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.test", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_a_call_that_none_of_our_pages_made_is_refused(visitor: Browser, headers: dict[str, str]) -> None:
    problem(visitor.http.post(PATH, json=FORM, headers={"Idempotency-Key": "k", **headers}), 403, "origin_refused")
    assert visitor.token is None


def test_our_origin_or_the_browsers_word_for_it_will_do(visitor: Browser) -> None:
    for headers in ({"Origin": ORIGIN}, {"Sec-Fetch-Site": "same-origin"}):
        assert visitor.http.post(PATH, json=FORM, headers={"Idempotency-Key": "k", **headers}).status_code == 201


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=utf-16"]
)
def test_what_is_not_called_json_is_refused(visitor: Browser, media_type: str) -> None:
    headers = {"Origin": ORIGIN, "Idempotency-Key": "k", "Content-Type": media_type}
    problem(
        visitor.http.post(PATH, content=b'{"holder_kind":"personal"}', headers=headers), 415, "content_type_refused"
    )


def test_a_key_is_required_and_has_a_form(visitor: Browser) -> None:
    problem(visitor.http.post(PATH, json=FORM, headers={"Origin": ORIGIN}), 428, "idempotency_key_missing")
    for key in ("", "with space", "k" * 129):
        response = visitor.http.post(PATH, json=FORM, headers={"Origin": ORIGIN, "Idempotency-Key": key})
        problem(response, 422, "invalid_field", field="Idempotency-Key")


def test_the_same_key_with_the_same_request_gets_the_same_answer_and_acts_once(visitor: Browser) -> None:
    application_id = visitor.reach(Step.MEDIUM)
    visitor.card_digits(application_id)
    wrong = {"first": "xx", "second": "yy"} | {"first": "00", "second": "00"}
    answers = [visitor.step(application_id, "medium/security-card/answer", wrong, key="same") for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    for answer in answers:
        problem(answer, 403, "wrong_card_digits", tries_left=4)


def test_the_answer_to_a_step_is_the_same_after_the_step_is_over(visitor: Browser) -> None:
    application_id = visitor.reach(Step.MEDIUM)
    code = {"code": visitor.world.otp()}
    first = visitor.step(application_id, "medium/one-time-code", code, key="same")
    visitor.do(application_id, Step.DETAILS)
    again = visitor.step(application_id, "medium/one-time-code", code, key="same")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["content-type"] == "application/json"
    problem(visitor.step(application_id, "medium/one-time-code", code), 409, "wrong_step", expected="pin")


def test_the_same_key_with_another_request_is_refused(visitor: Browser) -> None:
    one, other = visitor.reach(Step.MEDIUM), visitor.reach(Step.MEDIUM)
    assert visitor.step(one, "extend", key="same").status_code == 200
    problem(visitor.step(other, "extend", key="same"), 409, "idempotency_key_reused")
    problem(visitor.step(one, "extend", {"a": 1}, key="same"), 409, "idempotency_key_reused")


def test_two_browsers_may_choose_the_same_key(visitor: Browser) -> None:
    first = visitor.reach(Step.MEDIUM)
    assert visitor.step(first, "extend", key="same").status_code == 200
    visitor.http.cookies.clear()
    second = visitor.reach(Step.MEDIUM)
    assert visitor.step(second, "extend", key="same").json()["id"] == second


def test_an_answer_with_a_one_time_code_is_not_kept_and_asked_again(visitor: Browser) -> None:
    application_id = visitor.reach(Step.PIN)
    codes = [visitor.step(application_id, "start", key="same").json()["code"] for _ in range(2)]
    assert codes == ["code-1", "code-2"]
    assert not any(b"code-" in answer.body for answer in visitor.world.books.idempotency.rows.values())  # type: ignore[attr-defined]
    problem(visitor.step(application_id, "start", {"a": 1}, key="same"), 409, "idempotency_key_reused")


def test_a_call_repeated_under_its_key_rings_once_and_its_number_is_not_kept(visitor: Browser) -> None:
    application_id = visitor.reach(Step.CALL)
    body = {"route": "ars", "phone": 0}
    shown = [visitor.step(application_id, "call", body, key="same").json() for _ in range(2)]
    assert shown[0] == shown[1]
    assert len(visitor.world.calls.placed) == 1
    kept = visitor.world.books.idempotency.rows.values()  # type: ignore[attr-defined]
    assert not any(b"number_to_press" in answer.body for answer in kept)


def test_the_same_request_at_the_same_time_is_asked_to_come_again(visitor: Browser) -> None:
    application_id = visitor.reach(Step.MEDIUM)
    entered, leave = threading.Event(), threading.Event()
    check = visitor.world.desk.one_time_code.check

    class Slow:
        def check(self, *args: str) -> None:
            entered.set()
            assert leave.wait(10)
            check(*args)

    object.__setattr__(visitor.world.desk, "one_time_code", Slow())
    code = {"code": visitor.world.otp()}
    slow = threading.Thread(target=lambda: visitor.step(application_id, "medium/one-time-code", code, key="same"))
    slow.start()
    assert entered.wait(10)
    problem(visitor.step(application_id, "medium/one-time-code", code, key="same"), 409, "request_under_way")
    leave.set()
    slow.join()
    assert visitor.step(application_id, "medium/one-time-code", code, key="same").json()["step"] == "details"


def test_the_cookie_is_for_our_server_alone_and_the_row_holds_its_hash(visitor: Browser) -> None:
    response = visitor.post(PATH, FORM)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert visitor.token is not None
    assert visitor.token not in visitor.world.books.sessions.rows  # type: ignore[attr-defined]
    assert "set-cookie" not in visitor.post(PATH, FORM).headers


def test_over_https_the_cookie_is_for_https_alone(visitor: Browser) -> None:
    from starlette.requests import Request
    from starlette.responses import Response

    world, response = visitor.world, Response()
    https = Sessions(world.books, world.clock, world.randomness, "https://center.example")
    https.entered(Request({"type": "http", "headers": []}), response)
    assert "Secure" in response.headers["set-cookie"]


def test_a_cookie_that_we_never_gave_is_no_session(visitor: Browser) -> None:
    visitor.http.cookies.set(COOKIE, "forged", domain="center.dojang.localhost")
    problem(visitor.step("x", "extend"), 401, "session_missing")
    assert not visitor.world.books.idempotency.rows  # type: ignore[attr-defined]


def test_the_pin_page_may_read_its_own_paths_and_no_others(visitor: Browser) -> None:
    asked = {"Origin": PIN_ORIGIN, "Access-Control-Request-Method": "POST"}
    allowed = visitor.http.options("/v1/transactions/open", headers=asked)
    assert allowed.headers["access-control-allow-origin"] == PIN_ORIGIN
    assert "access-control-allow-credentials" not in allowed.headers
    refused = visitor.http.options("/v1/transactions/open", headers={**asked, "Origin": "http://evil.test"})
    assert "access-control-allow-origin" not in refused.headers
    assert "access-control-allow-origin" not in visitor.http.options(PATH, headers=asked).headers


def test_every_process_has_health_readiness_metrics_and_the_centre_its_description(visitor: Browser) -> None:
    visitor.apply()
    assert visitor.http.get("/healthz").json() == {"status": "ok"}
    assert visitor.http.get("/readyz").json() == {"status": "ready"}
    metrics = visitor.http.get("/metrics").text
    assert 'dojang_requests_total{method="POST",route="/api/v1/applications",status="201"} 1.0' in metrics
    paths = visitor.http.get("/api/v1/openapi.json").json()["paths"]
    assert "/api/v1/applications/{application}/medium/security-card/answer" in paths
