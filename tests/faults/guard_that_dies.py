"""A real guard in a process of its own, with a journal that ends the process at one moment: argv 1 is "kind:when", or
"never". Run by `test_guard_killed.py`."""

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from dojang.guard.facts import Changes, Facts, Wanted
from dojang.guard.journal import Entry, Journal, Transaction
from dojang.guard.server import application, open_journal
from dojang.guard.settings import GuardSettings
from dojang.serving.run import end_with_parent, run


class Noted:
    """A transaction that notes the kinds of what it writes."""

    def __init__(self, transaction: Transaction, kinds: set[str]) -> None:
        self._transaction, self._kinds = transaction, kinds

    def load(self, wanted: Wanted) -> Facts:
        return self._transaction.load(wanted)

    def persist(self, entries: Sequence[Entry], changes: Sequence[Changes], replies: Mapping[bytes, bytes]) -> None:
        self._kinds.update(entry.kind for entry in entries)
        self._transaction.persist(entries, changes, replies)


class DyingJournal:
    """Ends the process with SIGKILL before or after the commit of an entry of the kind."""

    def __init__(self, journal: Journal, moment: str) -> None:
        self._journal = journal
        self._kind, _, self._when = moment.partition(":")

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        kinds: set[str] = set()
        with self._journal.transaction() as transaction:
            yield Noted(transaction, kinds)
            if self._when == "before" and self._kind in kinds:
                os.kill(os.getpid(), signal.SIGKILL)
        if self._when == "after" and self._kind in kinds:
            os.kill(os.getpid(), signal.SIGKILL)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)


if __name__ == "__main__":
    end_with_parent(os.getppid())
    settings = GuardSettings.from_environment(os.environ)
    journal = DyingJournal(open_journal(settings), sys.argv[1])
    run(application(settings, journal=journal), settings.host, settings.port)
