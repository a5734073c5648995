"""Everything on this machine: center, three guards, vault, PIN page, status service and Hanbit Bank, kept up.

The first start makes all keys, in the order of the ceremonies. The story is told once, with a customer of its own; then
the house stays up until Ctrl-C. Try-out only: the vault's master key is a file here.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console

from dojang.commands.house import prepare, programs_without_keys
from dojang.demo.ground import DEFAULT_PORT_BASE, Ground
from dojang.demo.processes import PARENT
from dojang.demo.supervisor import Supervisor, refuse_taken_ports
from dojang.serving.run import log_as_json


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("--data", type=Path, default=Path("var/demo"), help="the demo's own folder (var/demo)")
    words = "ports N to N+30 (8000)"
    parser.add_argument("--port-base", type=_port_base, default=DEFAULT_PORT_BASE, metavar="N", help=words)
    parser.add_argument("--tour-only", action="store_true", help="tell the story and exit with its result")
    parser.add_argument("--no-tour", action="store_true", help="do not tell the story")


def _port_base(text: str) -> int:
    """So that every port is one."""
    base = int(text)
    if not 1024 <= base <= 65_000:
        raise argparse.ArgumentTypeError("from 1024 to 65000")
    return base


def run(arguments: argparse.Namespace) -> int:
    """Prepare, start, tell, stay."""
    console, begun = Console(), time.perf_counter()
    ground = Ground(arguments.data.resolve(), arguments.port_base)
    ground.check()
    refuse_taken_ports(programs_without_keys(ground))
    ground.claim()
    console.print("[bold]Dojang 도장[/]  for trying out: the vault's master key is a file here", highlight=False)
    with ground.alone(), (ground.data / "demo.log").open("a") as log:
        log_as_json("demo", log)
        programs = prepare(ground)
        with Supervisor(programs, ground.data).up() as house:
            console.print(f"{len(programs)} processes ready after {time.perf_counter() - begun:.1f} s", highlight=False)
            code = 0 if arguments.no_tour else _tell(house, ground)
            if not arguments.tour_only and not house.stopping:
                _print_addresses(console, ground)
                house.keep()
    return code


def _tell(house: Supervisor, ground: Ground) -> int:
    """The tour as a process of its own, while the house is kept up."""
    words = ["--center", ground.center, "--bank", ground.bank, "--data", str(ground.data)]
    tour = subprocess.Popen(
        [sys.executable, "-m", "dojang", "tour", *words],
        env={**os.environ, PARENT: str(os.getpid())},
        start_new_session=True,  # Ctrl-C is for the supervisor, which ends the tour
    )
    try:
        house.keep(until=lambda: tour.poll() is not None)
    finally:
        if tour.poll() is None:
            tour.terminate()
    return 0 if tour.wait() == 0 else 1


def _print_addresses(console: Console, ground: Ground) -> None:
    console.print(
        f"\nHanbit Bank (한빛은행)          {ground.bank}\n"
        f"certification centre (인증센터)  {ground.center}\n"
        f"PIN page                       {ground.pin_page}\n"
        f"status (OCSP, CRL)             {ground.status}\n"
        f"logs and data                  {ground.data}\n"
        "Ctrl-C stops everything.",
        highlight=False,
    )
