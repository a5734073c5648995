"""The vault over HTTP: only the centre's signed calls, strict bodies, refusals by code, CRLs on their way."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx2
import pytest
from cryptography import x509
from starlette.testclient import TestClient

from dojang.authority import crl
from dojang.pin.encoding import b64, unb64
from dojang.pin.signatures import SigningKey, verify
from dojang.refusals import StatusUnavailable
from dojang.serving.calls import SignedCalls
from dojang.vault import housekeeping, server
from dojang.vault.server import application
from tests.vault import test_revocation as revocation
from tests.vault.bodies import activation_body, certificate_body, credential_body
from tests.vault.world import CENTER, STRANGER, Customer, World


@dataclass
class StatusTwin:
    """Takes what it is given, or is down."""

    down: bool = False
    held: dict[str, bytes] = field(default_factory=dict)

    def put(self, path: str, der: bytes) -> None:
        if self.down:
            raise StatusUnavailable
        self.held[path] = der


@pytest.fixture
def world(sqlite_world: World) -> World:
    return sqlite_world


@pytest.fixture
def status() -> StatusTwin:
    return StatusTwin()


@pytest.fixture
def client(world: World, status: StatusTwin, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(housekeeping, "EVERY", 0.02)
    with TestClient(application(world.desk, CENTER.public, status)) as client:
        client.auth = SignedCalls("center", CENTER, "vault", world.clock)
        yield client


def code(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def eventually(holds: Callable[[], bool]) -> None:
    """The housekeeper's next rounds bring it about."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_credential_a_certificate_and_a_signature_over_http(client: TestClient, world: World) -> None:
    day_key = client.get("/v1/day-key").json()
    assert day_key["day_key_id"] == b64(world.day_key().day_key_id)
    customer = Customer()
    attested = client.post("/v1/credentials", json=credential_body(world.credential_request(customer)))
    assert attested.status_code == 200
    assert set(attested.json()) == {"attestation", "spki", "log_id"}
    request = certificate_body(world.certificate_request(customer))
    issued = client.post("/v1/certificates", json=request)
    assert set(issued.json()) == {"certificate", "leaf"}
    assert client.post("/v1/certificates", json=request).json() == issued.json()
    certificate = world.desk.certificates.certified(customer.kid)
    assert certificate is not None
    assert certificate.certificate is not None
    use = activation_body(world.activation_request(customer, world.transaction(customer, certificate.certificate)))
    activated = client.post("/v1/activations", json=use)
    assert set(activated.json()) == {"signatures", "leaf", "leaf_index"}
    assert client.post("/v1/activations", json=use).json() == activated.json()


def test_the_day_key_is_signed(client: TestClient, world: World) -> None:
    document = world.day_key()
    body = client.get("/v1/day-key").json()
    verify(world.anchors.vault_key, unb64(body["signature"]), document.signed())


def test_a_call_that_the_center_did_not_sign_is_refused(client: TestClient, world: World) -> None:
    body = credential_body(world.credential_request(Customer()))
    for caller in (
        SignedCalls("center", STRANGER, "vault", world.clock),
        SignedCalls("status", CENTER, "vault", world.clock),
        SignedCalls("center", CENTER, "status", world.clock),
        SignedCalls("center", CENTER, "vault", lambda: world.clock.now - 61),
    ):
        assert code(client.post("/v1/credentials", json=body, auth=caller)) == (401, "call_refused")
    client.auth = None  # type: ignore[assignment]
    for method, path in (
        ("GET", "/v1/day-key"),
        ("POST", "/v1/credentials"),
        ("POST", "/v1/certificates"),
        ("POST", "/v1/activations"),
        ("POST", "/v1/revocations"),
    ):
        assert code(client.request(method, path, content=b"{}")) == (401, "call_refused")


@pytest.mark.parametrize("path", ["/v1/credentials", "/v1/certificates", "/v1/activations", "/v1/revocations"])
def test_bodies_are_read_strictly(client: TestClient, path: str) -> None:
    assert code(client.post(path, content=b"{")) == (400, "malformed_json")
    assert code(client.post(path, content=b"[]")) == (422, "invalid_field")
    assert code(client.post(path, content=b"{}")) == (422, "invalid_field")
    assert code(client.post(path, content=b"x" * 65_537)) == (413, "body_too_large")


def test_an_unknown_field_and_a_wrong_type_are_named(client: TestClient, world: World) -> None:
    body = credential_body(world.credential_request(Customer()))
    answer = client.post("/v1/credentials", json={**body, "pin": "123456"})
    assert code(answer) == (422, "invalid_field")
    assert answer.json()["field"] == "pin"
    answer = client.post("/v1/credentials", json={**body, "ver": "1"})
    assert answer.json()["field"] == "ver"
    assert "123456" not in answer.text


def test_a_refusal_comes_by_its_code(client: TestClient, world: World) -> None:
    customer, certificate = world.enrolled()
    request = world.activation_request(customer, world.transaction(customer, certificate), signed_by=STRANGER)
    assert code(client.post("/v1/activations", json=activation_body(request))) == (403, "activation_refused")
    assert code(client.get("/v1/activations")) == (405, "method_not_allowed")
    assert code(client.get("/v1/nothing")) == (404, "not_found")


def test_it_is_healthy_ready_and_measured(client: TestClient) -> None:
    client.auth = None  # type: ignore[assignment]
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert 'route="/readyz"' in client.get("/metrics").text


def test_every_crl_goes_to_the_status_service_and_names_what_was_replaced(
    client: TestClient, world: World, status: StatusTwin
) -> None:
    customer, der = world.enrolled()
    serial = x509.load_der_x509_certificate(der).serial_number
    file = world.desk.issuer.crl_file(serial)
    eventually(lambda: len(status.held) == len(world.desk.issuer.crl_files))
    assert crl.read(status.held[f"/crls/{file}"], world.desk.issuer, file).revoked == ()
    later = Customer()
    client.post("/v1/credentials", json=credential_body(world.credential_request(later)))
    request = world.certificate_request(later, replaces=customer.kid)
    assert client.post("/v1/certificates", json=certificate_body(request)).status_code == 200

    def named() -> bool:
        found = crl.read(status.held[f"/crls/{file}"], world.desk.issuer, file)
        return [(one.serial, one.reason) for one in found.revoked] == [(serial, "superseded")]

    eventually(named)


def test_a_status_service_that_is_down_holds_up_no_certificate_and_gets_its_crls_later(
    client: TestClient, world: World, status: StatusTwin
) -> None:
    status.down = True
    customer, _ = world.enrolled()
    later = Customer()
    client.post("/v1/credentials", json=credential_body(world.credential_request(later)))
    request = certificate_body(world.certificate_request(later, replaces=customer.kid))
    assert client.post("/v1/certificates", json=request).status_code == 200
    eventually(lambda: len(world.desk.posts.unsent()) == len(world.desk.issuer.crl_files))
    status.down = False
    eventually(lambda: not world.desk.posts.unsent())


def test_a_crl_is_made_anew_before_it_ends(client: TestClient, world: World, status: StatusTwin) -> None:
    file = world.desk.issuer.crl_files[0]
    eventually(lambda: f"/crls/{file}" in status.held)
    first = crl.read(status.held[f"/crls/{file}"], world.desk.issuer, file)
    world.clock.now += 43_200

    def renewed() -> bool:
        found = crl.read(status.held[f"/crls/{file}"], world.desk.issuer, file)
        return (found.number, found.this_update) == (first.number + 1, world.clock.now)

    eventually(renewed)


def test_the_issuing_certificate_is_offered_once(world: World) -> None:
    housekeeping.offer_authority(world.desk, b"first")
    housekeeping.offer_authority(world.desk, b"first")
    (post,) = world.desk.posts.unsent()
    assert (post.path, post.number, post.der) == ("/ca/issuing", 1, b"first")
    housekeeping.offer_authority(world.desk, b"second")
    (post,) = world.desk.posts.unsent()
    assert (post.number, post.der) == (2, b"second")


def test_the_status_service_is_called_with_the_vaults_signature(world: World) -> None:
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(204 if len(seen) == 1 else 403)

    over_http = server.StatusOverHttp("http://status", SigningKey(b"\x01" * 32), httpx2.MockTransport(answer))
    over_http.put("/crls/issuing-0", b"der")
    assert (seen[0].method, seen[0].url.path, seen[0].content) == ("PUT", "/crls/issuing-0", b"der")
    assert "caller=vault;" in seen[0].headers["Dojang-Call"]
    with pytest.raises(StatusUnavailable):
        over_http.put("/crls/issuing-0", b"der")


def test_no_answer_shows_what_was_sealed(client: TestClient, world: World) -> None:
    customer, certificate = world.enrolled()
    request = world.activation_request(customer, world.transaction(customer, certificate))
    answer = client.post("/v1/activations", json=activation_body(request))
    assert b64(request.sealed) not in json.dumps(answer.json())


def test_a_revocation_over_http_is_on_the_next_list_that_the_status_service_gets(
    client: TestClient, world: World, status: StatusTwin
) -> None:
    customer, certificate = world.enrolled()
    request = revocation.signed(world, customer, revocation.asking(world, customer, certificate))
    body = {
        "transaction": b64(request.transaction),
        "activation_sha256": b64(request.activation_sha256),
        "leaf_index": request.leaf_index,
    }
    answer = client.post("/v1/revocations", json=body)
    assert (answer.status_code, answer.json()) == (200, {"revoked_at": world.clock.now})
    number = x509.load_der_x509_certificate(certificate).serial_number
    file = world.desk.issuer.crl_file(number)

    def is_listed() -> bool:
        taken = status.held.get(f"/crls/{file}")
        return taken is not None and any(
            one.serial == number for one in crl.read(taken, world.desk.issuer, file).revoked
        )

    eventually(is_listed)
    for changed, check in (({"leaf_index": 0}, "leaf"), ({"activation_sha256": b64(bytes(32))}, "leaf")):
        refused = client.post("/v1/revocations", json={**body, **changed})
        assert code(refused) == (403, "revocation_refused")
        assert refused.json()["check"] == check
