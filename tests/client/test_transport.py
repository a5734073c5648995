"""The wire: `*.localhost` is this machine, and a problem is a refusal."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx2
import pytest

from dojang.client.transport import http_client, refusal_of
from dojang.refusals import BankUnavailable, CenterUnavailable, GuardUnavailable, Refusal, WrongStep


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    class Echo(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(self.headers["Host"].encode())

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    running = HTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def test_a_name_below_localhost_is_this_machine_under_its_own_name(server: HTTPServer) -> None:
    host = f"center.dojang.localhost:{server.server_port}"
    response = http_client().get(f"http://{host}/")
    assert response.text == host
    assert response.status_code == 302


def problem(status: int, /, **members: object) -> httpx2.Response:
    return httpx2.Response(status, json=members)


@pytest.mark.parametrize(
    ("response", "refusal", "facts"),
    [
        (problem(409, code="wrong_step", expected=3), WrongStep, {"expected": 3}),
        (problem(409, code="wrong_step", title="t", type="u", status=409, list=[1]), WrongStep, {}),
        (problem(503, code="guard_unavailable", guard_id="guard-1"), GuardUnavailable, {"guard_id": "guard-1"}),
        (problem(500, code="wrong_step"), CenterUnavailable, {}),
        (problem(403, code="wrong_pin", tries_left=0), CenterUnavailable, {}),
        (problem(403, code="refusal"), CenterUnavailable, {}),
        (problem(403, code=["wrong_step"]), CenterUnavailable, {}),
        (httpx2.Response(502, content=b"<html>"), CenterUnavailable, {}),
        (httpx2.Response(502, content=json.dumps([1]).encode()), CenterUnavailable, {}),
    ],
)
def test_a_problem_is_the_refusal_that_it_names(
    response: httpx2.Response, refusal: type[Refusal], facts: dict[str, object]
) -> None:
    found = refusal_of(response, CenterUnavailable)
    assert (type(found), found.facts) == (refusal, facts)


def test_what_is_none_of_ours_is_the_other_partys_fault() -> None:
    assert isinstance(refusal_of(problem(418), BankUnavailable), BankUnavailable)
