"""The demo as real processes, for tests: started by its own command, played by customers without a browser."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dojang.demo.customer import Customer
from dojang.demo.ground import Ground
from dojang.demo.person import Houses, Person
from dojang.demo.supervisor import tell
from dojang.pin.anchors import Anchors

PATIENCE = 60.0
PROCESSES = ("status", "vault", "guard-1", "guard-2", "guard-3", "pin-page", "bank", "center")


def dojang(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "dojang", *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**clean_environment(), "COLUMNS": "400", **environment},
    )


def clean_environment() -> dict[str, str]:
    """Ours without anybody's settings of a service."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DOJANG_")}


def wait_until(true: Callable[[], bool], patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


class House:
    """`dojang demo --no-tour` on ports of its own, in a session of its own."""

    def __init__(self, data: Path, port_base: int, words: Sequence[str] = ("--no-tour",), ready: bool = True) -> None:
        self.data, self.ground = data, Ground(data, port_base)
        self.houses = Houses(self.ground.center, self.ground.bank)
        self.words = ["demo", "--data", str(data), "--port-base", str(port_base), *words]
        data.parent.mkdir(parents=True, exist_ok=True)
        self.output = data.parent / f"{data.name}.output"
        self.start(ready)

    def start(self, ready: bool = True) -> None:
        """Started; and ready, unless somebody wants to see it start."""
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dojang", *self.words],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**clean_environment(), "COLUMNS": "400"},
                start_new_session=True,
            )
        if ready:
            wait_until(lambda: "processes ready" in self.said() or self._ended())

    def wait_for(self, *names: str) -> "list[Child]":
        """All children, once these are among them."""
        wait_until(lambda: set(names) <= {child.name for child in children(self.process.pid)} or self._ended())
        return children(self.process.pid)

    def _ended(self) -> bool:
        assert self.process.poll() is None, self.said()
        return False

    def said(self) -> str:
        return self.output.read_text()

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ended; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def anchors(self) -> Anchors:
        return Anchors.parse((self.data / "anchors.json").read_bytes())

    def tell(self, line: str) -> str:
        return tell(self.data, line)

    def pid(self, name: str) -> int:
        """Of the child with that name; 0 when there is none."""
        return next((child.pid for child in children(self.process.pid) if child.name == name), 0)

    def kill(self, name: str) -> int:
        """kill -9; the pid that it had."""
        pid = self.pid(name)
        assert pid, f"{name} is not running"
        os.kill(pid, signal.SIGKILL)
        return pid

    def customer(self, memory: Path, **wish: object) -> Customer:
        return Customer(Person.invent(self.houses, **wish), self.anchors(), memory)

    def rows(self, database: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """From a database of this house, e.g. "vault/vault.db"."""
        with reading(self.data / database) as connection:
            return connection.execute(statement, values).fetchall()


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    try:
        yield connection
    finally:
        connection.close()


@dataclass(frozen=True)
class Child:
    pid: int
    name: str


def children(parent: int) -> list[Child]:
    """The living children of a process, by the name under which they listen (Linux: /proc)."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [Child(pid, name_of(pid)) for pid in pids if parent_of(pid) == parent]


def parent_of(pid: int) -> int:
    """0 for a process that is gone or only waits to be reaped."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return 0
    return 0 if state == "Z" else int(parent)


def alive(pid: int) -> bool:
    return parent_of(pid) != 0


def name_of(pid: int) -> str:
    """From its command line, and for a guard from its settings."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        settings = Path(f"/proc/{pid}/environ").read_text().split("\0")
    except OSError:
        return ""
    if "demo-bank" in words:
        return "bank"
    if "tour" in words:
        return "tour"
    name = words[words.index("serve") + 1] if "serve" in words else ""
    if name == "guard":
        return next((line.partition("=")[2] for line in settings if line.startswith("DOJANG_GUARD_ID=")), "")
    return name
