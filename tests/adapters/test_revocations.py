"""The book of the customers' own revocations."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from dojang.adapters.database.books import DatabaseBooks
from dojang.adapters.database.engine import Database
from dojang.adapters.database.sealed import FieldCipher
from dojang.ports.books import Books
from dojang.refusals import TransactionNotFound
from dojang.values.revocation import UNFINISHED, Revocation, RevocationState


def wish(number: int = 1, **changes: Any) -> Revocation:
    made = Revocation(
        f"r-{number}",
        "browser",
        "1000001",
        bytes([number]) * 16,
        "01ab",
        "keyCompromise",
        f"txn-{number}",
        1000 + number,
    )
    return replace(made, **changes)


def keep(books: Books, *revocations: Revocation) -> None:
    with books.transaction():
        for one in revocations:
            books.revocations.add(one)


def test_a_revocation_is_kept_whole_and_replaced(books: Books) -> None:
    keep(books, wish())
    assert books.revocations.find("txn-1") == wish()
    signed = wish(state=RevocationState.SIGNED)
    with books.transaction():
        books.revocations.put(signed)
    assert books.revocations.find("txn-1") == signed


def test_an_unknown_one_is_none_and_replaces_nothing(books: Books) -> None:
    assert books.revocations.find("txn-1") is None
    assert books.revocations.newest_of("browser") is None
    with pytest.raises(TransactionNotFound), books.transaction():
        books.revocations.put(wish())


def test_a_browser_finds_the_one_it_asked_for_last(books: Books) -> None:
    keep(books, wish(2), wish(1), wish(3, session="another"))
    assert books.revocations.newest_of("browser") == wish(2)


def test_those_of_one_state_come_the_oldest_first(books: Books) -> None:
    kept = [wish(number, state=state) for number, state in enumerate([*RevocationState] * 2, 1)]
    keep(books, *reversed(kept))
    for state in RevocationState:
        first, second = (one for one in kept if one.state is state)
        assert books.revocations.in_state(state, 10) == (first, second)
        assert books.revocations.in_state(state, 1) == (first,)


def test_old_ones_are_forgotten_unless_they_are_unfinished(books: Books) -> None:
    kept = [wish(number, state=state) for number, state in enumerate(RevocationState, 1)]
    keep(books, *kept, wish(9, asked_at=2000))
    with books.transaction():
        assert books.revocations.forget(2000) == 3
    left = [one for one in kept if books.revocations.find(one.txn)]
    assert left == [one for one in kept if one.state in UNFINISHED]
    assert books.revocations.find("txn-9") is not None


def test_nobody_is_named_in_the_database(database: Database) -> None:
    books = DatabaseBooks(database, FieldCipher(bytes(range(32))))
    keep(books, wish())
    columns = database.rows(text("SELECT * FROM revocations"))[0].values()
    stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in columns)
    assert b"txn-1" in stored
    assert b"1000001" not in stored
    assert b"keyCompromise" not in stored
