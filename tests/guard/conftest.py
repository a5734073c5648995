"""A guard on each store."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.guard.harness import GUARD, Guard, House, open_store


@pytest.fixture(scope="session")
def house() -> House:
    return House()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Callable[[], str]]:
    """(kind, a maker of empty places)."""
    if request.param == "postgresql":
        return request.param, request.getfixturevalue("new_postgres_database")
    numbers = iter(range(1000))
    return request.param, lambda: str(tmp_path / f"guard-{next(numbers)}.db")


@pytest.fixture
def place(store: tuple[str, Callable[[], str]]) -> str:
    """Where this test's guard keeps its journal."""
    return store[1]()


@pytest.fixture
def guard(house: House, store: tuple[str, Callable[[], str]], place: str) -> Iterator[Guard]:
    guard = Guard(house, open_store(store[0], place, GUARD))
    yield guard
    guard.stop()


@pytest.fixture
def guards(house: House, store: tuple[str, Callable[[], str]]) -> Iterator[dict[str, Guard]]:
    """All three."""
    made = {
        anchor.guard_id: Guard(house, open_store(store[0], store[1](), anchor.guard_id), anchor.guard_id)
        for anchor in house.anchors.guards
    }
    yield made
    for guard in made.values():
        guard.stop()
