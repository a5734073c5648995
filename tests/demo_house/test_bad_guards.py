"""One guard that lies, sleeps or was down: the other two carry on, and it heals."""

import json
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from dojang.demo.processes import ready
from dojang.pin.encoding import b64
from tests.demo_house.running import House, wait_until

HEALED_WITHIN = 30.0


class Liar(BaseHTTPRequestHandler):
    """Answers everything in the right shape, out of the air."""

    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append(self.path)
        reply = {name: b64(secrets.token_bytes(32)) for name in ("evaluated", "public_key", "record_sha256")}
        reply |= {name: b64(secrets.token_bytes(64)) for name in ("proof", "signature")}
        counts = {"remaining": 5, "wrong_since": 0, "new_pin_due": False, "device_known": True}
        body = json.dumps({**reply, **counts}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@contextmanager
def liar(house: House) -> Iterator[list[str]]:
    """In the place of guard-1; what it was asked."""
    assert house.tell("hold guard-1") == "ok"
    Liar.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", house.ground.port(11)), Liar)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Liar.asked
    finally:
        server.shutdown()
        server.server_close()
        assert house.tell("release guard-1") == "ok"
        wait_until(lambda: ready(house.ground.port(11)))


@pytest.fixture
def sleeper(house: House) -> Iterator[int]:
    """guard-3 stands still, with its port open."""
    pid = house.pid("guard-3")
    os.kill(pid, signal.SIGSTOP)
    yield pid
    os.kill(pid, signal.SIGCONT)
    wait_until(lambda: ready(house.ground.port(13)))


def versions_at(house: House, uid: bytes) -> list[bool]:
    """Whether each guard has a version of this customer."""
    found = (house.rows(f"guard-{i}/journal.db", "SELECT ver FROM customer WHERE uid = ?", uid) for i in (1, 2, 3))
    return [rows == [(1,)] for rows in found]


def test_a_lying_guard_is_in_no_new_version(house: House, memory: Path) -> None:
    customer = house.customer(memory)
    with liar(house) as asked:
        assert customer.enrol(customer.prove()).live_guards == ("guard-2", "guard-3")
        assert "/v1/versions" in asked
        assert customer.log_in() == []
    customer.close()


def test_a_lying_guard_of_the_version_is_outvoted(house: House, memory: Path) -> None:
    """Neither a wrong PIN nor the tries left come from what it says."""
    customer = house.customer(memory)
    customer.enrol(customer.prove())
    wrong = f"{(int(customer.pin) + 1) % 1_000_000:06d}"
    with liar(house) as asked:
        assert customer.log_in([wrong, customer.pin]) == [4]
        assert "/v1/attempts" in asked
    customer.close()


def test_a_guard_that_sleeps_holds_up_no_login(house: House, memory: Path) -> None:
    customer = house.customer(memory)
    customer.enrol(customer.prove())
    pid = house.pid("guard-2")
    os.kill(pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        assert customer.log_in() == []
        assert time.monotonic() - begun < 6
    finally:
        os.kill(pid, signal.SIGCONT)
        wait_until(lambda: ready(house.ground.port(12)))
    customer.close()


def test_a_guard_that_slept_through_an_enrolment_hears_of_it(house: House, memory: Path, sleeper: int) -> None:
    customer = house.customer(memory)
    enrolled = customer.enrol(customer.prove())
    assert enrolled.live_guards == ("guard-1", "guard-2")
    assert versions_at(house, enrolled.uid) == [True, True, False]
    assert customer.log_in() == []
    os.kill(sleeper, signal.SIGCONT)
    wait_until(lambda: all(versions_at(house, enrolled.uid)), HEALED_WITHIN)
    assert customer.log_in() == []
    customer.close()
