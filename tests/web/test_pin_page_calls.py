"""/v1 as the holder's client and the PIN page use it, with real guards and the real vault."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from dojang.client.verifier.receipt import verify_receipt
from dojang.client.verifier.signature import Demands, verify_signature
from dojang.journeys import first_version, issue_certificate, sign_transaction
from dojang.journeys.version_checks import receipts_of
from dojang.pin.encoding import b64, canonical
from dojang.refusals import CertificateNotValid, CodeRefused, GuardUnavailable, VaultUnavailable
from dojang.signing.what_is_signed import transfer_content
from tests.client.world import CENTER, PAIRS, PIN, VAULT, WRONG, Pad
from tests.web.pin_page_center import PIN_ORIGIN, RP, PinPageCenter

OPEN = "/v1/transactions/open"


@pytest.fixture
def center(tmp_path: Path) -> PinPageCenter:
    return PinPageCenter(tmp_path)


def test_a_customer_enrols_logs_in_and_signs_a_transfer_and_others_can_verify_it(center: PinPageCenter) -> None:
    holder = center.enrolled()
    login, transfer = center.login(), center.transfer()
    holder.use(login.code, Pad(PIN))
    used = holder.use(transfer.code, Pad(PIN))
    result = sign_transaction.result(center.desk, transfer.txn)
    demands = Demands(
        root=center.world.anchors.root_certificate,
        purpose="transfer",
        relying_party=RP,
        now=center.world.clock(),
        content=transfer_content(PAIRS),
    )
    assert verify_signature(result.cms[0], demands).content == result.contents[0]
    assert verify_receipt(result.receipt, center.world.anchors, "transfer").hash()
    assert used.return_to == f"{CENTER}/done"
    assert sign_transaction.result(center.desk, login.txn).state == "signed"


def test_a_wrong_pin_is_followed_by_the_right_one_with_fresh_tickets(center: PinPageCenter) -> None:
    holder, pad = center.enrolled(), Pad(WRONG, PIN)
    holder.use(center.login().code, pad)
    assert len(center.world.wire.sent("/v1/transactions/tickets")) == 1
    assert len(pad.shown) == 2


def test_a_reissue_ends_the_first_certificate_at_the_vault_too(center: PinPageCenter) -> None:
    first = center.enrolled("a-1")
    before, old = center.login(), center.kid()
    second = center.enrolled("a-2")
    assert center.kid() != old
    with pytest.raises(CertificateNotValid):
        first.use(before.code, Pad(PIN))
    second.use(center.login().code, Pad(PIN))
    assert [fact.reason for fact in center.status.facts[center.books.certificates.get(old).serial]] == [""]
    issue_certificate.tell_all(center.desk)
    assert len(center.status.facts[center.books.certificates.get(old).serial]) == 2


def test_with_one_guard_down_a_customer_enrols_and_signs_and_the_guard_hears_of_it_later(
    center: PinPageCenter,
) -> None:
    down = center.world.origin("guard-3")
    center.world.wire.down.add(down)
    holder = center.enrolled()
    holder.use(center.login().code, Pad(PIN))
    center.world.wire.down.clear()
    center.world.clock.moved += 60
    first_version.finish_versions(center.desk)
    version = center.books.versions.get(center.books.certificates.get(center.kid()).uid)
    receipts = receipts_of(version)
    assert [(one.message.guard_id, one.message.state) for one in receipts][2] == ("guard-3", "erased")


def test_a_guard_that_dies_before_the_statement_takes_it_later_as_live(center: PinPageCenter) -> None:
    origin = center.world.origin("guard-3")

    def dead(request: Any) -> Any:
        raise httpx2.ConnectError("down", request=request)

    center.world.wire.instead[origin, "/v1/statements"] = dead
    center.enrolled()
    center.world.wire.instead.clear()
    center.world.clock.moved += 60
    first_version.finish_versions(center.desk)
    version = center.books.versions.get(center.books.certificates.get(center.kid()).uid)
    assert [receipt.message.state for receipt in receipts_of(version)] == ["live"] * 3


def test_who_is_down_is_named_and_the_same_request_works_then(center: PinPageCenter) -> None:
    holder, code = center.world.holder(), center.proven()
    for name in ("guard-2", "guard-3"):
        center.world.wire.instead[center.world.origin(name), "/v1/statements"] = _dead
    with pytest.raises(GuardUnavailable) as refusal:
        holder.enrol(code, lambda _avoid: PIN)
    assert refusal.value.facts["guard_id"] == "guard-2"
    center.world.wire.instead.clear()
    center.world.clock.moved += 60
    first_version.finish_versions(center.desk)
    assert center.kid()
    center.world.wire.down.add(VAULT)
    with pytest.raises(VaultUnavailable):
        center.world.holder("h-2").enrol(center.proven("a-2"), lambda _avoid: PIN)
    response = center.post(OPEN, {"code": center.login().code})
    assert response.status_code == 503
    assert response.json()["code"] == "vault_unavailable"
    assert response.headers["Retry-After"] == "2"


def _dead(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("down", request=request)


def test_a_code_opens_once_over_http_too(center: PinPageCenter) -> None:
    code = center.proven()
    assert center.post(OPEN, {"code": code}).status_code == 200
    again = center.post(OPEN, {"code": code})
    assert (again.status_code, again.json()["code"]) == (401, "code_refused")
    with pytest.raises(CodeRefused):
        center.world.holder().enrol(code, lambda _avoid: PIN)


PATHS = [
    "/v1/transactions/tickets",
    "/v1/transactions/activate",
    "/v1/versions/record",
    "/v1/versions/credential",
    "/v1/versions/statement",
]


def bodies(center: PinPageCenter) -> dict[str, Any]:
    """A body of the right form for each call, of a customer who enrolled and logged in."""
    holder = center.enrolled()
    holder.use(center.login().code, Pad(PIN))
    return {path: json.loads(sent[0]) for path in PATHS if (sent := center.world.wire.sent(path))} | {
        "/v1/transactions/tickets": {}
    }


def test_no_call_works_without_the_bearer_of_an_open_visit(center: PinPageCenter) -> None:
    for path, body in bodies(center).items():
        for headers in ({}, {"Authorization": "Basic x"}, {"Authorization": "Bearer " + "A" * 43}, {"Cookie": "a=b"}):
            response = center.http.post(path, json=body, headers=headers)
            assert (path, response.status_code, response.json()["code"]) == (path, 401, "visit_refused")


def test_fields_that_are_missing_unknown_or_of_another_type_are_refused_by_name(center: PinPageCenter) -> None:
    for path, body in {**bodies(center), OPEN: {"code": "x"}}.items():
        wrong = [({**body, "more": 1}, "more")]
        wrong += [({key: value for key, value in body.items() if key != gone}, gone) for gone in body]
        wrong += [({**body, key: {"no": 1}}, key) for key in body]
        for sent, field in wrong:
            response = center.post(path, sent, "A" * 43)
            assert response.status_code == 422, (path, field, response.text)
            assert response.json()["field"].startswith(field)


def test_broken_json_is_a_bad_request_and_a_long_body_too_large(center: PinPageCenter) -> None:
    for path in [*PATHS, OPEN]:
        headers = {"Content-Type": "application/json", "Authorization": "Bearer " + "A" * 43}
        assert center.http.post(path, content=b"{", headers=headers).status_code == 400
        assert center.http.post(path, content=b" " * 65_537, headers=headers).status_code == 413


def test_a_browser_on_another_page_gets_nothing(center: PinPageCenter) -> None:
    code = center.proven()
    for origin in ("http://evil.example", "null", CENTER):
        response = center.post(OPEN, {"code": code}, Origin=origin)
        assert (response.status_code, response.json()["code"]) == (403, "origin_refused")
        assert "access-control-allow-origin" not in response.headers
    mine = center.post(OPEN, {"code": code}, Origin=PIN_ORIGIN)
    assert mine.status_code == 200
    assert mine.headers["access-control-allow-origin"] == PIN_ORIGIN
    assert "access-control-allow-credentials" not in mine.headers


def test_a_preflight_lets_the_pin_page_send_its_bearer(center: PinPageCenter) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    mine = center.http.options(PATHS[0], headers={"Origin": PIN_ORIGIN, **asked})
    assert mine.headers["access-control-allow-origin"] == PIN_ORIGIN
    other = center.http.options(PATHS[0], headers={"Origin": "http://evil.example", **asked})
    assert "access-control-allow-origin" not in other.headers


def test_a_statement_that_speaks_of_an_earlier_key_or_too_long_a_device_key_has_the_wrong_form(
    center: PinPageCenter,
) -> None:
    body = bodies(center)["/v1/versions/statement"]
    for field, size in (("previous_signature", 64), ("device_key", 257)):
        response = center.post("/v1/versions/statement", {**body, field: b64(bytes(size))}, "A" * 43)
        assert (response.status_code, response.json()["field"]) == (422, field)


def test_the_receipt_is_the_same_bytes_however_often_it_is_asked_for(center: PinPageCenter) -> None:
    holder = center.enrolled()
    transfer = center.transfer()
    holder.use(transfer.code, Pad(PIN))
    sent = [entry for entry in center.world.wire.seen if entry[1] == "/v1/transactions/activate"][-1][2]
    opened = center.books.visits.rows
    assert all(visit.bearer_sha256 for visit in opened.values())
    kept = sign_transaction.result(center.desk, transfer.txn).receipt
    assert canonical(json.loads(kept)) == kept
    assert json.loads(sent)["activation"] == json.loads(kept)["activation"]


def test_sealed_is_in_no_refusal_and_no_log(center: PinPageCenter, capsys: pytest.CaptureFixture[str]) -> None:
    body = bodies(center)["/v1/transactions/activate"]
    capsys.readouterr()
    answers = [
        center.post("/v1/transactions/activate", {**body, "sealed": body["sealed"] + "!"}, "A" * 43),
        center.post("/v1/transactions/activate", {**body, "more": 1}, "A" * 43),
        center.post("/v1/transactions/activate", body, "A" * 43),
    ]
    printed = capsys.readouterr()
    for text in (*(answer.text for answer in answers), printed.out, printed.err):
        assert body["sealed"] not in text


def test_half_a_devices_proof_has_the_wrong_form(center: PinPageCenter) -> None:
    center.enrolled()
    code = center.login().code
    for given, missing, size in (("device", "signature", 32), ("signature", "device", 64)):
        response = center.post(OPEN, {"code": code, given: b64(bytes(size))})
        assert (response.status_code, response.json()["field"]) == (422, missing)
    assert center.post(OPEN, {"code": code, "device": b64(bytes(32)), "signature": b64(bytes(64))}).status_code == 200


def test_a_code_without_sms_sends_a_browser_that_nobody_knows_back_to_the_centre(center: PinPageCenter) -> None:
    center.enrolled()
    for code in (center.login(connected=False).code,) * 2:
        response = center.post(OPEN, {"code": code})
        assert (response.status_code, response.json()["code"]) == (401, "connect_first")
        assert response.json()["return_to"] == f"{CENTER}/done"


def test_the_page_hears_whether_to_connect_the_browser(center: PinPageCenter) -> None:
    center.enrolled()
    for connect in (True, False):
        assert center.post(OPEN, {"code": center.login(connect=connect).code}).json()["connect"] is connect
    assert center.post(OPEN, {"code": center.proven("a-2", "1000002")}).json()["connect"] is False
