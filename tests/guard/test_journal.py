"""The store: one chain, one guard, all or nothing."""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from dojang.guard.facts import Head
from dojang.guard.journal import Entry, first_break
from dojang.pin.encoding import labelled_hash
from dojang.pin.labels import JOURNAL_ENTRY
from dojang.refusals import DataFolderRefused, GuardUnavailable
from tests.guard.harness import GUARD, Browser, Guard, House, activation_of, attempt, confirm_body, enrol, open_store

Store = tuple[str, Callable[[], str]]


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    head = Head()
    for i in range(length):
        entries.append(Entry.after(head, "attempt", f'{{"i":{i}}}'.encode()))
        head = entries[-1].head
    return entries


def test_an_entry_is_hashed_with_the_one_before() -> None:
    first, second = chain(2)
    assert first.hash == labelled_hash(JOURNAL_ENTRY, bytes(32), 1, "attempt", b'{"i":0}')
    assert second.hash == labelled_hash(JOURNAL_ENTRY, first.hash, 2, "attempt", b'{"i":1}')
    assert first_break([first, second]) is None


@pytest.mark.parametrize("change", ["payload", "kind", "hash", "left out", "moved"])
def test_a_change_in_the_chain_is_found_where_it_was_made(change: str) -> None:
    entries = chain(5)
    match change:
        case "left out":
            del entries[2]
            assert first_break(entries) == 4
            return
        case "moved":
            entries[2], entries[3] = entries[3], entries[2]
            assert first_break(entries) == 4
            return
        case "payload":
            entries[2] = replace(entries[2], payload=b"{}")
        case "kind":
            entries[2] = replace(entries[2], kind="confirm")
        case _:
            entries[2] = replace(entries[2], hash=bytes(32))
    assert first_break(entries) == 3


def test_a_store_serves_one_guard(store: Store, place: str) -> None:
    open_store(store[0], place, GUARD).close()
    open_store(store[0], place, GUARD).close()
    with pytest.raises(DataFolderRefused):
        open_store(store[0], place, "guard-2")


def test_what_fails_midway_leaves_nothing(house: House, guard: Guard) -> None:
    entry = Entry.after(Head(), "attempt", b"{}")

    def fail_midway() -> None:
        with guard.journal.transaction() as transaction:
            transaction.persist([entry], [], {})
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - any will do
        fail_midway()
    assert list(guard.journal.entries()) == []
    enrol(house, {GUARD: guard.call}, b"p" * 32)


def test_the_chain_goes_on_after_a_restart(house: House, store: Store, place: str) -> None:
    for starts in (1, 2, 3):
        guard = Guard(house, open_store(store[0], place))
        version = enrol(house, {GUARD: guard.call}, b"p" * 32)
        guard.call("/v1/attempts", attempt(house, version, os.urandom(32)).body)
        entries = list(guard.journal.entries())
        assert [entry.seq for entry in entries] == list(range(1, 3 * starts + 1))
        assert first_break(entries) is None
        guard.stop()


def test_a_store_made_before_there_were_devices_goes_on_with_its_counts(house: House, store: Store, place: str) -> None:
    guard = Guard(house, open_store(store[0], place))
    version = enrol(house, {GUARD: guard.call}, b"p" * 32)
    tried = attempt(house, version, os.urandom(32))
    guard.call("/v1/attempts", tried.body)
    guard.stop()
    forget_devices(store[0], place)
    again = Guard(house, open_store(store[0], place))
    activation = activation_of(version, os.urandom(32), (tried.attempt_id,))
    browser = Browser()
    assert again.call("/v1/confirm", confirm_body(activation, version.key, browser))["device"] == "known"
    unknown = again.call("/v1/attempts", attempt(house, version, os.urandom(32)).body)
    known = again.call("/v1/attempts", attempt(house, version, os.urandom(32), browser=browser).body)
    assert [(a["remaining"], a["wrong_since"], a["device_known"]) for a in (unknown, known)] == [
        (2, 1, False),
        (2, 2, True),
    ]
    again.stop()


def forget_devices(kind: str, place: str) -> None:
    """The tables as they were before."""
    dropped = ["counters DROP COLUMN " + name for name in ("unknown_row", "unknown_life", "registered")]
    dropped += ["attempt DROP COLUMN " + name for name in ("device_known", "counted_unknown")]
    statements = ["DROP TABLE device", *(f"ALTER TABLE {column}" for column in dropped)]
    connection = sqlite3.connect(place) if kind == "sqlite" else psycopg.connect(place, autocommit=True)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: os.PathLike[str]) -> None:
    path = os.path.join(tmp_path, "notes.txt")
    with open(path, "wb") as file:
        file.write(b"shopping list" * 1000)
    with pytest.raises(DataFolderRefused):
        open_store("sqlite", path)
    with open(path, "rb") as file:
        assert file.read() == b"shopping list" * 1000


def test_a_database_that_does_not_answer_is_said_so(tmp_path: os.PathLike[str]) -> None:
    with pytest.raises(GuardUnavailable):
        open_store("postgresql", f"host={tmp_path} dbname=none")


def test_a_lost_connection_is_made_again(house: House, postgres_dsn: str) -> None:
    guard = Guard(house, open_store("postgresql", postgres_dsn))
    version = enrol(house, {GUARD: guard.call}, b"p" * 32)
    with psycopg.connect(postgres_dsn, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    tried = attempt(house, version, os.urandom(32))
    with pytest.raises(GuardUnavailable):
        guard.call("/v1/attempts", tried.body)
    assert guard.call("/v1/attempts", tried.body)["remaining"] == 4
    guard.stop()
