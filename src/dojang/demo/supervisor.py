"""`dojang demo`: every process of the house on this machine, kept up until it is told to stop.

`DATA/supervisor.sock` takes one line a connection: `hold NAME` ends a process and leaves it down, `release NAME` starts
it again, `names` lists them; the answer is `ok`, the list, or `unknown`.
"""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from dojang.demo.processes import Processes, Program, ready
from dojang.refusals import PortTaken, ServiceNotReady, Stopped

SOCKET: Final = "supervisor.sock"
READY_WITHIN: Final = 60.0
_TICK: Final = 0.1
_ANSWER_WITHIN: Final = 12.0


class Supervisor:
    """Keeps `programs` up and answers on the socket. Used from one thread."""

    def __init__(self, programs: tuple[Program, ...], data: Path) -> None:
        self._processes = Processes(programs, data / "logs")
        self._socket_path = data / SOCKET
        self._stopping = False
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    @contextlib.contextmanager
    def up(self) -> Iterator["Supervisor"]:
        """Everything started and ready inside, everything ended after.

        From here on a signal to stop is only noted: an exception thrown in just anywhere may be lost. Raises
        `PortTaken`, `ServiceNotReady`, and `Stopped` when it was told to stop before everything was ready.
        """
        refuse_taken_ports(self._processes.programs)
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._stop)
        with self._listening():
            try:
                self._processes.start()
                self._await_ready()
                yield self
            finally:
                self._processes.stop()

    def keep(self, until: Callable[[], bool] = lambda: False) -> None:
        """Mend and answer until `until` says so or a signal to stop arrives."""
        while not self._stopping and not until():
            self._tick()

    def memory(self) -> list[tuple[str, float]]:
        """What each process keeps in memory now (VmRSS), in MB."""
        return self._processes.memory()

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping

    def processor_seconds(self) -> dict[str, float]:
        """What each process has used of the processor since it began."""
        return self._processes.processor_seconds()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _tick(self) -> None:
        with contextlib.suppress(TimeoutError):
            connection, _ = self._listener.accept()
            with connection:
                connection.settimeout(1.0)
                with contextlib.suppress(OSError):
                    connection.sendall(self._answer(connection.recv(256).decode("ascii", "replace")).encode())
        self._processes.mend(time.monotonic())

    def _answer(self, line: str) -> str:
        match line.split():
            case ["names"]:
                return "\n".join(self._processes.running)
            case ["hold", name] if name in self._processes.running:
                self._processes.hold(name)
                return "ok"
            case ["release", name] if name in self._processes.running:
                self._processes.release(name)
                return "ok"
        return "unknown"

    def _await_ready(self) -> None:
        waiting = {program.name: program.port for program in self._processes.programs}
        deadline = time.monotonic() + READY_WITHIN
        while waiting:
            self._tick()
            if self._stopping:
                raise Stopped
            waiting = {name: port for name, port in waiting.items() if not ready(port)}
            if waiting and time.monotonic() > deadline:
                name = next(iter(waiting))
                raise ServiceNotReady(service=name, log=str(self._processes.log_of(name)))

    @contextlib.contextmanager
    def _listening(self) -> Iterator[None]:
        self._socket_path.unlink(missing_ok=True)
        with self._listener as listener:
            with _short(self._socket_path) as address:
                listener.bind(address)
            self._socket_path.chmod(0o600)
            listener.listen(8)
            listener.settimeout(_TICK)
            try:
                yield
            finally:
                self._socket_path.unlink(missing_ok=True)


def refuse_taken_ports(programs: tuple[Program, ...]) -> None:
    """Raises `PortTaken` naming the port and who wanted it."""
    for program in programs:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", program.port))
            except OSError:
                raise PortTaken(port=program.port, service=program.name) from None


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """Another name of `path`, inside: a socket's address holds 107 octets (unix(7)), a data folder may lie deeper."""
    folder = os.open(path.parent, os.O_PATH)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def tell(data: Path, line: str) -> str:
    """What the supervisor of `data` answers to one line; empty when there is none."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_ANSWER_WITHIN)
        try:
            with _short(data / SOCKET) as address:
                connection.connect(address)
            connection.sendall(line.encode())
            return connection.recv(4096).decode()
        except (FileNotFoundError, ConnectionRefusedError):
            return ""
