"""A Starlette service with what every service has: health, readiness, metrics, problem bodies, a limit on bodies."""

import time
from collections.abc import Awaitable, Callable, Sequence

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from dojang import problems
from dojang.pin.service_call import HEADER
from dojang.policy.numbers import NUMBERS
from dojang.refusals import BodyTooLarge, MethodNotAllowed, NotFound, Refusal, Unavailable
from dojang.serving.calls import CallVerifier

Ready = Callable[[], None]
# What is answered instead of a refusal's problem body.
Instead = Callable[[Request, Exception, Response], Response]

log = structlog.get_logger()


def problem_response(refusal: Refusal) -> JSONResponse:
    """The refusal as an RFC 9457 body. A party that is down may be asked again in two seconds."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(refusal, Unavailable):
        headers["Retry-After"] = "2"
    return JSONResponse(
        problems.body(refusal), problems.status(refusal), media_type=problems.MEDIA_TYPE, headers=headers
    )


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    return problem_response(error)


async def _http_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 404:
        return problem_response(NotFound())
    if error.status_code == 405:
        response = problem_response(MethodNotAllowed())
        response.headers.update(error.headers or {})
        return response
    return JSONResponse({"type": "about:blank", "status": error.status_code}, error.status_code)


async def _broken(request: Request, error: Exception) -> Response:
    """What nobody expected, logged by its type and route alone: a message or a path may carry what no log may hold."""
    log.error("unexpected_error", route=getattr(request.scope.get("route"), "path", "none"), error=type(error).__name__)
    return JSONResponse({"type": "about:blank", "title": "Internal error", "status": 500}, 500)


EXCEPTION_HANDLERS = {Refusal: _refused, HTTPException: _http_error, Exception: _broken}


class BodyLimit:
    """Refuses bodies over the limit with 413, whether they say their length or not."""

    def __init__(
        self,
        app: ASGIApp,
        limit: int = NUMBERS.request.body_bytes,
        instead: Instead = lambda _request, _error, answer: answer,
    ) -> None:
        self._app, self._limit, self._instead = app, limit, instead

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
        if not declared.isdigit() or int(declared) > self._limit:
            refusal = BodyTooLarge(limit=self._limit)
            await self._instead(Request(scope), refusal, problem_response(refusal))(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise BodyTooLarge(limit=self._limit)
            return message

        await self._app(scope, counted, send)


class Measured:
    """Counts and times requests by method, route and status (never a path with an id in it)."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        names = ["method", "route", "status"]
        self._requests = Counter("dojang_requests", "Requests answered", names, registry=registry)
        self._seconds = Histogram("dojang_request_seconds", "Seconds to answer", names[:2], registry=registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        start = time.perf_counter()
        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._requests.labels(scope["method"], route, status).inc()
            self._seconds.labels(scope["method"], route).observe(time.perf_counter() - start)


def checked_call(verifier: CallVerifier) -> Callable[[Request], Awaitable[bytes]]:
    """A reader of bodies that our own services sent: the body, once its signature holds. Raises `CallRefused`."""

    async def body_of(request: Request) -> bytes:
        body = await request.body()
        path = request.scope["raw_path"].decode("ascii")
        if query := request.scope["query_string"]:
            path += "?" + query.decode("ascii")
        verifier.check(request.headers.get(HEADER), request.method, path, body)
        return body

    return body_of


def own_routes(ready: Ready, registry: CollectorRegistry) -> list[BaseRoute]:
    """`/healthz` (the process runs), `/readyz` (it can do its work now; else 503 by code), `/metrics`."""

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        await run_in_threadpool(ready)
        return JSONResponse({"status": "ready"})

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


def service(
    routes: Sequence[BaseRoute],
    *,
    ready: Ready,
    registry: CollectorRegistry,
    allow_origins: Sequence[str] = (),
    lifespan: Lifespan[Starlette] | None = None,
    body_bytes: int = NUMBERS.request.body_bytes,
) -> Starlette:
    """An app of `routes`; `ready` raises a `Refusal` while the service can't work, `allow_origins` is for CORS."""
    middleware = [Middleware(Measured, registry=registry)]
    if allow_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(allow_origins),
                allow_methods=["GET", "POST"],
                allow_headers=["Content-Type", "Authorization"],
                max_age=600,
            )
        )
    middleware.append(Middleware(BodyLimit, limit=body_bytes))
    return Starlette(
        routes=[*own_routes(ready, registry), *routes],
        middleware=middleware,
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=lifespan,
    )
