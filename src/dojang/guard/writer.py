"""Group commit: one thread decides and writes all that is waiting in one transaction, one fsync for all."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

import structlog

from dojang.guard.decision import Decision
from dojang.guard.facts import Changes, Facts, Wanted
from dojang.guard.journal import Entry, Journal
from dojang.refusals import GuardUnavailable, Refusal

MOST_AT_ONCE: Final = 64
MOST_WAITING: Final = 4096

Answer = TypeVar("Answer")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Write:
    wanted: Wanted
    decide: Callable[[Facts], Decision[Any]]
    future: "Future[Any]" = field(default_factory=Future)


class Writer:
    """The only one that touches the journal while the guard runs."""

    def __init__(self, journal: Journal, guard_id: str) -> None:
        self._journal, self._guard_id = journal, guard_id
        self._waiting: queue.Queue[_Write | None] = queue.Queue(MOST_WAITING)
        self._replies: dict[bytes, bytes] = {}
        self._lock = threading.Lock()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def submit(self, wanted: Wanted, decide: Callable[[Facts], Decision[Answer]]) -> "Future[Answer]":
        """Decide on fresh facts and write. The future has the answer once it is durable, or the refusal.

        Raises `GuardUnavailable` when stopped or when too much is waiting.
        """
        write = _Write(wanted, decide)
        with self._lock:
            if self._stopped:
                raise GuardUnavailable(guard_id=self._guard_id)
            try:
                self._waiting.put_nowait(write)
            except queue.Full:
                raise GuardUnavailable(guard_id=self._guard_id) from None
        return write.future

    def keep_reply(self, attempt_id: bytes, reply: bytes) -> None:
        """Store a reply along with the next transaction. One that is lost is made again, so nobody waits for this."""
        with self._lock:
            self._replies[attempt_id] = reply

    def stop(self) -> None:
        """Write what is waiting, then close the journal."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
        self._waiting.put(None)
        self._thread.join()
        self._journal.close()

    def _run(self) -> None:
        more = True
        while more:
            batch = [self._waiting.get()]
            while len(batch) < MOST_AT_ONCE:
                try:
                    batch.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            more = None not in batch
            self._write([write for write in batch if write is not None])

    def _write(self, batch: list[_Write]) -> None:
        with self._lock:
            replies, self._replies = self._replies, {}
        try:
            answers = self._transact(batch, replies)
        except Exception as error:  # noqa: BLE001 - whatever a store may raise, nobody is told that it was written
            log.error("journal_unavailable", error=type(error).__name__)
            for write in batch:
                write.future.set_exception(GuardUnavailable(guard_id=self._guard_id))
            return
        for write, answer in zip(batch, answers, strict=True):
            if isinstance(answer, Exception):
                write.future.set_exception(answer)
            else:
                write.future.set_result(answer)

    def _transact(self, batch: list[_Write], replies: dict[bytes, bytes]) -> list[Any]:
        entries: list[Entry] = []
        changes: list[Changes] = []
        answers: list[Any] = []
        with self._journal.transaction() as transaction:
            facts = transaction.load(Wanted.all_of(write.wanted for write in batch))
            for attempt_id, reply in replies.items():
                if (attempt := facts.attempts.get(attempt_id)) is not None:
                    facts.attempts[attempt_id] = replace(attempt, reply=reply)
            for write in batch:
                try:
                    decision = write.decide(facts)
                except Refusal as refusal:
                    answers.append(refusal)
                    continue
                if decision.changes is not None:
                    entry = Entry.after(facts.head, decision.changes.kind, decision.changes.payload)
                    facts.apply(decision.changes, entry.head)
                    entries.append(entry)
                    changes.append(decision.changes)
                answers.append(decision.answer)
            if entries or replies:
                transaction.persist(entries, changes, replies)
        return answers
