"""A clock that the test turns."""

from dataclasses import dataclass

START = 1_900_000_000


@dataclass
class Clock:
    time: int = START

    def now(self) -> int:
        return self.time
