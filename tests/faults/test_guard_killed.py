"""kill -9 of a guard before and after each commit: what was spent stays spent, and the repeated request finishes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from dojang.guard.journal import first_break
from dojang.guard.settings import IDENTITY_KEY
from dojang.pin.encoding import b64, canonical
from dojang.serving.calls import SignedCalls
from tests.guard.harness import (
    GUARD,
    Browser,
    House,
    Json,
    Version,
    activation_of,
    attempt,
    check_attempt_reply,
    check_confirm_receipt,
    check_version_receipt,
    confirm_body,
    make_version,
    open_store,
    removal_body,
    share_of,
    statement_body,
    statement_of,
)

LAUNCHER = Path(__file__).with_name("guard_that_dies.py")
P = b"p" * 32
KINDS = ("version", "statement", "attempt", "confirm", "device_removal")
MOMENTS = [f"{kind}:{when}" for kind in KINDS for when in ("before", "after")]


class DyingGuard:
    """A guard's process, started again when it is dead; a call is repeated until it is answered."""

    def __init__(self, house: House, folder: Path, store: str, moment: str) -> None:
        self._house, self._folder, self._store, self._moment = house, folder, store, moment
        self._process: subprocess.Popen[bytes] | None = None
        self._auth = SignedCalls("center", house.call_key, GUARD)
        self.deaths = 0
        (folder / "anchors.json").write_bytes(house.anchors.canonical())
        key = folder / IDENTITY_KEY
        key.write_bytes(house.identity().seed)
        key.chmod(0o600)

    def call(self, path: str, body: bytes) -> Json:
        for _ in range(3):
            self._alive()
            try:
                response = httpx2.post(self._url(path), content=body, auth=self._auth, timeout=20)
            except httpx2.TransportError:
                assert self._process is not None
                assert self._process.wait(10) == -9
                self._process, self._moment = None, "never"
                self.deaths += 1
                continue
            assert response.status_code == 200, response.text
            return dict(response.json())
        raise AssertionError("never answered")

    def stop(self) -> int:
        """A graceful stop; its exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        return self._process.wait(20)

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._house.first_port}{path}"

    def _alive(self) -> None:
        if self._process is not None:
            return
        environment: dict[str, str] = {
            "PATH": os.environ["PATH"],
            "DOJANG_GUARD_ID": GUARD,
            "DOJANG_GUARD_STORE": self._store,
            "DOJANG_GUARD_IDENTITY_KEY": str(self._folder / IDENTITY_KEY),
            "DOJANG_GUARD_ANCHORS": str(self._folder / "anchors.json"),
            "DOJANG_GUARD_CENTER_KEY": b64(self._house.call_key.public),
            "DOJANG_GUARD_PIN_ORIGIN": "http://pin.dojang.localhost:8014",
            "DOJANG_GUARD_HOST": "127.0.0.1",
            "DOJANG_GUARD_PORT": str(self._house.first_port),
        }
        self._process = subprocess.Popen([sys.executable, str(LAUNCHER), self._moment], env=environment)
        for _ in range(200):
            try:
                if httpx2.get(self._url("/readyz"), timeout=5).status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.1)
        raise AssertionError("never ready")


@pytest.fixture(params=["sqlite", "postgresql"])
def dying_guard(
    request: pytest.FixtureRequest, tmp_path: Path, free_port_base: int
) -> Iterator[Callable[[str], tuple[House, DyingGuard, str]]]:
    house = House(first_port=free_port_base)
    if request.param == "sqlite":
        place = str(tmp_path / "guard.db")
        store = f"sqlite:{place}"
    else:
        place = store = request.getfixturevalue("postgres_dsn")
    started: list[DyingGuard] = []

    def start(moment: str) -> tuple[House, DyingGuard, str]:
        started.append(DyingGuard(house, tmp_path, store, moment))
        return house, started[0], place

    yield start
    for guard in started:
        guard.stop()


def enrolled(house: House, guard: DyingGuard, now: int) -> Version:
    version = make_version(house, {GUARD: guard.call}, P, os.urandom(16), now=now)
    body = canonical(statement_body(statement_of(version), version.key))
    receipt = check_version_receipt(house, guard.call("/v1/statements", body), version)
    assert (receipt.state, check_version_receipt(house, guard.call("/v1/statements", body), version)) == (
        "live",
        receipt,
    )
    return version


def answers_as(guard: DyingGuard, house: House, version: Version, browser: Browser, now: int) -> tuple[int, bool]:
    """What one more attempt from this browser leaves, and whether the browser is known."""
    tried = attempt(house, version, os.urandom(32), now=now, browser=browser)
    answer = guard.call("/v1/attempts", tried.body)
    return answer["remaining"], answer["device_known"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_use_goes_on_after_the_guard_is_killed_and_counts_right(
    dying_guard: Callable[[str], Any], request: pytest.FixtureRequest, moment: str
) -> None:
    house, guard, place = dying_guard(moment)
    now, th = int(time.time()), os.urandom(32)
    version = enrolled(house, guard, now)
    mistyped, typed = (attempt(house, version, th, p, now=now) for p in (b"w" * 32, P))
    replies = [
        check_attempt_reply(house, version, th, tried, guard.call("/v1/attempts", tried.body))
        for tried in (mistyped, typed)
    ]
    assert [(reply.remaining, reply.wrong_since) for reply in replies] == [(4, 0), (3, 1)]
    share_of(version, typed, replies[1])
    activation = activation_of(version, th, (mistyped.attempt_id, typed.attempt_id), now)
    browser = Browser()
    body = confirm_body(activation, version.key, browser)
    answer = guard.call("/v1/confirm", body)
    receipt = check_confirm_receipt(house, version, activation, answer)
    assert (answer["device"], guard.call("/v1/confirm", body)) == ("known", answer)
    assert answers_as(guard, house, version, browser, now) == (4, True)
    removal = removal_body(house, version.uid, browser, exp=now + 120)
    assert guard.call("/v1/devices/remove", removal) == {"device": "unknown"}
    assert answers_as(guard, house, version, browser, now) == (2, False)
    assert guard.deaths == 1
    assert guard.stop() == 0
    journal = open_store(request.node.callspec.params["dying_guard"], place)
    assert first_break(journal.entries()) is None
    kinds = [entry.kind for entry in journal.entries()]
    assert [kinds.count(kind) for kind in KINDS] == [1, 1, 4, 1, 1]
    assert next(entry.seq for entry in journal.entries() if entry.kind == "confirm") == receipt.seq
    journal.close()
