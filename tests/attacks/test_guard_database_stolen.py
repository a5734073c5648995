"""A guard's database in a thief's hands, with the centre's records beside it: every PIN of a scaled-down space is tried
against it, and none stands out. Each search is first shown to work where it should: on two guards' databases, and on a
polynomial that is used twice."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dojang.guard.journal_sqlite import SqliteJournal
from dojang.pin import oprf, sharing
from dojang.pin.encoding import canonical, sha256
from dojang.pin.record import Record
from dojang.pin.version import Secrets
from tests.guard.harness import (
    GUARD,
    Guard,
    House,
    Version,
    activation_of,
    attempt,
    confirm_body,
    enrol,
    make_version,
    statement_body,
    statement_of,
)

PINS = [f"{number:03}" for number in range(300)]
RIGHT = "217"


def stretched(pin: str) -> bytes:
    """In the place of Argon2id, which would only make the search slower."""
    return sha256(pin.encode())


class Stolen:
    """A guard with a customer, its files, and the keys that a thief reads in them."""

    def __init__(self, house: House, folder: Path, guard_id: str) -> None:
        self.guard_id, self.folder = guard_id, folder / guard_id
        self.folder.mkdir()
        self.guard = Guard(house, SqliteJournal(self.folder / "guard.db", guard_id), guard_id)

    def key(self, version: Version) -> oprf.KeyPair:
        key = self.guard.facts(uids=frozenset({version.uid})).customers[version.uid].key
        assert key is not None
        return key

    def bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.folder.iterdir()))


@pytest.fixture
def stolen(tmp_path: Path) -> Iterator[tuple[House, dict[str, Stolen]]]:
    house = House()
    made = {anchor.guard_id: Stolen(house, tmp_path, anchor.guard_id) for anchor in house.anchors.guards}
    yield house, made
    for one in made.values():
        one.guard.stop()


def used(house: House, stolen: dict[str, Stolen]) -> Version:
    """Enrolled with the right PIN at all guards, and used: wrong, then right, then confirmed."""
    calls = {guard_id: one.guard.call for guard_id, one in stolen.items()}
    version = enrol(house, calls, stretched(RIGHT))
    th = os.urandom(32)
    for guard_id in ("guard-1", "guard-2"):
        tries = [attempt(house, version, th, stretched(pin), guard_id) for pin in ("218", RIGHT)]
        for tried in tries:
            calls[guard_id]("/v1/attempts", tried.body)
        activation = activation_of(version, th, tuple(tried.attempt_id for tried in tries))
        calls[guard_id]("/v1/confirm", confirm_body(activation, version.key))
    return version


def output(key: oprf.KeyPair, pin: str) -> bytes:
    """What the right holder of this key computes for a PIN, without asking anybody."""
    blinded = oprf.blind(stretched(pin))
    return oprf.unblind(stretched(pin), blinded, oprf.evaluate_unproven(key, blinded.element))


def share(record: Record, guard_id: str, key: oprf.KeyPair, pin: str) -> tuple[int, bytes]:
    named = next(share for share in record.shares if share.guard_id == guard_id)
    masking = sharing.mask(record.uid, record.ver, guard_id, named.index, output(key, pin))
    return named.index, sharing.remove_mask(named.masked, masking)


def opening(record: Record, keys: dict[str, oprf.KeyPair]) -> list[str]:
    """The PINs whose shares, from these keys alone, open the record."""
    found = []
    for pin in PINS:
        shares = dict(share(record, guard_id, key, pin) for guard_id, key in keys.items())
        opened = Secrets.of(sharing.combine(shares), record.uid, record.ver)
        if opened.check(record.commitment) or opened.authorization_key().public == record.authorization_key:
            found.append(pin)
    return found


def test_one_guards_database_and_the_record_test_no_guess(stolen: tuple[House, dict[str, Stolen]]) -> None:
    house, guards = stolen
    version = used(house, guards)
    keys = {guard_id: guards[guard_id].key(version) for guard_id in ("guard-1", "guard-2")}
    assert opening(version.record, keys) == [RIGHT], "two guards' keys together are enough: the search works"
    for guard_id in keys:
        assert opening(version.record, {guard_id: keys[guard_id]}) == []


def test_nothing_that_a_guess_leads_to_is_in_a_guards_files(stolen: tuple[House, dict[str, Stolen]]) -> None:
    house, guards = stolen
    version = used(house, guards)
    thief, dump = guards[GUARD], guards[GUARD].bytes()
    key = thief.key(version)
    assert key.secret in dump
    for pin in (RIGHT, "218"):
        evaluated = output(key, pin)
        element = oprf.blind_with(stretched(pin), (1).to_bytes(32, "little")).element
        derived = [pin.encode() * 2, stretched(pin), element, oprf.evaluate_unproven(key, element), evaluated]
        derived += [sharing.mask(version.uid, 1, GUARD, 1, evaluated), share(version.record, GUARD, key, pin)[1]]
        assert [value in dump for value in derived] == [False] * len(derived)
    owned = [version.secrets.secret, version.key.seed, version.secrets.activation_secret(bytes(16))]
    assert [value in dump for value in owned] == [False] * 3


def meeting(first: tuple[Record, oprf.KeyPair], second: tuple[Record, oprf.KeyPair]) -> list[str]:
    """The PINs for which one guard's share is the same in both versions: the search that breaks a reused polynomial."""
    return [pin for pin in PINS if share(first[0], GUARD, first[1], pin) == share(second[0], GUARD, second[1], pin)]


def test_two_keys_of_one_guard_with_both_records_test_no_guess(stolen: tuple[House, dict[str, Stolen]]) -> None:
    house, guards = stolen
    calls = {guard_id: one.guard.call for guard_id, one in guards.items()}
    first = enrol(house, calls, stretched(RIGHT))
    old = guards[GUARD].key(first)
    second = make_version(house, calls, stretched(RIGHT), first.uid, 2)
    body = canonical(statement_body(statement_of(second), second.key, first.key))
    for call in calls.values():
        call("/v1/statements", body)
    new = guards[GUARD].key(second)
    assert meeting((first.record, old), (second.record, new)) == []
    assert old.secret not in guards[GUARD].bytes()
    reused = with_share(second.record, new, share(first.record, GUARD, old, RIGHT)[1])
    assert meeting((first.record, old), (reused, new)) == [RIGHT], "the search works on a polynomial used twice"


def with_share(record: Record, key: oprf.KeyPair, f_of_1: bytes) -> Record:
    """The record as it would be if this version had used the earlier f."""
    masking = sharing.mask(record.uid, record.ver, GUARD, 1, output(key, RIGHT))
    shares = [
        replace(one, masked=sharing.add_mask(f_of_1, masking)) if one.guard_id == GUARD else one
        for one in record.shares
    ]
    return replace(record, shares=tuple(shares))
