"""Where random values come from."""

from typing import Protocol


class Randomness(Protocol):
    """A test may decide it; outside of tests it is the system's."""

    def token(self, size: int) -> bytes:
        """`size` random bytes."""
        ...

    def digits(self, count: int) -> str:
        """`count` random digits, each value equally likely."""
        ...
