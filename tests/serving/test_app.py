"""What every service answers, whatever it serves."""

from collections.abc import Iterator

import pytest
import structlog
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from dojang.policy.numbers import NUMBERS
from dojang.refusals import RowFull, VaultUnavailable
from dojang.serving.app import service

LIMIT = NUMBERS.request.body_bytes
PAGE = "http://pin.dojang.localhost:8014"


class Health:
    """Whether the service says that it is ready."""

    down = False

    def __call__(self) -> None:
        if self.down:
            raise VaultUnavailable


async def _size(request: Request) -> Response:
    return Response(str(len(await request.body())))


async def _refuse(_request: Request) -> Response:
    raise RowFull(remaining=0)


async def _break(_request: Request) -> Response:
    raise ValueError("a secret")


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def client(health: Health) -> Iterator[TestClient]:
    routes = [
        Route("/size/{number}", _size, methods=["POST"]),
        Route("/refuse", _refuse),
        Route("/break/{number}", _break),
    ]
    app = service(routes, ready=health, registry=CollectorRegistry(), allow_origins=[PAGE])
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_a_refusal_is_a_problem_with_its_code_and_facts(client: TestClient) -> None:
    answer = client.get("/refuse")
    assert answer.status_code == 423
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:dojang:problem:row_full",
        "title": "Row full",
        "status": 423,
        "code": "row_full",
        "remaining": 0,
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("DELETE", "/refuse", 405, "method_not_allowed"),
    ],
)
def test_what_there_is_not_is_a_problem_too(client: TestClient, method: str, path: str, status: int, code: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_body_at_the_limit_is_read_and_one_over_it_is_not(client: TestClient) -> None:
    assert client.post("/size/1", content=bytes(LIMIT)).text == str(LIMIT)
    answer = client.post("/size/1", content=bytes(LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_body_that_does_not_say_its_length_is_stopped_at_the_limit(client: TestClient) -> None:
    answer = client.post("/size/1", content=(bytes(1024) for _ in range(LIMIT // 1024 + 1)))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_what_nobody_expected_tells_nothing_outside_and_its_route_inside(client: TestClient) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = client.get("/break/010-0000-0001")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert logs == [
        {"event": "unexpected_error", "log_level": "error", "route": "/break/{number}", "error": "ValueError"}
    ]


def test_ready_and_healthy_are_two_things(client: TestClient, health: Health) -> None:
    assert client.get("/readyz").status_code == 200
    health.down = True
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "vault_unavailable")
    assert answer.headers["retry-after"] == "2"
    assert client.get("/healthz").status_code == 200


def test_requests_are_counted_by_route_and_never_by_path(client: TestClient) -> None:
    client.post("/size/010-0000-0001", content=b"x")
    metrics = client.get("/metrics").text
    assert 'dojang_requests_total{method="POST",route="/size/{number}",status="200"} 1.0' in metrics
    assert "010-0000-0001" not in metrics


def test_only_the_page_that_is_named_may_read_answers_from_its_own_origin(client: TestClient) -> None:
    def allowed(origin: str) -> str | None:
        return client.post("/size/1", content=b"x", headers={"Origin": origin}).headers.get(
            "access-control-allow-origin"
        )

    assert allowed(PAGE) == PAGE
    assert allowed("http://elsewhere.localhost") is None
