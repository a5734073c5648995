"""The socket of a guard's store: one durable, hash-chained journal and the rows that follow from it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from dojang.guard.facts import Changes, Facts, Head, Wanted
from dojang.pin import labels
from dojang.pin.encoding import labelled_hash


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal; `hash` chains it to the one before."""

    seq: int
    kind: str
    payload: bytes
    hash: bytes

    @classmethod
    def after(cls, head: Head, kind: str, payload: bytes) -> "Entry":
        """The next entry: SHA-256(label|hash before|seq|kind|payload)."""
        seq = head.seq + 1
        return cls(seq, kind, payload, labelled_hash(labels.JOURNAL_ENTRY, head.hash, seq, kind, payload))

    @property
    def head(self) -> Head:
        """The head that this entry makes."""
        return Head(self.seq, self.hash)


def first_break(entries: Iterable[Entry]) -> int | None:
    """The seq of the first entry that does not follow from those before it."""
    head = Head()
    for entry in entries:
        if entry != Entry.after(head, entry.kind, entry.payload):
            return entry.seq
        head = entry.head
    return None


class Transaction(Protocol):
    """One transaction, alone with the store until it ends."""

    def load(self, wanted: Wanted) -> Facts:
        """The facts as they stand, with the journal's head."""
        ...

    def persist(self, entries: Sequence[Entry], changes: Sequence[Changes], replies: Mapping[bytes, bytes]) -> None:
        """Write the entries, what they change in this order, and replies by attempt_id."""
        ...


class Journal(Protocol):
    """A guard's store. Used by one thread at a time; other processes may use the same store."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """All or nothing; durable when it ends without an exception."""
        ...

    def entries(self) -> Iterable[Entry]:
        """The whole journal, in order."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
