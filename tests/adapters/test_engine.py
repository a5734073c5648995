"""Transactions are whole or nothing, and belong to the thread that opened them."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from dojang.adapters.database.engine import Database, open_database, sqlite_database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.upgrade import upgrade
from dojang.adapters.database.web import counted_tries, sessions
from dojang.ports.books import Books


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Database]:
    database = sqlite_database(tmp_path / "center.sqlite")
    upgrade(database)
    yield database
    database.close()


def test_sqlite_is_durable_as_promised(on_disk: Database) -> None:
    with on_disk.engine.connect() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")}
    assert found == {"journal_mode": "wal", "synchronous": 2}


def test_a_failed_transaction_leaves_nothing(books: Books) -> None:
    def fail() -> None:
        with books.transaction():
            books.tries.add("x", 1)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not books.in_transaction
    assert books.tries.count("x", 0) == 0


def test_transactions_do_not_nest(books: Books) -> None:
    with pytest.raises(RuntimeError), books.transaction(), books.transaction():
        pass
    assert not books.in_transaction


def test_what_is_not_committed_is_seen_inside_only(books: Books) -> None:
    from dojang.adapters.in_memory.books import MemoryBooks

    with books.transaction():
        books.tries.add("x", 1)
        assert books.tries.count("x", 0) == 1
        seen: list[int] = []
        other = threading.Thread(target=lambda: seen.append(books.tries.count("x", 0)))
        other.start()
        other.join()
    # Dicts have no snapshots: in memory, readers see what is being written.
    assert seen == [1 if isinstance(books, MemoryBooks) else 0]
    assert books.tries.count("x", 0) == 1


def test_a_write_outside_a_transaction_is_a_mistake(database: Database) -> None:
    with pytest.raises(RuntimeError):
        database.insert_new(sessions, id="s", started_at=1, expires_at=2)


def test_a_taken_key_is_told_without_ending_the_transaction(database: Database) -> None:
    with database.transaction():
        assert database.insert_new(sessions, id="s", started_at=1, expires_at=2)
        assert not database.insert_new(sessions, id="s", started_at=3, expires_at=4)
        assert database.insert_new(sessions, id="t", started_at=1, expires_at=2)
    assert {row["id"]: row["started_at"] for row in database.rows(sessions.select())} == {"s": 1, "t": 1}


def test_many_threads_at_once_count_every_try(books: Books) -> None:
    def run() -> None:
        for _ in range(5):
            with books.transaction():
                books.tries.add("x", 1)
                counts.append(books.tries.count("x", 0))

    counts: list[int] = []
    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == list(range(1, 41))


def test_a_name_says_which_database(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'a.sqlite'}")
    database.check()
    assert database.engine.dialect.name == "sqlite"
    database.close()


def test_a_bucket_is_stored_as_a_keyed_index(on_disk: Database) -> None:
    from dojang.adapters.database.books import DatabaseBooks

    cipher = FieldCipher(bytes(32))
    books = DatabaseBooks(on_disk, cipher)
    with books.transaction():
        books.tries.add("identity:person:hong1899", 1)
    (row,) = on_disk.rows(counted_tries.select())
    assert row["bucket"] == cipher.index("counted_tries.bucket", "identity:person:hong1899")
    assert FieldCipher(bytes(range(32))).index("counted_tries.bucket", "identity:person:hong1899") != row["bucket"]
