"""The guard over HTTP: five calls; each is handed to the journal's writer and answered once it is durable."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dojang.guard.decision import Decision
from dojang.guard.desk import Desk, UnderWay
from dojang.guard.facts import Wanted
from dojang.guard.journal import Journal, first_break
from dojang.guard.journal_sqlite import SqliteJournal
from dojang.guard.settings import GuardSettings
from dojang.guard.writer import Writer
from dojang.refusals import DataFolderRefused, GuardUnavailable
from dojang.serving.app import checked_call, service
from dojang.serving.calls import CallVerifier

CENTER: Final = "center"
_READY_WITHIN: Final = 5.0
_EVALUATING_AT_ONCE: Final = 4

Now = Callable[[], int]
Written = TypeVar("Written")


def application(
    settings: GuardSettings, now: Now = lambda: int(time.time()), journal: Journal | None = None
) -> Starlette:
    """The guard of these settings. Raises `DataFolderRefused` for a store that is not this guard's, or is broken."""
    journal = journal or open_journal(settings)
    if (seq := first_break(journal.entries())) is not None:
        raise DataFolderRefused(reason="journal", seq=seq)
    registry = CollectorRegistry()
    writer = Writer(journal, settings.guard_id)
    desk = Desk(settings.identity, settings.guards, settings.anchors.ticket_key, writer, registry)
    pool = ThreadPoolExecutor(_EVALUATING_AT_ONCE, "evaluate")
    verifier = CallVerifier(settings.guard_id, {CENTER: settings.center_key}, now)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(pool.shutdown)
        await asyncio.to_thread(writer.stop)

    def ready() -> None:
        try:
            writer.submit(Wanted(), lambda _facts: Decision(None)).result(_READY_WITHIN)
        except TimeoutError:
            raise GuardUnavailable(guard_id=settings.guard_id) from None

    return service(
        _routes(desk, pool, checked_call(verifier), now),
        ready=ready,
        registry=registry,
        allow_origins=[settings.pin_origin],
        lifespan=lifespan,
    )


def open_journal(settings: GuardSettings) -> Journal:
    """The store that the settings name."""
    if settings.store.startswith("sqlite:"):
        return SqliteJournal(settings.store.removeprefix("sqlite:"), settings.guard_id)
    from dojang.guard.journal_postgres import PostgresJournal

    return PostgresJournal(settings.store, settings.guard_id)


def _routes(
    desk: Desk, pool: ThreadPoolExecutor, read_call: Callable[[Request], Awaitable[bytes]], now: Now
) -> list[Route]:
    def in_pool(function: Callable[..., Written], *arguments: object) -> "asyncio.Future[Written]":
        return asyncio.get_running_loop().run_in_executor(pool, function, *arguments)

    async def answer(under_way: UnderWay[Written]) -> Response:
        return _json(under_way.reply(await asyncio.wrap_future(under_way.written)))

    async def versions(request: Request) -> Response:
        return await answer(await in_pool(desk.version, await request.body(), now()))

    async def statements(request: Request) -> Response:
        return await answer(desk.statement(await read_call(request), now()))

    async def attempts(request: Request) -> Response:
        under_way = desk.attempt(await request.body(), now())
        spent = await asyncio.wrap_future(under_way.written)
        return _json(await in_pool(under_way.reply, spent))

    async def confirm(request: Request) -> Response:
        return await answer(desk.confirm(await request.body(), now()))

    async def device_removals(request: Request) -> Response:
        return await answer(desk.device_removal(await request.body(), now()))

    return [
        Route("/v1/versions", versions, methods=["POST"]),
        Route("/v1/statements", statements, methods=["POST"]),
        Route("/v1/attempts", attempts, methods=["POST"]),
        Route("/v1/confirm", confirm, methods=["POST"]),
        Route("/v1/devices/remove", device_removals, methods=["POST"]),
    ]


def _json(data: bytes) -> Response:
    return Response(data, media_type="application/json", headers={"Cache-Control": "no-store"})
