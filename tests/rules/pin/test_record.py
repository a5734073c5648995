"""A record and the anchors are exactly their canonical bytes."""

import json
from dataclasses import replace
from typing import Any

import pytest

from dojang.pin.anchors import Anchors, GuardAnchor
from dojang.pin.encoding import canonical
from dojang.pin.record import KeyStretching, MaskedShare, Record
from dojang.pin.signatures import SigningKey
from dojang.pin.version import Secrets, stretch
from dojang.refusals import AnchorsMismatch, InvalidField, RecordMismatch

KEYS = [SigningKey(bytes([i]) * 32) for i in range(1, 8)]
ANCHORS = Anchors(
    2,
    tuple(GuardAnchor(f"guard-{i}", i, f"http://127.0.0.1:801{i}", KEYS[i].public) for i in (1, 2, 3)),
    KEYS[4].public,
    KEYS[5].public,
    "http://center.dojang.localhost:8001",
    KEYS[6].public,
    KEYS[0].public,
    b"certificate",
)
RECORD = Record(
    KeyStretching(),
    b"s" * 16,
    b"u" * 16,
    1,
    2,
    3,
    ANCHORS.guards_hash,
    tuple(MaskedShare(f"guard-{i}", i, bytes([i]) * 32, bytes([i + 3]) * 32) for i in (1, 2, 3)),
    b"c" * 32,
    KEYS[0].public,
)


def test_a_record_reads_back_as_it_was() -> None:
    assert Record.parse(RECORD.canonical()) == RECORD


def broken_records() -> list[bytes]:
    value: dict[str, Any] = json.loads(RECORD.canonical())
    changes: list[dict[str, Any]] = [
        {"suite": "P256"},
        {"ver": 0},
        {"ver": "1"},
        {"t": True},
        {"salt": "AA"},
        {"extra": 1},
        {"guards": None},
        {"guards": [{}]},
        {"ksf": {**value["ksf"], "name": "scrypt"}},
        {"ksf": {**value["ksf"], "version": 16}},
    ]
    return [canonical({**value, **change}) for change in changes] + [b"", b"[]", b"1", RECORD.canonical() + b" "]


@pytest.mark.parametrize("data", broken_records())
def test_bytes_that_are_not_exactly_a_record_are_a_mismatch(data: bytes) -> None:
    with pytest.raises(RecordMismatch):
        Record.parse(data)


def test_anchors_read_back_as_they_were() -> None:
    assert Anchors.parse(ANCHORS.canonical()) == ANCHORS
    assert ANCHORS.quorum == 2


@pytest.mark.parametrize(
    "anchors",
    [
        replace(ANCHORS, guards=(ANCHORS.guards[0], ANCHORS.guards[0], ANCHORS.guards[2])),
        replace(ANCHORS, guards=(replace(ANCHORS.guards[0], index=2), *ANCHORS.guards[1:])),
        replace(ANCHORS, guards=(replace(ANCHORS.guards[0], index=0), *ANCHORS.guards[1:])),
        replace(ANCHORS, guards=(replace(ANCHORS.guards[0], public_key=KEYS[2].public), *ANCHORS.guards[1:])),
        replace(ANCHORS, threshold=4),
        replace(ANCHORS, threshold=0),
        replace(ANCHORS, vault_key=bytes(32)),
    ],
)
def test_anchors_that_are_not_sound_are_refused(anchors: Anchors) -> None:
    with pytest.raises(AnchorsMismatch):
        Anchors.parse(anchors.canonical())


def test_a_guard_outside_the_anchors_is_refused() -> None:
    with pytest.raises(AnchorsMismatch):
        ANCHORS.guard("guard-4")


def test_every_change_of_the_anchors_changes_their_hash() -> None:
    assert replace(ANCHORS, center_origin="http://elsewhere").guards_hash != ANCHORS.guards_hash


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "１２３４５６", "12 456"])
def test_only_six_ascii_digits_are_a_pin(pin: str) -> None:
    with pytest.raises(InvalidField):
        stretch(pin, bytes(16), KeyStretching())


def test_a_record_with_cheaper_stretching_is_refused() -> None:
    with pytest.raises(RecordMismatch):
        stretch("428193", bytes(16), KeyStretching(memory_kib=8))


def test_a_versions_secrets_are_all_different_and_checked_by_the_commitment() -> None:
    one, other = Secrets.of(b"r" * 32, bytes(16), 1), Secrets.of(b"r" * 32, bytes(16), 2)
    derived = {
        one.secret,
        one.commitment(),
        one.authorization_key().seed,
        one.activation_secret(b"k" * 16),
        one.activation_secret(b"l" * 16),
        other.commitment(),
    }
    assert len(derived) == 6
    assert one.check(one.commitment())
    assert not one.check(other.commitment())
    assert one.secret.hex() not in repr(one)
    assert repr(one.secret) not in repr(one)
