"""Connected browsers, wherever they are kept."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from dojang.adapters.database.books import DatabaseBooks
from dojang.adapters.database.engine import Database
from dojang.adapters.database.sealed import FieldCipher
from dojang.ports.books import Books
from dojang.values.device import Connection, Device, Removal

ALICE, BORA = b"a" * 16, b"b" * 16
LAPTOP, PHONE = b"l" * 32, b"p" * 32
DEVICE = Device(ALICE, LAPTOP, b"\x30\x00 a key", "Chrome · Windows", 10, 20)
CONNECTION = Connection(b"t" * 32, b"", ALICE, LAPTOP, "1000001", 30, 500)
REMOVAL = Removal(ALICE, LAPTOP, ("guard-1", "guard-3"), 40, 50)


def test_a_device_is_kept_as_it_last_was_and_is_its_customers_alone(books: Books) -> None:
    for device in (DEVICE, replace(DEVICE, last_used_at=99, label="")):
        with books.transaction():
            books.devices.put(device)
        assert books.devices.find(ALICE, LAPTOP) == device
    assert books.devices.find(BORA, LAPTOP) is None
    assert books.devices.find(ALICE, PHONE) is None


def test_two_customers_may_share_a_browser(books: Books) -> None:
    theirs = replace(DEVICE, uid=BORA, label="Safari · macOS")
    with books.transaction():
        books.devices.put(DEVICE)
        books.devices.put(theirs)
        books.devices.remove(ALICE, LAPTOP)
        books.devices.remove(ALICE, LAPTOP)
    assert (books.devices.of(ALICE), books.devices.of(BORA)) == ((), (theirs,))


def test_devices_are_listed_as_they_were_added(books: Books) -> None:
    later = replace(DEVICE, id=PHONE, added_at=11, last_used_at=11)
    with books.transaction():
        books.devices.put(later)
        books.devices.put(DEVICE)
        assert books.devices.of(ALICE) == (DEVICE, later)
    assert books.devices.of(ALICE) == (DEVICE, later)
    with books.transaction():
        books.devices.end(ALICE)
    assert books.devices.of(ALICE) == ()


def test_a_connection_is_found_by_its_token_and_the_one_before(books: Books) -> None:
    renewed = replace(CONNECTION, token_sha256=b"u" * 32, previous_sha256=CONNECTION.token_sha256)
    with books.transaction():
        books.connections.put(CONNECTION)
    assert books.connections.find(b"t" * 32, 499) == CONNECTION
    with books.transaction():
        books.connections.put(renewed)
    assert books.connections.find(b"t" * 32, 499) == books.connections.find(b"u" * 32, 499) == renewed
    with books.transaction():
        books.connections.put(replace(renewed, token_sha256=b"v" * 32, previous_sha256=renewed.token_sha256))
    assert books.connections.find(b"t" * 32, 499) is None


def test_a_connection_ends_in_its_time(books: Books) -> None:
    with books.transaction():
        books.connections.put(CONNECTION)
    assert books.connections.find(CONNECTION.token_sha256, 500) is None
    assert books.connections.find(b"", 0) is None


def test_a_connection_without_a_token_before_is_not_found_by_none(books: Books) -> None:
    with books.transaction():
        books.connections.put(CONNECTION)
        books.connections.put(replace(CONNECTION, uid=BORA, token_sha256=b"w" * 32))
    assert books.connections.find(b"x" * 32, 0) is None


@pytest.mark.parametrize("end", ["one", "all"])
def test_a_disconnected_browser_is_not_found_and_others_are(books: Books, end: str) -> None:
    theirs = replace(CONNECTION, uid=BORA, token_sha256=b"w" * 32)
    with books.transaction():
        books.connections.put(CONNECTION)
        books.connections.put(theirs)
    with books.transaction():
        if end == "one":
            books.connections.remove(ALICE, LAPTOP)
        else:
            books.connections.end(ALICE)
    assert books.connections.find(CONNECTION.token_sha256, 0) is None
    assert books.connections.find(theirs.token_sha256, 0) == theirs


def test_removals_wait_until_every_guard_has_heard_the_longest_waiting_first(books: Books) -> None:
    sooner = replace(REMOVAL, device=PHONE, try_again_at=49)
    with books.transaction():
        books.removals.put(REMOVAL)
        books.removals.put(sooner)
    assert books.removals.due(48, 10) == ()
    assert books.removals.due(49, 10) == (sooner,)
    assert books.removals.due(50, 10) == (sooner, REMOVAL)
    assert books.removals.due(50, 1) == (sooner,)
    heard = replace(REMOVAL, waiting=("guard-3",), try_again_at=60, tries=1)
    with books.transaction():
        books.removals.put(heard)
        books.removals.remove(ALICE, PHONE)
    assert books.removals.due(60, 10) == (heard,)
    assert (books.removals.find(ALICE, LAPTOP), books.removals.find(ALICE, PHONE)) == (heard, None)


def test_what_is_over_is_forgotten_and_counted(books: Books) -> None:
    with books.transaction():
        books.devices.put(DEVICE)
        books.connections.put(CONNECTION)
        books.removals.put(REMOVAL)
    forgets: tuple[tuple[Callable[[int], int], int], ...] = (
        (books.devices.forget, DEVICE.last_used_at),
        (books.connections.forget, CONNECTION.expires_at),
        (books.removals.forget, REMOVAL.asked_at),
    )
    with books.transaction():
        for forget, end in forgets:
            assert (forget(end), forget(end + 1)) == (0, 1)


def test_of_changes_at_once_none_is_lost(books: Books) -> None:
    with books.transaction():
        books.devices.put(replace(DEVICE, last_used_at=0))
    together = threading.Barrier(4)

    def use() -> None:
        together.wait(10)
        for _ in range(5):
            with books.transaction():
                found = books.devices.find(ALICE, LAPTOP)
                assert found is not None
                books.devices.put(replace(found, last_used_at=found.last_used_at + 1))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [device.last_used_at for device in books.devices.of(ALICE)] == [20]


def test_neither_label_nor_customer_stands_in_the_database(database: Database) -> None:
    from sqlalchemy import select

    from dojang.adapters.database import devices

    books = DatabaseBooks(database, FieldCipher(bytes(range(32))))
    with books.transaction():
        books.devices.put(DEVICE)
        books.connections.put(CONNECTION)
        books.removals.put(REMOVAL)
    kept = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for table in (devices.devices, devices.connections, devices.removals)
        for row in database.rows(select(table))
        for value in row.values()
    )
    assert DEVICE.id in kept
    for secret in (b"Windows", b"1000001", DEVICE.key):
        assert secret not in kept
