"""What the books in memory have in common: rows that a failed transaction puts back."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class MemoryBook(Generic[Key, Value]):
    """One book. Values are frozen, so copying the dict copies the book."""

    def __init__(self) -> None:
        self.rows: dict[Key, Value] = {}

    def drop(self, old: Callable[[Value], bool]) -> int:
        """Forget every value that is old; how many."""
        kept = {key: value for key, value in self.rows.items() if not old(value)}
        gone, self.rows = len(self.rows) - len(kept), kept
        return gone


class MemoryTransactions:
    """One writer at a time; what a failed transaction did is undone."""

    def __init__(self, books: Sequence[MemoryBook[Any, Any]]) -> None:
        self._books = books
        self._lock = threading.Lock()
        self._local = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing."""
        if self.in_transaction:
            raise RuntimeError("a transaction inside a transaction")
        with self._lock:
            before = [dict(book.rows) for book in self._books]
            self._local.open = True
            try:
                yield
            except BaseException:
                for book, rows in zip(self._books, before, strict=True):
                    book.rows = rows
                raise
            finally:
                self._local.open = False

    @property
    def in_transaction(self) -> bool:
        """Whether this thread has a transaction open."""
        return getattr(self._local, "open", False)
