"""The processes that a supervisor keeps: started, restarted when they die, held down on request, ended together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2

PARENT: Final = "DOJANG_PARENT"  # whose end is its own
RESTART_AFTER: Final = 0.5
STOP_WITHIN: Final = 8.0


@dataclass(frozen=True, slots=True)
class Program:
    """One process: its name, the command behind `dojang`, its settings, the port it answers on."""

    name: str
    arguments: tuple[str, ...]
    settings: Mapping[str, str]
    port: int


@dataclass(slots=True)
class Running:
    """What the supervisor knows of one program."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    held: bool = False
    restarts: int = 0
    died_at: float = 0.0


@dataclass(slots=True)
class Processes:
    """All programs, below one log folder. Every child ends by itself when this process is gone, however it went."""

    programs: tuple[Program, ...]
    logs: Path
    running: dict[str, Running] = field(default_factory=dict)

    def start(self) -> None:
        """Start every program that isn't running."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for program in self.programs:
            self.running[program.name] = Running(program)
            self._spawn(self.running[program.name])

    def mend(self, now: float) -> list[str]:
        """Start again what died, half a second after; the names of what was started."""
        started = []
        for one in self.running.values():
            if one.held or one.process is None or one.process.poll() is None:
                continue
            if not one.died_at:
                one.died_at = now
            elif now - one.died_at >= RESTART_AFTER:
                one.restarts += 1
                self._spawn(one)
                started.append(one.program.name)
        return started

    def hold(self, name: str) -> None:
        """End `name` and leave it down. Raises `KeyError` for a name nobody has."""
        one = self.running[name]
        one.held = True
        self._end([one])

    def release(self, name: str) -> None:
        """Start `name` again. Raises `KeyError` for a name nobody has."""
        one = self.running[name]
        if one.held:
            one.held = False
            self._spawn(one)

    def stop(self) -> None:
        """End all, first asked and then killed."""
        self._end(list(self.running.values()))

    def log_of(self, name: str) -> Path:
        """Where `name` writes its log."""
        return self.logs / f"{name}.log"

    def memory(self) -> list[tuple[str, float]]:
        """The resident memory of each process, in MB (Linux: VmRSS)."""
        alive = [(name, one.process) for name, one in self.running.items() if one.process is not None]
        return [(name, _resident(process.pid)) for name, process in alive]

    def processor_seconds(self) -> dict[str, float]:
        """What each process has used of the processor since it began, user and system (Linux: /proc/PID/stat)."""
        alive = [(name, one.process) for name, one in self.running.items() if one.process is not None]
        return {name: _processor_seconds(process.pid) for name, process in alive}

    def _spawn(self, one: Running) -> None:
        program = one.program
        with self.log_of(program.name).open("ab") as log:
            one.process = subprocess.Popen(
                [sys.executable, "-m", "dojang", *program.arguments],
                env={**_inherited(), **program.settings, PARENT: str(os.getpid())},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        one.died_at = 0.0

    @staticmethod
    def _end(some: list[Running]) -> None:
        alive = [one.process for one in some if one.process is not None and one.process.poll() is None]
        for process in alive:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN
        for process in alive:
            try:
                process.wait(max(0.05, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(kilobytes) / 1024


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _inherited() -> dict[str, str]:
    """The environment without anybody else's settings of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DOJANG_")}


def ready(port: int, timeout: float = 1.0) -> bool:
    """Whether the service on `port` of this machine says that it can do its work."""
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=timeout, trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False
