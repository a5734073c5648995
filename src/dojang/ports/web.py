"""Sessions, kept answers and counted tries."""

from typing import Protocol

from dojang.values.web import KeptAnswer, Session


class SessionsBook(Protocol):
    """Sessions by id."""

    def put(self, session: Session) -> None:
        """Keep it, or its new end."""
        ...

    def find(self, session_id: str, now: int) -> Session | None:
        """None if unknown or ended."""
        ...

    def forget(self, ended_before: int) -> int:
        """Delete what ended before; how many."""
        ...


class IdempotencyBook(Protocol):
    """One row per (scope, idempotency key)."""

    def begin(self, answer: KeptAnswer) -> KeptAnswer:
        """The row as it now is: `answer` itself, or what was kept before under the same scope and key.

        Raises `IdempotencyKeyReused` where that was another request: another fingerprint.
        """
        ...

    def finish(self, answer: KeptAnswer) -> None:
        """Keep the answer with its row."""
        ...

    def forget(self, begun_before: int) -> int:
        """Delete what was begun before; how many."""
        ...


class TriesBook(Protocol):
    """Tries counted by bucket: a person, an address, everyone. What a bucket names is kept as a keyed index."""

    def add(self, bucket: str, at: int) -> None:
        """Count one try; until the transaction ends, nobody else adds to this bucket."""
        ...

    def count(self, bucket: str, since: int) -> int:
        """How many at `since` or later."""
        ...

    def take_back(self, bucket: str, at: int) -> None:
        """Uncount one try of that second: it was none."""
        ...

    def forget(self, before: int) -> int:
        """Delete older tries; how many."""
        ...
