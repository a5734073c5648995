"""Sessions, kept answers and counted tries in memory."""

from dataclasses import replace

from dojang.adapters.in_memory.book import MemoryBook
from dojang.refusals import IdempotencyKeyReused
from dojang.values.web import KeptAnswer, Session


class MemorySessions(MemoryBook[str, Session]):
    """`SessionsBook`."""

    def put(self, session: Session) -> None:
        """See `SessionsBook`."""
        self.rows[session.id] = session

    def find(self, session_id: str, now: int) -> Session | None:
        """See `SessionsBook`."""
        session = self.rows.get(session_id)
        return session if session is not None and session.expires_at > now else None

    def forget(self, ended_before: int) -> int:
        """See `SessionsBook`."""
        return self.drop(lambda session: session.expires_at < ended_before)


class MemoryIdempotency(MemoryBook[tuple[str, str], KeptAnswer]):
    """`IdempotencyBook`."""

    def begin(self, answer: KeptAnswer) -> KeptAnswer:
        """See `IdempotencyBook`."""
        kept = self.rows.setdefault((answer.scope, answer.key), answer)
        if kept.fingerprint != answer.fingerprint:
            raise IdempotencyKeyReused
        return kept

    def finish(self, answer: KeptAnswer) -> None:
        """See `IdempotencyBook`."""
        begun = self.rows[answer.scope, answer.key]
        self.rows[answer.scope, answer.key] = replace(
            begun, status=answer.status, media_type=answer.media_type, body=answer.body
        )

    def forget(self, begun_before: int) -> int:
        """See `IdempotencyBook`."""
        return self.drop(lambda answer: answer.begun_at < begun_before)


class MemoryTries(MemoryBook[str, tuple[int, ...]]):
    """`TriesBook`."""

    def add(self, bucket: str, at: int) -> None:
        """See `TriesBook`."""
        self.rows[bucket] = (*self.rows.get(bucket, ()), at)

    def count(self, bucket: str, since: int) -> int:
        """See `TriesBook`."""
        return sum(at >= since for at in self.rows.get(bucket, ()))

    def take_back(self, bucket: str, at: int) -> None:
        """See `TriesBook`."""
        times = list(self.rows.get(bucket, ()))
        if at in times:
            times.remove(at)
        self.rows[bucket] = tuple(times)

    def forget(self, before: int) -> int:
        """See `TriesBook`."""
        kept = {bucket: tuple(at for at in times if at >= before) for bucket, times in self.rows.items()}
        gone = sum(map(len, self.rows.values())) - sum(map(len, kept.values()))
        self.rows = {bucket: times for bucket, times in kept.items() if times}
        return gone
