"""Applications and consents are kept as they are, and forgotten."""

from pathlib import Path

import pytest

from dojang.adapters.database.books import DatabaseBooks
from dojang.adapters.database.engine import sqlite_database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.upgrade import upgrade
from dojang.journeys import prove_identity as journey
from dojang.ports.books import Books
from dojang.refusals import ApplicationNotFound
from dojang.values.application import Application, Consent, HolderKind, Step
from tests.journeys.proofing import RESIDENT_NUMBER, World

NEW = Application("a-1", HolderKind.PERSONAL, "a-session", 10, 20)


def test_an_application_comes_back_as_it_was_at_every_step(books: Books) -> None:
    world = World(books=books)
    mine = world.arrive()
    for step in (Step.TERMS, Step.IDENTITY, Step.CALL, Step.MEDIUM, Step.DETAILS):
        if step is Step.CALL:
            world.ring(mine)
            placed = world.now(mine).placed_call
            assert placed is not None
            assert (placed.state, placed.request) == ("calling", "request-1")
        if step is Step.MEDIUM:
            asked = journey.ask_phone(mine, "r", world.desk)
            assert world.now(mine).asked_approval == asked
        assert world.act(step, mine) == world.now(mine)
    assert world.act(Step.PIN, mine) == "code-1"


def test_an_unknown_application_is_not_found(books: Books) -> None:
    with pytest.raises(ApplicationNotFound):
        books.applications.get("a-1")
    with pytest.raises(ApplicationNotFound), books.transaction():
        books.applications.put(NEW)


def test_expired_applications_are_forgotten(books: Books) -> None:
    with books.transaction():
        books.applications.add(NEW)
        assert books.applications.forget(20) == 0
        assert books.applications.forget(21) == 1
    with pytest.raises(ApplicationNotFound):
        books.applications.get("a-1")


def test_the_first_answer_to_an_item_stays(books: Books) -> None:
    yes, no = Consent("news", 1, "00", agreed=True), Consent("news", 1, "00", agreed=False)
    with books.transaction():
        books.consents.record("a-1", (yes,), 10)
        books.consents.record("a-1", (no,), 11)
    assert books.consents.of("a-1") == ((yes, 10),)
    assert books.consents.of("a-2") == ()
    with books.transaction():
        assert books.consents.forget(10) == 0
        assert books.consents.forget(11) == 1
    assert books.consents.of("a-1") == ()


def test_nothing_that_names_the_person_is_in_the_database_file(tmp_path: Path) -> None:
    path = tmp_path / "center.sqlite"
    database = sqlite_database(path)
    upgrade(database)
    world = World(books=DatabaseBooks(database, FieldCipher(bytes(range(32)))))
    world.reach(Step.PIN)
    database.close()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"key_storage" in stored
    for secret in (RESIDENT_NUMBER, "hong1899", "홍길동", "01012345678", "1899-12-31", "1000001", "JBSWY3DP"):
        assert secret.encode() not in stored
