"""The status service over HTTP."""

import base64
import binascii
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.utils import formatdate
from typing import Annotated, Final, Literal

from prometheus_client import CollectorRegistry
from pydantic import Field
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dojang.authority import profile, serials
from dojang.authority.crl import REASONS
from dojang.authority.ocsp import Responder
from dojang.authority.profile import Addresses, Issuer
from dojang.certificate_status.answers import Answer, Answers
from dojang.certificate_status.desk import StatusDesk
from dojang.certificate_status.facts import Fact
from dojang.certificate_status.settings import StatusSettings
from dojang.certificate_status.store_sqlite import SqliteStatusStore
from dojang.policy.numbers import NUMBERS
from dojang.refusals import InvalidField, NotFound
from dojang.serving.app import BodyLimit, checked_call, service
from dojang.serving.bodies import Body, Bytes16, Seconds
from dojang.serving.calls import CallVerifier

AUDIENCE: Final = "status"
OCSP_RESPONSE: Final = "application/ocsp-response"
MAX_AGE: Final = NUMBERS.certificate.status_max_age
SMALL: Final = (Middleware(BodyLimit),)
Read = Callable[[Request], Awaitable[bytes]]


class FactBody(Body):
    """`PUT /facts/{serial}`."""

    kid: Bytes16
    sequence: Annotated[int, Field(ge=1, lt=2**31)]
    status: Literal["good", "revoked"]
    reason: str
    revoked_at: Seconds
    expires_at: Seconds

    def fact(self, serial: int, now: int) -> Fact:
        """The fact. Raises `InvalidField`: "good" with a reason or time, a reason we do not have, a time to come."""
        if (self.status == "good") != (self.reason == "") or (self.reason and self.reason not in REASONS):
            raise InvalidField(field="reason")
        if (self.status == "good") != (self.revoked_at == 0) or self.revoked_at > now + NUMBERS.time.clock_skew:
            raise InvalidField(field="revoked_at")
        return Fact(serial, self.sequence, self.kid, self.reason, self.revoked_at, self.expires_at)


def application(settings: StatusSettings, now: Callable[[], int] = lambda: int(time.time())) -> Starlette:
    """The service, ready to run. Raises as `desk_of`."""
    return served(desk_of(settings, now), settings)


def desk_of(settings: StatusSettings, now: Callable[[], int]) -> StatusDesk:
    """Everything opened. Raises a `Refusal` when root, issuer, responder and CRL don't belong together."""
    addresses = Addresses(settings.address, practice="")
    root = Issuer.of(settings.root, profile.ROOT, addresses)
    issuing = Issuer.of(settings.issuing, profile.ISSUING, addresses)
    responder = Responder(settings.responder, settings.responder_key, issuing)
    store = SqliteStatusStore(settings.data / "status.sqlite3")
    desk = StatusDesk(store, root, settings.root, issuing, responder, now)
    desk.begin(settings.root_crl, settings.issuing)
    return desk


def served(desk: StatusDesk, settings: StatusSettings) -> Starlette:
    """The desk over HTTP."""
    from_center = checked_call(CallVerifier(AUDIENCE, {"center": settings.center_key}, desk.now))
    from_vault = checked_call(CallVerifier(AUDIENCE, {"vault": settings.vault_key}, desk.now))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        desk.store.close()

    return service(
        [*writing_routes(desk, from_center, from_vault), *reading_routes(desk)],
        ready=desk.check_ready,
        registry=CollectorRegistry(),
        lifespan=lifespan,
        body_bytes=NUMBERS.request.crl_bytes,
    )


def writing_routes(desk: StatusDesk, from_center: Read, from_vault: Read) -> list[Route]:
    """Facts by the centre alone, CRLs and authorities' certificates by the vault alone; durable once answered."""

    async def put_fact(request: Request) -> Response:
        body = FactBody.read(await from_center(request))
        fact = body.fact(serials.from_text(request.path_params["serial"]), desk.now())
        await run_in_threadpool(desk.take_fact, fact)
        return Response(status_code=204)

    async def put_crl(request: Request) -> Response:
        await run_in_threadpool(desk.take_crl, request.path_params["file"], await from_vault(request))
        return Response(status_code=204)

    async def put_authority(request: Request) -> Response:
        await run_in_threadpool(desk.take_authority, request.path_params["file"], await from_vault(request))
        return Response(status_code=204)

    return [
        Route("/facts/{serial}", put_fact, methods=["PUT"], middleware=SMALL),
        Route("/crls/{file}", put_crl, methods=["PUT"]),  # a CRL may be long
        Route("/ca/{file}", put_authority, methods=["PUT"], middleware=SMALL),
    ]


def reading_routes(desk: StatusDesk) -> list[Route]:
    """What everyone may ask."""
    answers = Answers(desk)

    async def post_ocsp(request: Request) -> Response:
        answer = await run_in_threadpool(answers.to, await request.body())
        return ocsp_response(answer, request, desk.now())

    async def get_ocsp(request: Request) -> Response:
        answer = await run_in_threadpool(answers.to, unescaped(request.path_params["question"]))
        return ocsp_response(answer, request, desk.now())

    async def get_crl(request: Request) -> Response:
        held = await run_in_threadpool(desk.crl, named(request, ".crl"))
        return cacheable(request, held.der, "application/pkix-crl", held.this_update, held.next_update, desk.now())

    async def get_authority(request: Request) -> Response:
        der = await run_in_threadpool(desk.authority, named(request, ".cer"))
        return cacheable(request, der, "application/pkix-cert", 0, desk.now() + MAX_AGE, desk.now())

    return [
        Route("/ocsp", post_ocsp, methods=["POST"], middleware=SMALL),
        Route("/ocsp/{question:path}", get_ocsp, methods=["GET"]),
        Route("/crl/{file}", get_crl, methods=["GET"]),
        Route("/ca/{file}", get_authority, methods=["GET"]),
    ]


def named(request: Request, ending: str) -> str:
    """The file asked for without its ending. Raises `NotFound` for another ending."""
    file: str = request.path_params["file"]
    if not file.endswith(ending):
        raise NotFound
    return file.removesuffix(ending)


def unescaped(question: str) -> bytes:
    """The request in a GET's path (RFC 6960 A.1: base64, then percent-encoded); empty for what is no base64."""
    try:
        return base64.b64decode(question + "=" * (-len(question) % 4), validate=True)
    except (ValueError, binascii.Error):
        return b""


def ocsp_response(answer: Answer, request: Request, now: int) -> Response:
    """Even what could not be read is answered with 200: the refusal is the OCSP response (RFC 6960 A.2)."""
    if not answer.next_update:
        return Response(answer.der, media_type=OCSP_RESPONSE, headers={"Cache-Control": "no-store"})
    return cacheable(request, answer.der, OCSP_RESPONSE, answer.this_update, answer.next_update, now)


def cacheable(request: Request, der: bytes, media_type: str, since: int, until: int, now: int) -> Response:
    """With the headers of RFC 5019 6.2; 304 to whoever has these bytes. A revocation is seen within `MAX_AGE`."""
    tag = f'"{hashlib.sha256(der).hexdigest()}"'
    age = max(0, min(MAX_AGE, until - now))
    headers = {
        "ETag": tag,
        "Cache-Control": f"max-age={age}, public, no-transform, must-revalidate",
        "Expires": formatdate(until, usegmt=True),
    }
    if since:
        headers["Last-Modified"] = formatdate(since, usegmt=True)
    if request.method != "POST" and tag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    return Response(der, media_type=media_type, headers=headers)
