"""The vault over HTTP: five calls, each signed by the centre."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import anyio.to_thread
import httpx2
from anyio import CapacityLimiter
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dojang.pin.signatures import SigningKey
from dojang.refusals import StatusUnavailable
from dojang.serving.app import checked_call, service
from dojang.serving.bodies import Body
from dojang.serving.calls import CallVerifier, SignedCalls
from dojang.vault.activation import activate
from dojang.vault.bodies import (
    ActivatedBody,
    ActivationBody,
    AttestedBody,
    CertificateBody,
    CredentialBody,
    DayKeyBody,
    IssuedBody,
    RevocationBody,
    RevokedBody,
)
from dojang.vault.certificates import certify
from dojang.vault.credentials import make_credential
from dojang.vault.desk import VaultDesk
from dojang.vault.housekeeping import Housekeeper, Status
from dojang.vault.revocation import revoke

NAME: Final = "vault"
CENTER: Final = "center"
STATUS: Final = "status"
# Enough to share a commit; more would only wait for the two or three cores that such a machine has.
THREADS: Final = 16

Handle = Callable[[bytes], Body]


class StatusOverHttp:
    """The status service, by calls that V signs."""

    def __init__(self, url: str, identity: SigningKey, transport: httpx2.BaseTransport | None = None) -> None:
        auth = SignedCalls(NAME, identity, STATUS)
        self._client = httpx2.Client(base_url=url, auth=auth, timeout=5, transport=transport)

    def put(self, path: str, der: bytes) -> None:
        """It has `der` at `path`. Raises `StatusUnavailable`."""
        try:
            answer = self._client.put(path, content=der, headers={"Content-Type": "application/octet-stream"})
        except httpx2.TransportError:
            raise StatusUnavailable from None
        if not answer.is_success:
            raise StatusUnavailable(status=answer.status_code)

    def close(self) -> None:
        """No connection stays open."""
        self._client.close()


def application(desk: VaultDesk, center_key: bytes, status: Status) -> Starlette:
    """The service. Its housekeeper runs as long as it does."""
    housekeeper = Housekeeper(desk, status)
    body_of = checked_call(CallVerifier(NAME, {CENTER: center_key}, desk.now))
    limiter = CapacityLimiter(THREADS)

    def route(method: str, path: str, handle: Handle) -> Route:
        async def endpoint(request: Request) -> Response:
            raw = await body_of(request)
            answer = await anyio.to_thread.run_sync(lambda: handle(raw).json_bytes(), limiter=limiter)
            return Response(answer, media_type="application/json", headers={"Cache-Control": "no-store"})

        return Route(path, endpoint, methods=[method])

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        housekeeper.start()
        yield
        await anyio.to_thread.run_sync(housekeeper.stop)
        await anyio.to_thread.run_sync(desk.database.close)

    return service(
        [route(*one) for one in _calls(desk, housekeeper)],
        ready=lambda: _ready(desk),
        registry=CollectorRegistry(),
        lifespan=lifespan,
    )


def _calls(desk: VaultDesk, housekeeper: Housekeeper) -> list[tuple[str, str, Handle]]:
    """Method, path, and what answers."""

    def day_key(_raw: bytes) -> Body:
        return DayKeyBody.of(*desk.day_keys.current())

    def credentials(raw: bytes) -> Body:
        return AttestedBody.of(make_credential(CredentialBody.read(raw).request(), desk))

    def certificates(raw: bytes) -> Body:
        issued = certify(CertificateBody.read(raw).request(), desk)
        housekeeper.wake()  # what it replaced is to be on a CRL
        return IssuedBody.of(issued)

    def activations(raw: bytes) -> Body:
        return ActivatedBody.of(activate(ActivationBody.read(raw).request(), desk))

    def revocations(raw: bytes) -> Body:
        revoked = revoke(RevocationBody.read(raw).request(), desk)
        housekeeper.wake()  # it is to be on a CRL
        return RevokedBody.of(revoked)

    return [
        ("GET", "/v1/day-key", day_key),
        ("POST", "/v1/credentials", credentials),
        ("POST", "/v1/certificates", certificates),
        ("POST", "/v1/activations", activations),
        ("POST", "/v1/revocations", revocations),
    ]


def _ready(desk: VaultDesk) -> None:
    """The books answer and a day key is there. Raises `VaultUnavailable`."""
    desk.database.read(lambda connection: connection.rows("SELECT count(*) FROM posts"))
    desk.day_keys.current()
