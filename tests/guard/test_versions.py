"""Which keys a guard stages, and when one of them becomes its own."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from dojang.guard.facts import Attempt, Changes, Confirmed, Counters, Customer, Facts, Head, Staged
from dojang.pin import oprf, tickets
from dojang.pin.encoding import b64, canonical, sha256, unb64
from dojang.pin.messages import NamedKey, VersionReceipt
from dojang.pin.signatures import SigningKey
from dojang.pin.tickets import AttemptTicket, VersionTicket
from dojang.refusals import (
    AnchorsMismatch,
    InvalidField,
    NotAnElement,
    Refusal,
    StatementRefused,
    TicketExpired,
    TicketRefused,
    VersionNotLive,
    VersionRefused,
)
from tests.guard.harness import (
    GUARD,
    NOW,
    Guard,
    House,
    Json,
    Version,
    activation_of,
    attempt,
    check_attempt_reply,
    check_version_receipt,
    confirm_body,
    enrol,
    make_version,
    open_store,
    stage_body,
    statement_body,
    statement_of,
)

P = b"p" * 32


def enrolled(guard: Guard) -> Version:
    return enrol(guard.house, {guard.guard_id: guard.call}, P)


def next_version(guard: Guard, version: Version) -> Version:
    return make_version(guard.house, {guard.guard_id: guard.call}, P, version.uid, version.ver + 1)


def take(guard: Guard, version: Version, *, previous: SigningKey | None = None, **changed: Any) -> Json:
    receipts = changed.pop("receipts", ())
    pin = changed.pop("pin", "new")
    body = statement_body(statement_of(version, pin, **changed), version.key, previous, receipts)
    return guard.call("/v1/statements", canonical(body))


def receipt(house: House, version: Version, guard_id: str, **changed: Any) -> Json:
    """Another guard's live receipt for this version."""
    key = changed.pop("key", None)
    made = VersionReceipt(
        house.anchors.guards_hash,
        guard_id,
        version.uid,
        version.ver,
        sha256(version.key.public),
        version.record_sha256,
        "live",
        7,
        NOW,
    )
    made = replace(made, **changed)
    signer = key or (house.identity(made.guard_id) if made.guard_id.startswith("guard-") else SigningKey.generate())
    fields = {name: getattr(made, name) for name in VersionReceipt.__slots__}
    return {k: b64(v) if isinstance(v, bytes) else v for k, v in fields.items()} | {
        "signature": b64(signer.sign(made.signed()))
    }


def answers(guard: Guard, version: Version) -> bool:
    """Whether this version is live here."""
    th = os.urandom(32)
    tried = attempt(guard.house, version, th, P, guard.guard_id)
    try:
        check_attempt_reply(guard.house, version, th, tried, guard.call("/v1/attempts", tried.body))
    except VersionNotLive:
        return False
    return True


def test_the_same_element_gets_the_same_bytes_and_another_gets_another_key(house: House, guard: Guard) -> None:
    uid, element = os.urandom(16), oprf.blind(P).element
    first = guard.desk.version(stage_body(house, uid, 1, element), NOW).finish()
    assert guard.desk.version(stage_body(house, uid, 1, element), NOW + 5).finish() == first
    other = guard.call("/v1/versions", stage_body(house, uid, 1, oprf.blind(P).element))
    assert other["public_key"] != json.loads(first)["public_key"]


def test_a_fifth_element_is_refused_and_a_statement_makes_room(house: House, guard: Guard) -> None:
    version = make_version(house, {GUARD: guard.call}, P, os.urandom(16))
    for _ in range(3):
        guard.call("/v1/versions", stage_body(house, version.uid, 1, oprf.blind(P).element))
    with pytest.raises(VersionRefused):
        guard.call("/v1/versions", stage_body(house, version.uid, 1, oprf.blind(P).element))
    guard.call("/v1/versions", stage_body(house, version.uid, 2, oprf.blind(P).element))
    take(guard, version)
    left = guard.facts(staging=frozenset({version.uid})).staged
    assert [key[1] for key in left] == [2]


def test_a_version_not_above_the_one_held_is_refused(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    with pytest.raises(VersionRefused):
        guard.call("/v1/versions", stage_body(house, version.uid, 1, oprf.blind(P).element))


def staging(house: House, **changed: Any) -> bytes:
    uid = b"u" * 16
    key = changed.pop("key", house.ticket_key)
    ticket = tickets.seal(replace(VersionTicket(GUARD, uid, bytes(16), 1, NOW + 600), **changed), key)
    return canonical({"ticket": ticket, "uid": b64(uid), "ver": 1, "blinded": b64(oprf.blind(P).element)})


def attempt_ticketed(house: House) -> bytes:
    ticket = tickets.seal(AttemptTicket(GUARD, b"u" * 16, 1, bytes(32), bytes(16), NOW + 60), house.ticket_key)
    return canonical(json.loads(staging(house)) | {"ticket": ticket})


FORGED_STAGING: dict[str, tuple[type[Refusal], Callable[[House], bytes]]] = {
    "a_ticket_by_another_key": (TicketRefused, lambda h: staging(h, key=SigningKey.generate())),
    "a_ticket_for_another_guard": (TicketRefused, lambda h: staging(h, audience="guard-2")),
    "a_ticket_of_another_customer": (TicketRefused, lambda h: staging(h, uid=bytes(16))),
    "a_ticket_for_another_version": (TicketRefused, lambda h: staging(h, ver=2)),
    "a_ticket_that_lasts_too_long": (TicketRefused, lambda h: staging(h, exp=NOW + 661)),
    "an_expired_ticket": (TicketExpired, lambda h: staging(h, exp=NOW - 61)),
    "a_ticket_for_an_attempt": (TicketRefused, attempt_ticketed),
    "the_identity": (NotAnElement, lambda h: canonical(json.loads(staging(h)) | {"blinded": b64(bytes(32))})),
    "an_unknown_field": (InvalidField, lambda h: canonical(json.loads(staging(h)) | {"pin": "123456"})),
}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FORGED_STAGING)
def test_a_forged_staging_is_refused_by_name_and_stages_nothing(house: House, guard: Guard, name: str) -> None:
    refusal, forge = FORGED_STAGING[name]
    with pytest.raises(refusal):
        guard.call("/v1/versions", forge(house))
    assert list(guard.journal.entries()) == []


def test_a_statement_makes_the_named_key_live_and_only_that(house: House, guard: Guard) -> None:
    uid = os.urandom(16)
    first = make_version(house, {GUARD: guard.call}, P, uid)
    second = make_version(house, {GUARD: guard.call}, P, uid)
    check_version_receipt(house, take(guard, second), second)
    assert answers(guard, second)
    with pytest.raises(StatementRefused):
        take(guard, first)


def test_a_repeated_statement_gets_its_stored_receipt_even_when_a_later_one_was_taken(
    house: House, guard: Guard
) -> None:
    version = enrolled(guard)
    first = take(guard, version)
    guard.now += 100
    assert take(guard, version) == first
    later = next_version(guard, version)
    take(guard, later, previous=version.key)
    assert take(guard, version) == first


def test_a_later_version_needs_the_live_keys_signature(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    later = next_version(guard, version)
    for previous in (None, SigningKey.generate(), later.key):
        with pytest.raises(StatementRefused):
            take(guard, later, previous=previous)
    assert answers(guard, version)
    check_version_receipt(house, take(guard, later, previous=version.key), later)
    assert answers(guard, later)
    assert not answers(guard, version)


def test_the_owner_alone_never_erases_a_key_without_a_staged_one(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    elsewhere = replace_share(next_version(guard, version), os.urandom(32))
    with pytest.raises(StatementRefused):
        take(guard, elsewhere, previous=version.key)
    unnamed = next_version(guard, version)
    with pytest.raises(StatementRefused):
        take(guard, unnamed, previous=version.key, keys=())
    assert answers(guard, version)


def replace_share(version: Version, public_key_sha256: bytes) -> Version:
    shares = tuple(replace(share, public_key_sha256=public_key_sha256) for share in version.record.shares)
    return Version(version.uid, version.ver, version.secrets, replace(version.record, shares=shares))


def small_order(body: Json) -> Json:
    return body | {"authorization_key": b64((1).to_bytes(32, "little"))}


FORGED_STATEMENTS: dict[str, tuple[type[Refusal], Callable[[Json], Json]]] = {
    "another_guard_set": (AnchorsMismatch, lambda b: b | {"guards_hash": b64(bytes(32))}),
    "another_record": (StatementRefused, lambda b: b | {"record_sha256": b64(bytes(32))}),
    "another_customer": (StatementRefused, lambda b: b | {"uid": b64(bytes(16))}),
    "another_version": (StatementRefused, lambda b: b | {"ver": 2}),
    "another_pin_rule": (StatementRefused, lambda b: b | {"pin": "same"}),
    "another_key_of_a_guard": (
        StatementRefused,
        lambda b: b | {"guards": [{"guard_id": GUARD, "public_key_sha256": b64(bytes(32))}]},
    ),
    "another_authorization_key": (
        StatementRefused,
        lambda b: b | {"authorization_key": b64(SigningKey.generate().public)},
    ),
    "a_small_order_authorization_key": (StatementRefused, small_order),
    "a_signature_of_nothing": (StatementRefused, lambda b: b | {"signature": b64(bytes(64))}),
    "a_device_key": (InvalidField, lambda b: b | {"device_key": b64(bytes(91))}),
    "an_unknown_field": (InvalidField, lambda b: b | {"force": True}),
    "an_unknown_pin_rule": (InvalidField, lambda b: b | {"pin": "keep"}),
    "half_a_previous_signature": (InvalidField, lambda b: b | {"previous_signature": b64(bytes(32))}),
}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FORGED_STATEMENTS)
def test_a_forged_statement_is_refused_by_name_and_changes_nothing(house: House, guard: Guard, name: str) -> None:
    refusal, forge = FORGED_STATEMENTS[name]
    version = make_version(house, {GUARD: guard.call}, P, os.urandom(16))
    body = statement_body(statement_of(version), version.key)
    with pytest.raises(refusal):
        guard.call("/v1/statements", canonical(forge(body)))
    assert not answers(guard, version)
    assert take(guard, version)["state"] == "live"


def test_a_statement_that_names_two_keys_of_one_guard_is_refused(house: House, guard: Guard) -> None:
    version = make_version(house, {GUARD: guard.call}, P, os.urandom(16))
    key = version.record.shares[0].public_key_sha256
    with pytest.raises(StatementRefused):
        take(guard, version, keys=(NamedKey(GUARD, bytes(32)), NamedKey(GUARD, key)))


def test_the_key_staged_for_another_customer_or_version_goes_live_for_nobody(house: House, guard: Guard) -> None:
    hers = make_version(house, {GUARD: guard.call}, P, os.urandom(16))
    his = replace_share(Version(os.urandom(16), 1, hers.secrets, hers.record), hers.record.shares[0].public_key_sha256)
    with pytest.raises(StatementRefused):
        take(guard, his)
    later = Version(hers.uid, 2, hers.secrets, hers.record)
    with pytest.raises(StatementRefused):
        take(guard, later)


def test_a_guard_that_was_down_erases_its_key_when_two_others_have_the_version_live(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    later = replace_share(next_version(guard, version), os.urandom(32))
    receipts = (receipt(house, later, "guard-2"), receipt(house, later, "guard-3"))
    answer = take(guard, later, receipts=receipts)
    assert check_version_receipt(house, answer, later).state == "erased"
    assert not answers(guard, version)
    assert not answers(guard, later)
    assert take(guard, later) == answer
    healed = next_version(guard, later)
    assert take(guard, healed, previous=later.key)["state"] == "live"
    assert answers(guard, healed)


def test_two_others_receipts_make_a_named_staged_key_live_without_the_old_key(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    later = next_version(guard, version)
    receipts = (receipt(house, later, "guard-2"), receipt(house, later, "guard-3"))
    assert take(guard, later, receipts=receipts)["state"] == "live"
    assert answers(guard, later)


def test_a_guard_that_never_knew_the_customer_may_be_told_by_two_others(house: House, guard: Guard) -> None:
    version = replace_share(make_version(house, {GUARD: guard.call}, P, os.urandom(16)), os.urandom(32))
    receipts = (receipt(house, version, "guard-2"), receipt(house, version, "guard-3"))
    assert take(guard, version, receipts=receipts)["state"] == "erased"


def test_a_version_that_was_passed_over_is_refused_though_two_others_had_it(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    passed = next_version(guard, version)
    later = make_version(house, {GUARD: guard.call}, P, version.uid, 3)
    take(guard, later, previous=version.key)
    receipts = (receipt(house, passed, "guard-2"), receipt(house, passed, "guard-3"))
    with pytest.raises(VersionRefused):
        take(guard, passed, previous=later.key, receipts=receipts)
    assert answers(guard, later)


FORGED_RECEIPTS: dict[str, dict[str, Any]] = {
    "of_the_same_guard_twice": {"guard_id": "guard-2"},
    "of_this_guard_itself": {"guard_id": GUARD},
    "of_an_unknown_guard": {"guard_id": "guard_9"},
    "by_another_key": {"key": SigningKey.generate()},
    "of_an_erased_key": {"state": "erased"},
    "of_another_version": {"ver": 3},
    "of_another_customer": {"uid": bytes(16)},
    "of_another_record": {"record_sha256": bytes(32)},
    "of_another_authorization_key": {"authorization_key_sha256": bytes(32)},
    "of_another_guard_set": {"guards_hash": bytes(32)},
}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FORGED_RECEIPTS)
def test_one_receipt_of_two_forged_erases_nothing(house: House, guard: Guard, name: str) -> None:
    version = enrolled(guard)
    later = next_version(guard, version)
    changed = {"guard_id": "guard-3"} | FORGED_RECEIPTS[name]
    guard_id = changed.pop("guard_id")
    receipts = (receipt(house, later, "guard-2"), receipt(house, later, guard_id, **changed))
    with pytest.raises(StatementRefused):
        take(guard, later, receipts=receipts)
    assert answers(guard, version)


def test_the_life_count_goes_on_with_the_same_pin_and_starts_anew_with_another(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    for _ in range(3):
        answers(guard, version)
    same = next_version(guard, version)
    take(guard, same, previous=version.key, pin="same")
    assert guard.facts(uids=frozenset({version.uid})).counters[version.uid] == Counters(0, 3)
    new = next_version(guard, same)
    take(guard, new, previous=same.key, pin="new")
    assert guard.facts(uids=frozenset({version.uid})).counters[version.uid] == Counters(0, 0)


def test_an_activation_of_the_version_before_is_refused(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    later = next_version(guard, version)
    take(guard, later, previous=version.key)
    with pytest.raises(VersionNotLive):
        guard.call("/v1/confirm", confirm_body(activation_of(version, bytes(32), ()), version.key))


def test_attempts_and_confirmations_go_with_their_version(house: House, guard: Guard) -> None:
    version, th = enrolled(guard), os.urandom(32)
    tried = attempt(house, version, th, P)
    guard.call("/v1/attempts", tried.body)
    guard.call("/v1/confirm", confirm_body(activation_of(version, th, (tried.attempt_id,)), version.key))
    later = next_version(guard, version)
    take(guard, later, previous=version.key)
    held = guard.facts(attempts=frozenset({tried.attempt_id}), confirming=frozenset({version.uid}))
    assert (held.attempts, held.confirmed) == ({}, {})
    with pytest.raises(VersionNotLive):
        guard.call("/v1/attempts", tried.body)


def test_a_decision_of_the_same_batch_sees_nothing_of_the_version_before() -> None:
    uid = b"u" * 16
    old = Attempt(b"a" * 32, uid, 1, bytes(32), bytes(16), NOW, "open", 4, 0, new_pin_due=False)
    before = Confirmed(uid, 1, bytes(32), bytes(32), receipt=True, seq=3, time=NOW)
    key = oprf.generate_key_pair()
    staged = [Staged(uid, ver, bytes(32), key, bytes(32), bytes(64)) for ver in (2, 3)]
    facts = Facts(Head(), attempts={old.attempt_id: old}, confirmed={(uid, bytes(32), bytes(32)): before})
    facts.staged = {(uid, row.ver, row.blinded_sha256): row for row in staged}
    facts.apply(Changes("statement", b"{}", customer=Customer(uid, 2, bytes(32), bytes(32), key)), Head(4))
    assert (facts.attempts, facts.confirmed) == ({}, {})
    assert list(facts.staged.values()) == staged[1:]


def test_no_key_outlives_its_version(house: House, tmp_path: Path) -> None:
    """Every byte of the files is searched: the store of SQLite keeps no old page with an old key."""
    path = tmp_path / "guard.db"
    guard = Guard(house, open_store("sqlite", str(path)))
    version = enrolled(guard)
    secret = live_secret(guard, version.uid)
    assert secret in everything_in(tmp_path)
    later = next_version(guard, version)
    unused = make_version(house, {GUARD: guard.call}, P, version.uid, 2)
    staged = [row.key.secret for row in staged_rows(guard, version.uid)]
    assert len(staged) == 2
    take(guard, later, previous=version.key)
    left = everything_in(tmp_path)
    assert secret not in left
    live = live_secret(guard, version.uid)
    assert [key in left for key in staged if key != live] == [False]
    assert unused.ver == later.ver
    guard.stop()


def test_no_key_outlives_its_version_in_the_tables_of_postgresql(house: House, postgres_dsn: str) -> None:
    """Every byte of the tables' files is searched; the write-ahead log keeps its copies until it is reused."""
    tables = Path(str(conninfo_to_dict(postgres_dsn)["host"])) / "data" / "base"
    guard = Guard(house, open_store("postgresql", postgres_dsn))
    version = enrolled(guard)
    secret = live_secret(guard, version.uid)
    checkpoint(postgres_dsn)
    assert secret in everything_in(tables)
    later = next_version(guard, version)
    take(guard, later, previous=version.key)
    checkpoint(postgres_dsn)
    left = everything_in(tables)
    assert secret not in left
    assert live_secret(guard, version.uid) in left
    guard.stop()


def checkpoint(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CHECKPOINT")


def live_secret(guard: Guard, uid: bytes) -> bytes:
    key = guard.facts(uids=frozenset({uid})).customers[uid].key
    assert key is not None
    return key.secret


def staged_rows(guard: Guard, uid: bytes) -> list[Staged]:
    return list(guard.facts(staging=frozenset({uid})).staged.values())


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_receipt_names_the_journals_entry(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    receipt_seq = take(guard, version)["seq"]
    entry = next(entry for entry in guard.journal.entries() if entry.seq == receipt_seq)
    assert entry.kind == "statement"
    assert unb64(json.loads(entry.payload)["record_sha256"]) == version.record_sha256
