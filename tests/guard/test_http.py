"""A whole use over HTTP, on a SQLite store: versions, statement, attempts, confirm."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dojang.guard.server import application
from dojang.guard.settings import GuardSettings
from dojang.serving.calls import SignedCalls
from tests.guard.harness import (
    NOW,
    Call,
    House,
    activation_of,
    attempt,
    check_attempt_reply,
    check_confirm_receipt,
    confirm_body,
    enrol,
    opens,
    share_of,
)

PIN_ORIGIN = "http://pin.dojang.localhost:8014"


def settings_of(house: House, guard_id: str, store: str) -> GuardSettings:
    return GuardSettings(
        guard_id, store, house.identity(guard_id), house.anchors, house.call_key.public, PIN_ORIGIN, "127.0.0.1", 0
    )


@pytest.fixture
def clients(house: House, tmp_path: Path) -> Iterator[dict[str, TestClient]]:
    with ExitStack() as stack:
        yield {
            anchor.guard_id: stack.enter_context(
                TestClient(
                    application(
                        settings_of(house, anchor.guard_id, f"sqlite:{tmp_path / anchor.guard_id}"), lambda: NOW
                    ),
                    base_url=anchor.origin,
                )
            )
            for anchor in house.anchors.guards
        }


def caller(house: House, guard_id: str, client: TestClient) -> Call:
    signed = SignedCalls("center", house.call_key, guard_id, lambda: NOW)

    def call(path: str, body: bytes) -> dict[str, object]:
        response = client.post(path, content=body, auth=signed)
        assert response.status_code == 200, response.text
        return dict(response.json())

    return call


def test_a_customer_enrols_and_signs_with_two_guards(house: House, clients: dict[str, TestClient]) -> None:
    calls = {guard_id: caller(house, guard_id, client) for guard_id, client in clients.items()}
    p, th = os.urandom(32), os.urandom(32)
    version = enrol(house, calls, p)
    tries = [attempt(house, version, th, p, guard_id) for guard_id in ("guard-1", "guard-3")]
    shares = {}
    for tried in tries:
        answer = calls[tried.guard_id]("/v1/attempts", tried.body)
        reply = check_attempt_reply(house, version, th, tried, answer)
        assert (reply.remaining, reply.wrong_since, reply.new_pin_due, reply.device_known) == (4, 0, False, False)
        index, share = share_of(version, tried, reply)
        shares[index] = share
    assert opens(version, shares)
    activation = activation_of(version, th, tuple(tried.attempt_id for tried in tries))
    body = confirm_body(activation, version.key)
    for tried in tries:
        answer = calls[tried.guard_id]("/v1/confirm", body)
        check_confirm_receipt(house, version, activation, answer, tried.guard_id)
    assert calls["guard-2"]("/v1/confirm", body) == {"receipt": None}
