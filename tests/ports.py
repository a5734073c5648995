"""Ports that nobody else on this machine uses: neither the other test worker nor a demo at its usual 8000."""

import os
import random
import socket
from collections.abc import Iterator

SPAN = 64  # a whole demo needs 31 ports from its base
FIRST, LAST = 12_000, 30_000  # below the range that the kernel hands out by itself


def free_port_bases(worker: int) -> Iterator[int]:
    """Bases with `SPAN` free ports each, never the same twice; workers draw from disjoint sets."""
    bases = list(range(FIRST, LAST, SPAN))[worker % 8 :: 8]
    random.Random(os.getpid()).shuffle(bases)
    for base in bases:
        if all(_is_free(port) for port in range(base, base + SPAN)):
            yield base


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
