"""Hanbit Bank as one ASGI application."""

import random
import time
from collections.abc import Callable
from functools import cache
from typing import Final

import httpx2
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from prometheus_client import CollectorRegistry
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from dojang.client.transport import LoopbackTransport
from dojang.client.verifier.status import FetchedStatus
from dojang.demo.bank import contracts, internet_banking, virtual_phone
from dojang.demo.bank.center_client import CenterClient
from dojang.demo.bank.database import Database
from dojang.demo.bank.desk import Desk
from dojang.demo.bank.evidence import Evidence
from dojang.demo.bank.keys import Keys
from dojang.demo.bank.relying_party import RelyingParty
from dojang.demo.bank.settings import Settings
from dojang.demo.bank.site import banking, home, people, phone, refused, transfer
from dojang.demo.bank.site.frame import bank_pages
from dojang.pin.anchors import Anchors
from dojang.refusals import InvalidField, MalformedJson, SettingRefused
from dojang.serving.app import EXCEPTION_HANDLERS, BodyLimit, Measured, own_routes, problem_response
from dojang.serving.calls import CallVerifier

log = structlog.get_logger()

AUDIENCE: Final = "bank"
CALLER: Final = "center"


def application(
    settings: Settings,
    *,
    now: Callable[[], int] = lambda: int(time.time()),
    chance: random.Random | None = None,
    transport: httpx2.BaseTransport | None = None,
    evidence: Evidence | None = None,
) -> FastAPI:
    """The bank: its contracts with the centre, virtual telephones, the relying party. Raises `SettingRefused`."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.data / "bank.sqlite3")
    keys = Keys.read(settings.keys)
    desk = Desk(database, keys, now, chance or random.SystemRandom())
    way = transport or LoopbackTransport()
    center = CenterClient(
        settings.center_origin,
        settings.client_id,
        f"{settings.origin}/login/callback",
        keys.relying_party,
        way,
        now,
    )
    app = FastAPI(
        title="Hanbit Bank (fictional)",
        docs_url=None,
        redoc_url=None,
    )
    pages = bank_pages(settings)
    for error, answer in {**EXCEPTION_HANDLERS, RequestValidationError: _unreadable}.items():
        app.add_exception_handler(error, refused.in_words(answer, pages))
    app.state.settings, app.state.desk, app.state.pages = settings, desk, pages
    app.state.callers = CallVerifier(AUDIENCE, {CALLER: settings.center_key}, now)
    known = cache(lambda: evidence or _evidence(settings, way))
    app.state.relying_party = RelyingParty(settings.origin, center, known)
    registry = CollectorRegistry()
    app.add_middleware(BodyLimit)
    app.add_middleware(Measured, registry=registry)
    app.router.routes.extend([*own_routes(lambda: _ready(database, known), registry), *pages.routes()])
    for interface in (contracts, virtual_phone, internet_banking):
        app.include_router(interface.router)
    for page in (home, people, banking, transfer, phone):
        app.include_router(page.router)
    return app


def _ready(database: Database, evidence: Callable[[], Evidence]) -> None:
    evidence()
    with database.transaction() as connection:
        connection.execute(text("SELECT 1"))


def _evidence(settings: Settings, transport: httpx2.BaseTransport) -> Evidence:
    """Raises `AnchorsMismatch`, or `SettingRefused` without the file."""
    try:
        anchors = Anchors.parse(settings.anchors.read_bytes())
    except OSError:
        raise SettingRefused(file=settings.anchors.name, reason="missing") from None
    status = FetchedStatus(httpx2.Client(transport=transport, timeout=5.0, trust_env=False))
    return Evidence(anchors, settings.client_id, status)


async def _unreadable(_request: Request, error: Exception) -> Response:
    """A body or parameter that is not as described, named by field and never repeated."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return problem_response(MalformedJson())
    return problem_response(InvalidField(field=".".join(str(part) for part in first["loc"][1:])))
