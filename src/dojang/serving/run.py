"""Running one service in one process: granian inside, a graceful stop on SIGTERM and SIGINT, JSON logs."""

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from typing import TextIO

import structlog
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.types import ASGIApp
from structlog.typing import EventDict


def log_as_json(service: str, to: TextIO | None = None) -> None:
    """Every line of the process is one JSON object with the service's name: an event and ids. `to`: standard error."""

    def named(_logger: object, _method: str, event: EventDict) -> EventDict:
        return {"service": service, **event}

    structlog.configure(
        processors=[
            named,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(to or sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(levelname)s %(message)s")


def end_with_parent(parent: int) -> None:
    """Stop this process when `parent` is gone, killed or not: a supervised service leaves no orphan behind."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)
        os._exit(1)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


def run(app: ASGIApp, host: str, port: int) -> None:
    """Serve until told to stop; requests under way are finished first."""

    async def main() -> None:
        server = Server(app, address=host, port=port, interface=Interfaces.ASGI, log_enabled=False, websockets=False)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, server.stop)
        await server.serve()

    asyncio.run(main())
