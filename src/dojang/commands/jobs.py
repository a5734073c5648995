"""What the clock asks of the centre, as a process of its own beside centres on PostgreSQL.

`run` finishes versions whose customer has left, tells the status service what it has not heard, and forgets what is
over, until it is told to stop. Its settings are the centre's: `DOJANG_CENTER_*`.
"""

import argparse
import os
import signal
import threading

from dojang import settings, wiring
from dojang.serving.run import log_as_json


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("run", help="every job in its time, until told to stop")


def run(_arguments: argparse.Namespace) -> int:
    """`run`."""
    log_as_json("jobs")
    chosen = settings.CenterSettings.from_environment(os.environ)
    over = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: over.set())
    with wiring.jobs(chosen):
        over.wait()
    return 0
