"""One service, with its settings from `DOJANG_<SERVICE>_*`: center, guard, vault, pin-page or status.

It answers `/healthz`, `/readyz` and `/metrics`, logs JSON lines to standard error, and finishes what is under way
when it is told to stop.
"""

import argparse
import os
from collections.abc import Callable
from typing import Final

from dojang.serving.run import log_as_json
from dojang.serving.run import run as serve_app


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("service", choices=sorted(_SERVICES))


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    _SERVICES[arguments.service]()
    return 0


def _center() -> None:
    from dojang import settings, wiring

    log_as_json("center")
    chosen = settings.CenterSettings.from_environment(os.environ)
    with wiring.center(chosen) as app:
        serve_app(app, chosen.host, chosen.port)


def _guard() -> None:
    from dojang.guard.server import application
    from dojang.guard.settings import GuardSettings

    chosen = GuardSettings.from_environment(os.environ)
    log_as_json(chosen.guard_id)
    serve_app(application(chosen), chosen.host, chosen.port)


def _vault() -> None:
    from dojang.vault import start
    from dojang.vault.settings import Settings

    start.serve(Settings.read())


def _pin_page() -> None:
    from dojang.pin_page.server import application
    from dojang.pin_page.settings import PinPageSettings

    log_as_json("pin-page")
    chosen = PinPageSettings.from_environment(os.environ)
    serve_app(application(chosen), chosen.host, chosen.port)


def _status() -> None:
    from dojang.certificate_status.server import application
    from dojang.certificate_status.settings import StatusSettings

    log_as_json("status")
    chosen = StatusSettings.from_environment(os.environ)
    serve_app(application(chosen), chosen.host, chosen.port)


_SERVICES: Final[dict[str, Callable[[], None]]] = {
    "center": _center,
    "guard": _guard,
    "vault": _vault,
    "pin-page": _pin_page,
    "status": _status,
}
