"""The application API on the databases that it runs on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dojang.adapters.database.books import DatabaseBooks
from dojang.adapters.database.engine import postgresql_database, sqlite_database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.upgrade import upgrade
from dojang.values.application import Step
from tests.journeys.proofing import World
from tests.web.conftest import Browser, browsing


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Browser]:
    if request.param == "sqlite":
        database = sqlite_database(tmp_path / "center.sqlite")
    else:
        database = postgresql_database(request.getfixturevalue("postgres_dsn"))
    upgrade(database)
    with browsing(World(books=DatabaseBooks(database, FieldCipher(bytes(range(32)))))) as made:
        yield made
    database.close()


def test_the_seven_steps_are_taken_and_a_repeated_answer_is_kept(stored: Browser) -> None:
    application_id = stored.reach(Step.MEDIUM)
    code = {"code": stored.world.otp()}
    first = stored.step(application_id, "medium/one-time-code", code, key="same")
    again = stored.step(application_id, "medium/one-time-code", code, key="same")
    assert (first.status_code, first.json()["step"]) == (200, "details")
    assert again.content == first.content
    assert stored.step(application_id, "extend", key="same").json()["code"] == "idempotency_key_reused"
    stored.do(application_id, Step.DETAILS)
    assert stored.do(application_id, Step.PIN).json()["code"] == "code-1"
    assert stored.view(application_id)["step"] == "pin"
