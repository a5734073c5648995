"""The seven steps over HTTP, and what bad input gets."""

import logging
from typing import Any

import httpx2
import pytest
import structlog

from dojang.policy.numbers import NUMBERS
from dojang.values.application import Step
from tests.journeys.proofing import ORDER, RESIDENT_NUMBER
from tests.web.conftest import ORIGIN, PIN_ORIGIN, Browser

PATHS: dict[Step, tuple[str, dict[str, Any]]] = {
    Step.TERMS: ("terms", {"consents": []}),
    Step.IDENTITY: ("identity", {"user_id": "hong1899", "sealed_rrn": "AAAA"}),
    Step.CALL: ("call", {"route": "ars", "phone": 0}),
    Step.MEDIUM: ("medium/one-time-code", {"code": "000000"}),
    Step.DETAILS: ("details", {"name": "홍길동", "phone": "01012345678", "birth_date": "1899-12-31"}),
    Step.PIN: ("start", {}),
}


def problem(response: httpx2.Response, status: int, code: str, **facts: object) -> None:
    assert (response.status_code, response.json().get("code")) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert body["type"] == f"urn:dojang:problem:{code}"
    assert {name: body[name] for name in facts} == facts


def test_the_story_from_arrival_to_the_pin_page(visitor: Browser) -> None:
    application_id = visitor.reach(Step.PIN)
    view = visitor.view(application_id)
    assert view["step"] == "pin"
    assert [(s["name"], s["state"]) for s in view["steps"]] == [
        (name, "done") for name in ("home", "center", "terms", "identity", "call", "medium", "details")
    ]
    answer = visitor.step(application_id, "start").json()
    assert answer == {"pin_url": f"{PIN_ORIGIN}/#code=code-1", "code": "code-1"}
    assert visitor.world.visits.applicants[0].application == application_id


def test_the_other_media_and_the_phone_over_http(visitor: Browser) -> None:
    first, second = visitor.reach(Step.MEDIUM), visitor.reach(Step.MEDIUM)
    assert visitor.step(first, "medium/one-time-code", {"code": visitor.world.otp()}).json()["step"] == "details"
    asked = visitor.step(second, "medium/mobile").json()
    assert asked["comparison_code"] in asked["text"]
    problem(visitor.step(second, "medium/mobile/check"), 409, "approval_pending")
    visitor.world.phone.approve(asked["approval_id"])
    assert visitor.step(second, "medium/mobile/check").json()["step"] == "details"


def test_a_reload_shows_where_the_call_stands_but_not_the_number_to_press(visitor: Browser) -> None:
    application_id = visitor.reach(Step.CALL)
    shown = visitor.step(application_id, "call", {"route": "ars", "phone": 0}).json()
    assert len(shown["number_to_press"]) == NUMBERS.phone_call.digits
    call = visitor.view(application_id)["call"]
    assert (call["state"], call["masked_number"]) == ("calling", shown["masked_number"])
    assert "number_to_press" not in call


def test_terms_are_served_in_both_languages_with_the_hash_that_consents_name(visitor: Browser) -> None:
    korean = visitor.http.get("/api/v1/terms").json()["items"]
    english = visitor.http.get("/api/v1/terms?lang=en").json()["items"]
    assert [item["item"] for item in korean] == [item["item"] for item in english]
    assert all(k["text_sha256"] != e["text_sha256"] for k, e in zip(korean, english, strict=True))
    assert f"{NUMBERS.certificate.years}년" in korean[0]["text"]
    problem(visitor.http.get("/api/v1/terms?lang=fr"), 422, "invalid_field", field="lang")


@pytest.mark.parametrize("at", ORDER)
@pytest.mark.parametrize("tried", ORDER)
def test_a_wrong_step_is_refused_by_the_name_of_the_right_one(visitor: Browser, at: Step, tried: Step) -> None:
    if tried is not at:
        path, body = PATHS[tried]
        if tried is Step.TERMS:
            body = {"consents": browser_consents()}
        problem(visitor.step(visitor.reach(at), path, body), 409, "wrong_step", expected=at.value)


def browser_consents() -> list[dict[str, Any]]:
    from tests.journeys.proofing import yes_to_all

    return [{"item": c.item, "version": c.version, "text_sha256": c.text_sha256, "agreed": True} for c in yes_to_all()]


def test_an_expired_application_is_gone_and_an_extended_one_is_not(visitor: Browser) -> None:
    expired, extended = visitor.reach(Step.IDENTITY), visitor.reach(Step.IDENTITY)
    visitor.world.clock.forward(NUMBERS.application.idle - 1)
    assert visitor.step(extended, "extend").status_code == 200
    visitor.world.clock.forward(1)
    assert visitor.view(extended)["step"] == "identity"
    for response in (
        visitor.http.get(f"/api/v1/applications/{expired}"),
        visitor.do(expired, Step.IDENTITY),
        visitor.step(expired, "extend"),
    ):
        problem(response, 410, "application_expired")


def test_a_lapsed_proof_is_gone_and_shown_as_expired(visitor: Browser) -> None:
    application_id = visitor.reach(Step.PIN)
    visitor.world.clock.forward(NUMBERS.application.call_proof)
    problem(visitor.step(application_id, "start"), 410, "proof_expired", step="call")
    states = {step["name"]: step["state"] for step in visitor.view(application_id)["steps"]}
    assert (states["identity"], states["call"], states["medium"]) == ("done", "expired", "expired")


def test_wrong_id_and_wrong_number_look_the_same(visitor: Browser) -> None:
    application_id = visitor.reach(Step.IDENTITY)
    answers = [
        visitor.identify(application_id, "9912319000017"),
        visitor.identify(application_id, RESIDENT_NUMBER, user_id="nobody"),
        visitor.step(application_id, "identity", {"user_id": "hong1899", "sealed_rrn": "AAAA"}),
    ]
    for answer in answers:
        problem(answer, 403, "identity_not_matched")
    assert len({answer.content for answer in answers}) == 1


def test_too_many_wrong_ids_from_one_address_are_locked(visitor: Browser) -> None:
    application_id = visitor.reach(Step.IDENTITY)
    for number in range(NUMBERS.application.identity_tries_per_address):
        problem(visitor.identify(application_id, "9" * 13, user_id=f"u{number}"), 403, "identity_not_matched")
    problem(visitor.identify(application_id, RESIDENT_NUMBER), 423, "identity_locked")


def test_a_wrong_card_pair_a_replayed_otp_and_a_late_call_are_refused(visitor: Browser) -> None:
    card, late = visitor.reach(Step.MEDIUM), visitor.reach(Step.CALL)
    first, second = visitor.card_digits(card)
    wrong = {"first": first, "second": f"{(int(second) + 1) % 100:02}"}
    problem(visitor.step(card, "medium/security-card/answer", wrong), 403, "wrong_card_digits", tries_left=4)
    code = visitor.world.otp()
    other = visitor.reach(Step.MEDIUM)
    assert visitor.step(card, "medium/one-time-code", {"code": code}).status_code == 200
    problem(visitor.step(other, "medium/one-time-code", {"code": code}), 403, "wrong_one_time_code", tries_left=9)
    shown = visitor.step(late, "call", {"route": "ars", "phone": 0}).json()
    visitor.press(late, shown["number_to_press"])
    visitor.world.clock.forward(NUMBERS.phone_call.lifetime)
    problem(visitor.step(late, "call/check"), 410, "call_expired")


def test_a_bank_that_is_down_is_named_and_the_same_request_works_later(visitor: Browser) -> None:
    application_id = visitor.reach(Step.IDENTITY)
    body = {"user_id": "hong1899", "sealed_rrn": visitor.sealed(application_id, RESIDENT_NUMBER)}
    visitor.world.bank_is_down = True
    down = visitor.step(application_id, "identity", body, key="again")
    problem(down, 503, "bank_unavailable")
    assert down.headers["retry-after"] == "2"
    visitor.world.bank_is_down = False
    assert visitor.step(application_id, "identity", body, key="again").json()["step"] == "call"


def test_another_browser_finds_no_application_and_none_without_a_session(visitor: Browser) -> None:
    application_id = visitor.reach(Step.IDENTITY)
    visitor.http.cookies.clear()
    problem(visitor.http.get(f"/api/v1/applications/{application_id}"), 401, "session_missing")
    problem(visitor.step(application_id, "extend"), 401, "session_missing")
    visitor.apply()
    problem(visitor.http.get(f"/api/v1/applications/{application_id}"), 404, "application_not_found")
    problem(visitor.step(application_id, "extend"), 404, "application_not_found")


def test_no_certificate_before_it_is_issued(visitor: Browser) -> None:
    application_id = visitor.reach(Step.PIN)
    problem(visitor.http.get(f"/api/v1/applications/{application_id}/certificate"), 409, "wrong_step", expected="pin")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("terms", {"consents": "all"}, "consents"),
        (
            "terms",
            {"consents": [{"item": "news", "version": "1", "text_sha256": "", "agreed": True}]},
            "consents.0.version",
        ),
        ("terms", {"consents": [{"item": "news", "version": 1, "text_sha256": "", "agreed": 1}]}, "consents.0.agreed"),
        ("identity", {"user_id": "hong1899"}, "sealed_rrn"),
        ("identity", {"user_id": "hong1899", "sealed_rrn": "no base64!"}, "sealed_rrn"),
        ("identity", {"user_id": "hong1899", "sealed_rrn": "AAAA", "rrn": "9912319000009"}, "rrn"),
        ("call", {"route": "fax", "phone": 0}, "route"),
        ("call", {"route": "ars", "phone": "0"}, "phone"),
        ("call", {"route": "ars", "phone": -1}, "phone"),
        ("call/check", {"unknown": 1}, "unknown"),
        ("medium/security-card/answer", {"first": "1", "second": "22"}, "first"),
        ("medium/one-time-code", {"code": 123456}, "code"),
        ("medium/one-time-code", {"code": "123456\n"}, "code"),
        ("details", {"name": "", "phone": "010", "birth_date": "1899-12-31"}, "name"),
        ("details", {"name": "홍", "phone": "010", "birth_date": "18991231"}, "birth_date"),
    ],
)
def test_a_field_missing_unknown_or_of_the_wrong_type_is_named(
    visitor: Browser, path: str, body: dict[str, Any], field: str
) -> None:
    response = visitor.step(visitor.apply(), path, body)
    problem(response, 422, "invalid_field", field=field)
    assert "9912319000009" not in response.text


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[" * 60_000, b'{"consents": [}'],
    ids=["empty", "open", "bytes", "deep", "broken"],
)
def test_what_is_no_json_is_malformed(visitor: Browser, body: bytes) -> None:
    path = f"/api/v1/applications/{visitor.apply()}/terms"
    headers = {"Origin": ORIGIN, "Idempotency-Key": "k", "Content-Type": "application/json"}
    response = visitor.http.post(path, content=body, headers=headers)
    if body:
        problem(response, 400, "malformed_json")
    else:
        problem(response, 422, "invalid_field", field="body")


def test_a_body_over_the_limit_is_refused_before_it_is_read(visitor: Browser) -> None:
    path = f"/api/v1/applications/{visitor.apply()}/details"
    headers = {"Origin": ORIGIN, "Idempotency-Key": "k", "Content-Type": "application/json"}
    large = b" " * (NUMBERS.request.body_bytes + 1)
    problem(visitor.http.post(path, content=large, headers=headers), 413, "body_too_large")
    problem(visitor.http.post(path, content=iter([large[:40_000]] * 2), headers=headers), 413, "body_too_large")


def test_unknown_paths_and_methods_are_problems_too(visitor: Browser) -> None:
    problem(visitor.http.get("/api/v1/nothing"), 404, "not_found")
    problem(visitor.http.get("/api/v1/applications"), 405, "method_not_allowed")


def test_no_log_line_carries_what_the_customer_typed(visitor: Browser, caplog: pytest.LogCaptureFixture) -> None:
    with structlog.testing.capture_logs() as lines, caplog.at_level(logging.DEBUG):
        application_id = visitor.reach(Step.IDENTITY)
        visitor.world.bank_is_down = True
        visitor.step(application_id, "identity", {"user_id": "hong1899", "sealed_rrn": "AAAA"})
        visitor.world.bank_is_down = False
        visitor.identify(application_id, "9912319000017")
        visitor.reach(Step.PIN)
    said = f"{lines}{caplog.text}"
    for secret in (RESIDENT_NUMBER, "9912319000017", "hong1899", "홍길동", "01012345678", "1899-12-31"):
        assert secret not in said


def test_a_customer_may_ask_to_stay_connected_where_the_pin_is_chosen(visitor: Browser) -> None:
    application_id = visitor.reach(Step.PIN)
    for body in ({}, {"connect": True}):
        assert visitor.step(application_id, "start", body).status_code == 200
    problem(visitor.step(application_id, "start", {"connect": "yes"}), 422, "invalid_field", field="connect")
    assert visitor.world.desk.version_visits.connect == [False, True]  # type: ignore[attr-defined]
