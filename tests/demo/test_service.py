"""What holds for every call to the bank."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from dojang.demo.bank import keys, phones
from dojang.demo.bank.app import application
from dojang.demo.bank.settings import Settings
from dojang.pin.encoding import b64
from dojang.pin.signatures import SigningKey
from dojang.refusals import SettingMissing, SettingRefused
from dojang.serving.calls import SignedCalls
from tests.demo.conftest import Applicant, Bank
from tests.demo.fake_center import FakeEvidence


def contract_calls(bank: Bank) -> Iterator[tuple[str, str]]:
    for path, methods in bank.app.openapi()["paths"].items():
        if path.startswith("/contracts"):
            yield from ((method, path) for method in methods)


def test_the_contracts_are_described_with_the_header_that_signs_them(bank: Bank) -> None:
    described = bank.anyone.get("/openapi.json").json()
    calls = list(contract_calls(bank))
    assert len(calls) == 15
    for method, path in calls:
        operation = described["paths"][path][method]
        assert operation["security"], path
        assert operation["description"], path
        assert "$ref" in operation["responses"]["200"]["content"]["application/json"]["schema"], path


def test_every_refusal_is_described_as_a_problem(bank: Bank) -> None:
    for path, operations in bank.app.openapi()["paths"].items():
        for operation in operations.values():
            refusals = {status for status in operation["responses"] if status.startswith("4")}
            assert refusals == {"4XX"}, path
            assert set(operation["responses"]["4XX"]["content"]) == {"application/problem+json"}, path


def test_no_contract_answers_an_unsigned_call(bank: Bank) -> None:
    for method, path in contract_calls(bank):
        refused = bank.anyone.request(method, path, json={} if method == "post" else None)
        assert (refused.status_code, refused.json()["code"]) == (401, "call_refused"), path


@pytest.mark.parametrize(("caller", "audience"), [("vault", "bank"), ("center", "vault")])
def test_a_call_by_or_for_another_service_is_refused(bank: Bank, caller: str, audience: str) -> None:
    other = SignedCalls(caller, bank.signed._key, audience, bank.clock.now)
    response = bank.anyone.get("/contracts/core-banking/sealing-key", auth=other)
    assert response.json()["code"] == "call_refused"


def test_a_call_signed_with_another_key_is_refused(bank: Bank) -> None:
    forged = SignedCalls("center", SigningKey.generate(), "bank", bank.clock.now)
    assert bank.anyone.get("/contracts/core-banking/sealing-key", auth=forged).status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b"\xff", 400, "malformed_json"),
        (b"[" * 50_000, 400, "malformed_json"),
        (b"[]", 422, "invalid_field"),
        (b"{}", 422, "invalid_field"),
        (b'{"number":1,"text":"t","purpose":"p"}', 422, "invalid_field"),
        (b'{"number":"0101","text":"t","purpose":"p","more":1}', 422, "invalid_field"),
        (b'{"number":"' + b"1" * 70_000 + b'"}', 413, "body_too_large"),
    ],
)
def test_bad_bodies_are_refused_by_code_at_every_door(bank: Bank, body: bytes, status: int, code: str) -> None:
    phone = bank.customer()["phone"]
    doors = [(bank.center, "/contracts/text-messages"), (bank.anyone, f"/phones/{phone}/calls/x/press")]
    for client, path in doors:
        answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (status, code), path
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_hides_its_length_is_refused_all_the_same(bank: Bank) -> None:
    phone = bank.customer()["phone"]
    chunks = iter([b" " * 50_000] * 2)
    answer = bank.anyone.post(f"/phones/{phone}/calls/x/press", content=chunks)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_what_was_refused_is_not_repeated(applicant: Applicant) -> None:
    answer = applicant.bank.post("/one-time-codes", {**applicant.who, "code": "canary"})
    assert (answer.status_code, answer.json()["field"]) == (422, "code")
    assert "canary" not in answer.text


def test_unknown_paths_and_methods_are_problems(bank: Bank) -> None:
    assert bank.anyone.get("/nothing").json()["code"] == "not_found"
    assert bank.anyone.delete("/").json()["code"] == "method_not_allowed"


def test_the_same_key_and_body_get_the_same_answer_and_count_once(applicant: Applicant) -> None:
    body = {**applicant.who, "code": applicant.code(9)}
    first, again = (applicant.bank.post("/one-time-codes", body, key="k1") for _ in range(2))
    assert (first.status_code, first.json()["tries_left"]) == (403, 9)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == "application/problem+json"
    assert applicant.bank.refused("/one-time-codes", body)["tries_left"] == 8


def test_a_right_answer_may_be_asked_for_again_with_its_key(applicant: Applicant) -> None:
    body = {**applicant.who, "code": applicant.code()}
    assert [applicant.bank.post("/one-time-codes", body, key="k").status_code for _ in range(2)] == [200, 200]
    assert applicant.bank.post("/one-time-codes", body).status_code == 403


def test_a_call_is_placed_once_under_one_key(applicant: Applicant) -> None:
    order = {**applicant.who, "phone_ref": applicant.phone_ref(), "digits": "47", "expires_at": 2_000_000_000}
    answers = {applicant.bank.post("/phone-calls", order, key="k").json()["call_id"] for _ in range(2)}
    assert len(answers) == 1


def test_the_same_key_with_another_body_is_refused(applicant: Applicant) -> None:
    applicant.bank.post("/one-time-codes", {**applicant.who, "code": "000000"}, key="k")
    refused = applicant.bank.post("/one-time-codes", {**applicant.who, "code": "000001"}, key="k")
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_key_reused")


def test_a_restarted_bank_remembers(applicant: Applicant) -> None:
    bank = applicant.bank
    applicant.bank.refused("/one-time-codes", {**applicant.who, "code": applicant.code(9)})
    again = application(bank.app.state.settings, now=bank.clock.now, evidence=FakeEvidence())
    with TestClient(again, base_url="http://bank.localhost:8000") as client:
        client.auth = bank.signed
        answer = client.post("/contracts/one-time-codes", json={**applicant.who, "code": applicant.code(9)})
    assert answer.json()["tries_left"] == 8


def test_the_resident_number_is_in_the_customer_table_alone(
    applicant: Applicant, capfd: pytest.CaptureFixture[str]
) -> None:
    applicant.prove_all()
    digits = applicant.person["rrn"].replace("-", "")
    out = "".join(capfd.readouterr())
    assert digits not in out
    assert applicant.person["rrn"] not in out
    database = sqlite3.connect(applicant.bank.folder / "data" / "bank.sqlite3")
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    rows = [(table, row) for table in tables for row in database.execute(f"SELECT * FROM {table}")]
    holding = {table for table, row in rows if any(digits in str(value) for value in row)}
    database.close()
    assert holding == {"customers"}


def test_the_front_page_says_what_this_is_in_two_languages(bank: Bank) -> None:
    for language, said in (("ko", "진짜 은행이 아니에요"), ("en", "not a real bank")):
        page = bank.anyone.get("/", headers={"Accept-Language": language})
        assert page.headers["content-type"].startswith("text/html")
        assert said in page.text


def test_every_process_page_is_there(bank: Bank) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert bank.anyone.get(path).status_code == 200
    assert "customer_number" not in bank.anyone.get("/metrics").text


def test_keys_are_made_once_and_only_their_owner_reads_them(bank: Bank) -> None:
    folder = bank.folder / "keys"
    assert keys.make(folder).public() == bank.key.public()
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert "d" not in bank.key.public()["client_jwk"]


def test_missing_or_broken_keys_are_named(bank: Bank) -> None:
    (bank.folder / "keys" / keys.REGISTRATION).write_bytes(b"short")
    with pytest.raises(SettingRefused):
        keys.Keys.read(bank.folder / "keys")


ENVIRONMENT = {
    "DOJANG_BANK_DATA": "/data",
    "DOJANG_BANK_KEYS": "/keys",
    "DOJANG_BANK_ANCHORS": "/anchors.json",
    "DOJANG_BANK_ORIGIN": "http://bank.localhost:8000",
    "DOJANG_BANK_CENTER_ORIGIN": "http://center.dojang.localhost:8001",
    "DOJANG_BANK_CENTER_KEY": b64(SigningKey(bytes(32)).public),
    "DOJANG_BANK_CLIENT_ID": "hanbit-bank",
    "DOJANG_BANK_HOST": "127.0.0.1",
    "DOJANG_BANK_PORT": "8000",
}


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_every_setting_must_be_given(name: str) -> None:
    Settings.read(ENVIRONMENT)
    with pytest.raises(SettingMissing) as missing:
        Settings.read({key: value for key, value in ENVIRONMENT.items() if key != name})
    assert missing.value.facts == {"name": name}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CENTER_KEY", "x"),
        ("CENTER_KEY", b64(bytes(32))),
        ("CENTER_KEY", b64(bytes(31))),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80 "),
    ],
)
def test_a_key_or_port_that_is_none_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        Settings.read({**ENVIRONMENT, f"DOJANG_BANK_{name}": value})
    assert refused.value.facts == {"name": f"DOJANG_BANK_{name}"}


def test_the_bank_does_not_repeat_its_secrets(bank: Bank) -> None:
    shown: Any = repr(bank.key) + repr(bank.app.state.desk)
    assert bank.key.registration.seed.hex() not in shown
    assert "X25519" not in shown


def test_what_a_conversation_left_is_forgotten_after_a_day(applicant: Applicant) -> None:
    bank = applicant.bank
    applicant.prove_all()
    order = {"number": applicant.phone(), "text": "text", "purpose": "login"}
    message = bank.ask("/text-messages", order, key="k")["message_id"]
    call = applicant.call()
    approval = bank.ask("/mobile-approvals", {**applicant.who, "text": "t", "comparison_code": "4821"})["approval_id"]
    kept = [f"/text-messages/{message}", f"/phone-calls/{call}", f"/mobile-approvals/{approval}"]
    bank.clock.time += 24 * 3600
    bank.ask("/text-messages", order, key="still-kept")
    assert all("code" not in bank.get(path) for path in kept)
    assert bank.ask("/text-messages", order, key="k")["message_id"] == message
    bank.clock.time += 1
    bank.ask("/text-messages", order, key="later")
    assert [bank.get(path)["code"] for path in kept] == ["not_found"] * 3
    assert bank.ask("/text-messages", order, key="k")["message_id"] != message
    assert bank.refused("/departure-record", applicant.who)["code"] == "identity_not_matched"


def at_once(act: Callable[[int], int], times: int = 8) -> list[int]:
    with ThreadPoolExecutor(times) as pool:
        return sorted(pool.map(act, range(times)))


def new_center(bank: Bank) -> TestClient:
    client = TestClient(bank.app, base_url="http://bank.localhost:8000")
    client.auth = bank.signed
    return client


def test_one_code_sent_many_times_at_once_is_good_once(applicant: Applicant) -> None:
    body = {**applicant.who, "code": applicant.code()}

    def answer(_: int) -> int:
        return new_center(applicant.bank).post("/contracts/one-time-codes", json=body).status_code

    assert at_once(answer) == [200] + [403] * 7


def test_one_key_sent_many_times_at_once_is_one_call(applicant: Applicant) -> None:
    order = {**applicant.who, "phone_ref": applicant.phone_ref(), "digits": "47", "expires_at": 2_000_000_000}

    def place(_: int) -> int:
        headers = {"Idempotency-Key": "k"}
        return new_center(applicant.bank).post("/contracts/phone-calls", json=order, headers=headers).status_code

    assert at_once(place) == [200] * 8
    assert len(applicant.bank.anyone.get(f"/phones/{applicant.phone()}/calls").json()["calls"]) == 1


def test_an_unexpected_error_is_logged_without_whom_it_hit(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    number = bank.customer()["phone"]

    def broken(_connection: object, number: str) -> None:
        raise RuntimeError(number)

    monkeypatch.setattr(phones, "by_number", broken)
    answer = bank.anyone.get(f"/phones/{number}/messages")
    assert (answer.status_code, answer.json()["title"]) == (500, "Internal error")
    said = "".join(capfd.readouterr())
    assert "/phones/{number}/messages" in said
    assert number not in said


def test_a_bank_without_sound_anchors_is_not_ready(bank: Bank) -> None:
    app = application(bank.app.state.settings, now=bank.clock.now)
    with TestClient(app) as client:
        assert client.get("/readyz").json()["code"] == "setting_refused"
        (bank.folder / "anchors.json").write_bytes(b"{}")
        assert client.get("/readyz").json()["code"] == "anchors_mismatch"
