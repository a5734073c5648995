"""The centre as one FastAPI application."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dojang.policy.wording import LANGUAGES, say
from dojang.ports.books import Books
from dojang.ports.clock import Clock
from dojang.refusals import InvalidField, MalformedJson
from dojang.serving.app import EXCEPTION_HANDLERS, BodyLimit, Measured, Ready, own_routes, problem_response
from dojang.serving.forms import new_key
from dojang.serving.pages import Pages
from dojang.values.relying_party import RelyingParty
from dojang.web.center.error_pages import ErrorPages
from dojang.web.page_calls import PageCalls, WholeBody

PIN_PAGE_PATHS: Final = "/v1/"
OPENAPI: Final = "/api/v1/openapi.json"


@dataclass(frozen=True, slots=True)
class Site:
    """What every request needs. Origins are scheme://host:port; `ready` raises a `Refusal` while nothing can be done.

    Mutating calls below `page_prefixes` come from our own pages alone (see `PageCalls`).
    """

    origin: str
    pin_origin: str
    books: Books
    clock: Clock
    ready: Ready
    registry: CollectorRegistry
    page_prefixes: tuple[str, ...] = (
        "/api/v1/applications",
        "/api/v1/logins",
        "/api/v1/signatures",
        "/api/v1/certificate",
        "/api/v1/devices",
    )


def center_pages(origin: str, pin_origin: str, relying_parties: Iterable[RelyingParty] = ()) -> Pages:
    """The centre's pages; a form of theirs may lead to the PIN page, or back to one of these relying parties."""
    here = Path(__file__).parent
    return Pages(
        cookie="dojang_center_view",
        brand={language: say(language, "center.brand") for language in LANGUAGES},
        origin=origin,
        templates=[here / "center" / "templates"],
        statics=[here / "static"],
        form_targets=(pin_origin, *(origin for party in relying_parties for origin in party.origins)),
        facts={"new_key": new_key},
    )


def application(site: Site, routers: Sequence[APIRouter], pages: Pages) -> FastAPI:
    """The centre with these routers and pages, and with what every process serves."""
    app = FastAPI(title="Dojang certification centre", docs_url=None, redoc_url=None, openapi_url=OPENAPI)
    handlers = {**EXCEPTION_HANDLERS, RequestValidationError: _unreadable, HTTPException: _http_error}
    errors = ErrorPages(pages)
    for error, handler in handlers.items():
        app.add_exception_handler(error, _told(errors, handler))
    app.router.routes.extend([*own_routes(site.ready, site.registry), *pages.routes()])
    for router in routers:
        app.include_router(router)
    # The last one added is the first to see a request.
    app.add_middleware(PageCalls, site.origin, site.page_prefixes, site.books, site.clock)
    app.add_middleware(WholeBody, errors.instead)
    app.add_middleware(BodyLimit, instead=errors.instead)
    app.add_middleware(PinPageCors, site.pin_origin)
    app.add_middleware(Measured, registry=site.registry)
    return app


class PinPageCors:
    """CORS for the PIN page's origin on its own paths, without cookies; none anywhere else."""

    def __init__(self, app: ASGIApp, pin_origin: str) -> None:
        self._app = app
        self._shared = CORSMiddleware(
            app,
            allow_origins=[pin_origin],
            allow_methods=["POST"],
            allow_headers=["Authorization", "Content-Type"],
            max_age=600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        shared = scope["type"] == "http" and scope["path"].startswith(PIN_PAGE_PATHS)
        await (self._shared if shared else self._app)(scope, receive, send)


def _told(
    errors: ErrorPages, handler: Callable[[Request, Exception], Awaitable[Response]]
) -> Callable[[Request, Exception], Awaitable[Response]]:
    """To a browser as a page, to a program as `handler` says it."""

    async def tell(request: Request, error: Exception) -> Response:
        return errors.instead(request, error, await handler(request, error))

    return tell


async def _unreadable(_request: Request, error: Exception) -> Response:
    """A body or parameter that is not as described, named by field and never repeated."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return problem_response(MalformedJson())
    return problem_response(InvalidField(field=".".join(str(part) for part in first["loc"][1:]) or "body"))


async def _http_error(request: Request, error: Exception) -> Response:
    # FastAPI says 400 for a body that no JSON parser takes: not UTF-8, or nested without end.
    if isinstance(error, HTTPException) and error.status_code == 400:
        return problem_response(MalformedJson())
    return await EXCEPTION_HANDLERS[HTTPException](request, error)
