"""A taken centre has as many tickets as it likes, and no device key: three real guards leave it the four likeliest PINs
of whoever connected a browser, and seven of whoever never did."""

import json
import os
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from dojang.guard.journal_sqlite import SqliteJournal
from dojang.pin.encoding import canonical
from dojang.refusals import Refusal, RowFull
from tests.guard.harness import Browser, Guard, House, Version, attempt, enrol, removal_body


@pytest.fixture
def guards(tmp_path: Path) -> Iterator[dict[str, Guard]]:
    house = House()
    made = {
        anchor.guard_id: Guard(house, SqliteJournal(tmp_path / anchor.guard_id, anchor.guard_id), anchor.guard_id)
        for anchor in house.anchors.guards
    }
    yield made
    for guard in made.values():
        guard.stop()


def enrolled(guards: dict[str, Guard], browser: Browser | None) -> Version:
    house = next(iter(guards.values())).house
    return enrol(house, {guard_id: guard.call for guard_id, guard in guards.items()}, b"p" * 32, browser=browser)


def guesses(guards: dict[str, Guard], version: Version, browser: Browser | None = None) -> int:
    """How often two guards answer, each pair asked in turn; the rest is refused because the row is full."""
    answered = dict.fromkeys(guards, 0)
    for guard_id in (name for _ in range(8) for name in guards):
        guard = guards[guard_id]
        tried = attempt(guard.house, version, os.urandom(32), b"w" * 32, guard_id, browser=browser)
        try:
            guard.call("/v1/attempts", tried.body)
        except RowFull:
            continue
        answered[guard_id] += 1
    return pairs(answered)


def pairs(answered: dict[str, int]) -> int:
    """Two different guards' answers make one guess: the most guesses that these answers are good for."""
    total, most = sum(answered.values()), max(answered.values())
    return min(total // 2, total - most)


@pytest.mark.parametrize(("connected", "expected"), [(True, 4), (False, 7)])
def test_it_has_four_guesses_where_a_browser_was_connected_and_seven_where_none_ever_was(
    guards: dict[str, Guard], connected: bool, expected: int
) -> None:
    version = enrolled(guards, Browser() if connected else None)
    assert guesses(guards, version) == expected


def test_a_browser_of_its_own_or_one_that_it_had_removed_gives_it_no_more(guards: dict[str, Guard]) -> None:
    browser, own = Browser(), Browser()
    hers, his = enrolled(guards, browser), enrolled(guards, browser)
    for guard_id, guard in guards.items():
        removal = removal_body(guard.house, his.uid, browser, guard_id=guard_id)
        guard.call("/v1/devices/remove", removal)
    assert guesses(guards, hers, own) == 4
    assert guesses(guards, his, own) == 4
    assert guesses(guards, his) == 0


def test_it_never_locks_out_who_types_in_a_browser_of_hers(guards: dict[str, Guard]) -> None:
    browser = Browser()
    version = enrolled(guards, browser)
    guesses(guards, version)
    for guard_id, guard in guards.items():
        tried = attempt(guard.house, version, os.urandom(32), guard_id=guard_id, browser=browser)
        assert guard.call("/v1/attempts", tried.body)["remaining"] == 1


def test_what_it_saw_of_a_browser_proves_nothing_for_its_own_guess(guards: dict[str, Guard]) -> None:
    """It relays no attempt, but it may have been told: every proof is for one guard, one ticket and one element."""
    browser = Browser()
    version = enrolled(guards, browser)
    seen = [attempt(guards[name].house, version, bytes(32), guard_id=name, browser=browser) for name in guards]
    proofs = cycle(json.loads(tried.body)["device_proof"] for tried in seen)
    codes = set()
    for guard_id, guard in guards.items():
        for _ in range(6):
            guess = json.loads(attempt(guard.house, version, bytes(32), guard_id=guard_id).body)
            with pytest.raises(Refusal) as caught:
                guard.call("/v1/attempts", canonical(guess | {"device_proof": next(proofs)}))
            codes.add(caught.value.code)
    assert codes == {"device_refused"}
    assert guesses(guards, version) == 4
