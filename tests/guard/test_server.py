"""What a guard answers over HTTP besides the protocol: refusals by code, signed calls, CORS, health, a stop."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dojang.guard.server import application
from dojang.guard.settings import GuardSettings
from dojang.pin.encoding import canonical
from dojang.pin.signatures import SigningKey
from dojang.refusals import DataFolderRefused
from dojang.serving.calls import SignedCalls
from tests.guard.harness import (
    GUARD,
    NOW,
    Guard,
    House,
    Version,
    attempt,
    enrol,
    make_version,
    open_store,
    statement_body,
    statement_of,
)

PIN_ORIGIN = "http://pin.dojang.localhost:8014"


def settings_of(house: House, store: str, guard_id: str = GUARD) -> GuardSettings:
    return GuardSettings(
        guard_id, store, house.identity(guard_id), house.anchors, house.call_key.public, PIN_ORIGIN, "127.0.0.1", 0
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "guard.db"


@pytest.fixture
def version(house: House, path: Path) -> Version:
    """Enrolled before the server starts."""
    guard = Guard(house, open_store("sqlite", str(path)))
    version = enrol(house, {GUARD: guard.call}, b"p" * 32)
    guard.stop()
    return version


@pytest.fixture
def client(house: House, path: Path, version: Version) -> Iterator[TestClient]:
    app = application(settings_of(house, f"sqlite:{path}"), lambda: NOW)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


BAD: dict[str, tuple[str, bytes, int, str]] = {
    "no json": ("/v1/attempts", b"{", 400, "malformed_json"),
    "nothing": ("/v1/confirm", b"", 400, "malformed_json"),
    "deep json": ("/v1/versions", b"[" * 60_000, 400, "malformed_json"),
    "a number": ("/v1/confirm", b"7", 422, "invalid_field"),
    "missing fields": ("/v1/versions", b"{}", 422, "invalid_field"),
    "a huge version": ("/v1/confirm", b'{"ver":1' + b"0" * 400 + b"}", 422, "invalid_field"),
    "too large": ("/v1/attempts", b" " * 65_537, 413, "body_too_large"),
    "an unknown path": ("/v1/pins", b"{}", 404, "not_found"),
    "an unsigned statement": ("/v1/statements", b"{}", 401, "call_refused"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_request_is_refused_by_code(client: TestClient, name: str) -> None:
    path, body, status, code = BAD[name]
    response = client.post(path, content=body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("call", ["attempts", "versions", "confirm", "statements"])
def test_only_post_is_answered(client: TestClient, call: str) -> None:
    assert client.get(f"/v1/{call}").json()["code"] == "method_not_allowed"


def test_a_statement_is_taken_from_the_centre_only_and_once_for_a_signature(
    house: House, client: TestClient, version: Version
) -> None:
    body = canonical(statement_body(statement_of(version), version.key))
    for caller, key, audience in (
        ("center", SigningKey.generate(), GUARD),
        ("vault", house.call_key, GUARD),
        ("center", house.call_key, "guard-2"),
    ):
        response = client.post("/v1/statements", content=body, auth=SignedCalls(caller, key, audience, lambda: NOW))
        assert response.json()["code"] == "call_refused"
    response = client.post(
        "/v1/statements", content=body, auth=SignedCalls("center", house.call_key, GUARD, lambda: NOW)
    )
    assert response.json()["state"] == "live"
    again = client.post("/v1/statements", content=body, headers=dict(response.request.headers))
    assert again.json()["code"] == "call_refused"


def test_a_full_row_is_answered_423_with_the_guards_signature(
    house: House, client: TestClient, version: Version
) -> None:
    for _ in range(5):
        assert client.post("/v1/attempts", content=attempt(house, version, os.urandom(32)).body).status_code == 200
    response = client.post("/v1/attempts", content=attempt(house, version, os.urandom(32)).body)
    assert response.status_code == 423
    assert set(response.json()) >= {"code", "guard_id", "remaining", "live_ver", "live_record_sha256", "signature"}


def test_the_pin_page_alone_may_read_answers(client: TestClient) -> None:
    for origin, allowed in ((PIN_ORIGIN, PIN_ORIGIN), ("http://evil.localhost:8014", None)):
        asked = client.options(
            "/v1/attempts",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type",
            },
        )
        assert asked.headers.get("access-control-allow-origin") == allowed
        answered = client.post("/v1/attempts", content=b"{}", headers={"Origin": origin})
        assert answered.headers.get("access-control-allow-origin") == allowed


def test_it_says_that_it_is_ready_and_counts_what_it_did(house: House, client: TestClient, version: Version) -> None:
    assert client.get("/readyz").status_code == 200
    tried = attempt(house, version, os.urandom(32))
    for _ in range(2):
        client.post("/v1/attempts", content=tried.body)
    counted = client.get("/metrics").text
    assert 'dojang_guard_attempts_total{outcome="spent"} 1.0' in counted
    assert 'dojang_guard_attempts_total{outcome="repeated"} 1.0' in counted


def test_a_stop_writes_the_replies_that_were_waiting(house: House, path: Path, version: Version) -> None:
    tried = attempt(house, version, os.urandom(32))
    with TestClient(application(settings_of(house, f"sqlite:{path}"), lambda: NOW)) as client:
        reply = client.post("/v1/attempts", content=tried.body).content
    guard = Guard(house, open_store("sqlite", str(path)))
    assert guard.facts(attempts=frozenset({tried.attempt_id})).attempts[tried.attempt_id].reply == reply
    guard.stop()


def test_a_guard_that_stopped_is_not_ready(house: House, path: Path, version: Version) -> None:
    client = TestClient(application(settings_of(house, f"sqlite:{path}"), lambda: NOW))
    with client:
        pass
    response = client.get("/readyz")
    assert (response.status_code, response.json()["code"]) == (503, "guard_unavailable")


def test_a_journal_that_was_changed_is_not_served(house: House, path: Path, version: Version) -> None:
    import sqlite3

    with sqlite3.connect(path) as connection:
        (payload,) = connection.execute("SELECT payload FROM journal WHERE seq = 2").fetchone()
        changed = canonical(json.loads(payload) | {"time": NOW + 1})
        connection.execute("UPDATE journal SET payload = ? WHERE seq = 2", (changed,))
    connection.close()
    with pytest.raises(DataFolderRefused) as caught:
        application(settings_of(house, f"sqlite:{path}"))
    assert caught.value.facts["seq"] == 2


def test_its_process_carries_neither_fastapi_nor_sqlalchemy() -> None:
    code = (
        "import sys, dojang.guard.server, dojang.guard.journal_postgres, dojang.serving.run;"
        "print({'fastapi', 'sqlalchemy', 'alembic', 'pkilint'} & set(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"


def test_a_staged_version_over_http_is_answered_again_with_the_same_bytes(house: House, client: TestClient) -> None:
    bodies: list[bytes] = []

    def call(path: str, body: bytes) -> dict[str, object]:
        bodies.append(body)
        return dict(client.post(path, content=body).json())

    make_version(house, {GUARD: call}, b"p" * 32, os.urandom(16))
    first, second = (client.post("/v1/versions", content=bodies[0]).content for _ in range(2))
    assert first == second
