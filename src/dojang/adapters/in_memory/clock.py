"""A clock that the test turns."""


class MemoryClock:
    """`Clock`."""

    def __init__(self, time: int) -> None:
        self.time = time

    def now(self) -> int:
        """See `Clock`."""
        return self.time

    def forward(self, seconds: int) -> None:
        """Turn it."""
        self.time += seconds
