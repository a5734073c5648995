"""Ports that nobody else on this machine uses: no other test worker, no other run of the tests, no demo at its 8000."""

import fcntl
import itertools
import os
import random
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

SPAN = 32  # a whole demo needs 31 ports from its base
FIRST, LAST = 12_000, 30_000  # below the range that the kernel hands out by itself
_CLAIMS = Path(tempfile.gettempdir()) / "dojang-test-ports"


def free_port_bases() -> Iterator[int]:
    """Bases with `SPAN` free ports each, for this process alone, in turn: one comes again once all have been."""
    bases = list(range(FIRST, LAST, SPAN))
    random.Random(os.getpid()).shuffle(bases)
    claimed: dict[int, IO[bytes]] = {}
    for base in itertools.cycle(bases):
        if base not in claimed:
            with suppress(BlockingIOError):
                claimed[base] = _claim(base)
        if base in claimed and all(_is_free(port) for port in range(base, base + SPAN)):
            yield base


def _claim(base: int) -> IO[bytes]:
    """A lock that the kernel gives back when this process ends, however it ends. Raises `BlockingIOError`."""
    _CLAIMS.mkdir(exist_ok=True)
    file = (_CLAIMS / str(base)).open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise
    return file


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
