"""Hanbit Bank as one ASGI application."""

import random
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import httpx2
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
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
from dojang.demo.bank.internet_banking import RelyingParty
from dojang.demo.bank.keys import Keys
from dojang.demo.bank.settings import Settings
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
    for refused, handler in {**EXCEPTION_HANDLERS, RequestValidationError: _unreadable}.items():
        app.add_exception_handler(refused, handler)
    app.state.settings, app.state.desk = settings, desk
    app.state.callers = CallVerifier(AUDIENCE, {CALLER: settings.center_key}, now)
    known = cache(lambda: evidence or _evidence(settings, way))
    app.state.relying_party = RelyingParty(settings.origin, center, known)
    registry = CollectorRegistry()
    app.add_middleware(BodyLimit)
    app.add_middleware(Measured, registry=registry)
    app.router.routes.extend(own_routes(lambda: _ready(database, known), registry))
    app.include_router(contracts.router)
    app.include_router(virtual_phone.router)
    app.include_router(internet_banking.router)
    app.add_api_route("/", home, response_class=HTMLResponse, include_in_schema=False)
    return app


def home() -> str:
    """What this is, for a person who looks."""
    return (Path(__file__).parent / "home.html").read_text("utf-8")


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
