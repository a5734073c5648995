"""What time it is."""

from typing import Protocol


class Clock(Protocol):
    """Time comes from the desk, so that a test decides it."""

    def now(self) -> int:
        """Unix seconds."""
        ...
