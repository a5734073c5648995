"""Randomness that is the same in every run."""

import random


class MemoryRandomness:
    """`Randomness`, for tests alone."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 (not for secrets: a test must repeat)

    def token(self, size: int) -> bytes:
        """See `Randomness`."""
        return self._random.randbytes(size)

    def digits(self, count: int) -> str:
        """See `Randomness`."""
        return f"{self._random.randrange(10**count):0{count}}"
