"""Nothing but an activation signed by AK clears a row."""

import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from dojang.pin.encoding import b64
from dojang.pin.messages import Activation
from dojang.pin.signatures import SigningKey
from dojang.refusals import ConfirmRefused, InvalidField, Refusal, VersionNotLive
from tests.guard.harness import (
    NOW,
    Guard,
    House,
    Json,
    Try,
    Version,
    activation_of,
    attempt,
    check_confirm_receipt,
    confirm_body,
    enrol,
)

TH = b"t" * 32


def enrolled(guard: Guard) -> Version:
    return enrol(guard.house, {guard.guard_id: guard.call}, b"p" * 32)


def spend(guard: Guard, version: Version, th: bytes = TH) -> Try:
    tried = attempt(guard.house, version, th, now=guard.now)
    guard.call("/v1/attempts", tried.body)
    return tried


def left(guard: Guard, version: Version) -> int:
    """How many attempts were left before this one."""
    tried = attempt(guard.house, version, os.urandom(32), now=guard.now)
    return int(guard.call("/v1/attempts", tried.body)["remaining"]) + 1


def confirm(guard: Guard, version: Version, activation: Activation) -> Json:
    return guard.call("/v1/confirm", confirm_body(activation, version.key))


def test_a_listed_attempt_becomes_right_and_the_receipt_says_so(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    wrong, right = spend(guard, version), spend(guard, version)
    activation = activation_of(version, TH, (wrong.attempt_id, right.attempt_id))
    receipt = check_confirm_receipt(house, version, activation, confirm(guard, version, activation))
    entry = next(entry for entry in guard.journal.entries() if entry.seq == receipt.seq)
    assert entry.kind == "confirm"
    assert left(guard, version) == 5


def test_the_same_activation_gets_the_same_bytes(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    tried = spend(guard, version)
    body = confirm_body(activation_of(version, TH, (tried.attempt_id,)), version.key)
    first = guard.desk.confirm(body, NOW).finish()
    assert guard.desk.confirm(body, NOW + 200).finish() == first
    assert len([entry for entry in guard.journal.entries() if entry.kind == "confirm"]) == 1


def test_another_activation_for_the_same_transaction_is_confirmed_too(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    tried = spend(guard, version)
    first = activation_of(version, TH, (tried.attempt_id,))
    second = activation_of(version, TH, (tried.attempt_id, os.urandom(32)), NOW + 1)
    receipts = [check_confirm_receipt(house, version, one, confirm(guard, version, one)) for one in (first, second)]
    assert receipts[0].activation_sha256 != receipts[1].activation_sha256


def test_a_guard_without_a_listed_attempt_clears_its_row_and_gives_no_receipt(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    for _ in range(5):
        spend(guard, version, os.urandom(32))
    guard.now += 10
    assert confirm(guard, version, activation_of(version, TH, (os.urandom(32),), guard.now)) == {"receipt": None}
    assert left(guard, version) == 5


def test_attempts_are_cleared_once_for_a_transaction(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    spend(guard, version, os.urandom(32))
    guard.now += 10
    confirm(guard, version, activation_of(version, TH, (), guard.now))
    spend(guard, version, os.urandom(32))
    guard.now += 10
    confirm(guard, version, activation_of(version, TH, (), guard.now))
    assert left(guard, version) == 4
    confirm(guard, version, activation_of(version, b"u" * 32, (), guard.now))
    guard.now += 10
    confirm(guard, version, activation_of(version, b"v" * 32, (), guard.now))
    assert left(guard, version) == 5


def test_an_attempt_made_after_the_activation_was_signed_stays_in_the_row(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    guard.now += 100
    spend(guard, version, os.urandom(32))
    confirm(guard, version, activation_of(version, TH, (), guard.now - 50))
    assert left(guard, version) == 4


def test_a_clock_ahead_clears_nothing_that_is_made_after_the_confirm(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    spend(guard, version, os.urandom(32))
    confirm(guard, version, activation_of(version, TH, (), guard.now + 60))
    assert left(guard, version) == 4


def test_an_attempt_that_came_after_its_confirm_becomes_right_when_it_is_repeated(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    tried = attempt(house, version, TH)
    activation = activation_of(version, TH, (tried.attempt_id,))
    assert confirm(guard, version, activation) == {"receipt": None}
    guard.call("/v1/attempts", tried.body)
    check_confirm_receipt(house, version, activation, confirm(guard, version, activation))
    assert left(guard, version) == 5


def test_an_attempt_of_another_transaction_or_customer_never_becomes_right(house: House, guard: Guard) -> None:
    hers, his = enrolled(guard), enrolled(guard)
    other, foreign = spend(guard, hers, os.urandom(32)), spend(guard, his, TH)
    assert confirm(guard, hers, activation_of(hers, TH, (other.attempt_id, foreign.attempt_id))) == {"receipt": None}
    assert left(guard, hers) == 4
    assert left(guard, his) == 4


def moved(guard: Guard, version: Version) -> bytes:
    """Another customer's own activation, with her uid put in."""
    his = enrolled(guard)
    body = confirm_body(activation_of(his, TH, (), guard.now), his.key)
    return body.replace(b64(his.uid).encode(), b64(version.uid).encode())


FORGED: dict[str, tuple[type[Refusal], Callable[[Guard, Version], bytes]]] = {
    "by_another_key": (
        ConfirmRefused,
        lambda g, v: confirm_body(activation_of(v, TH, (), g.now), SigningKey.generate()),
    ),
    "of_another_customer": (ConfirmRefused, moved),
    "of_an_unknown_customer": (
        VersionNotLive,
        lambda g, v: confirm_body(replace(activation_of(v, TH, (), g.now), uid=bytes(16)), v.key),
    ),
    "of_another_version": (
        VersionNotLive,
        lambda g, v: confirm_body(replace(activation_of(v, TH, (), g.now), ver=2), v.key),
    ),
    "that_is_over": (ConfirmRefused, lambda g, v: confirm_body(activation_of(v, TH, (), g.now - 361), v.key)),
    "from_the_future": (ConfirmRefused, lambda g, v: confirm_body(activation_of(v, TH, (), g.now + 61), v.key)),
    "that_lasts_too_long": (
        ConfirmRefused,
        lambda g, v: confirm_body(replace(activation_of(v, TH, (), g.now), exp=g.now + 301), v.key),
    ),
    "with_another_list": (
        ConfirmRefused,
        lambda g, v: confirm_body(activation_of(v, TH, (), g.now), v.key).replace(
            b'"attempts":[]', b'"attempts":["' + b"A" * 43 + b'"]'
        ),
    ),
    "with_an_unknown_field": (
        InvalidField,
        lambda g, v: confirm_body(activation_of(v, TH, (), g.now), v.key).replace(b"{", b'{"a":1,', 1),
    ),
    "with_too_long_a_list": (
        InvalidField,
        lambda g, v: confirm_body(activation_of(v, TH, (bytes(32),) * 65, g.now), v.key),
    ),
}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FORGED)
def test_a_forged_activation_is_refused_by_name_and_clears_nothing(house: House, guard: Guard, name: str) -> None:
    refusal, forge = FORGED[name]
    version = enrolled(guard)
    spend(guard, version)
    guard.now += 10
    with pytest.raises(refusal):
        guard.call("/v1/confirm", forge(guard, version))
    assert left(guard, version) == 4


@pytest.mark.parametrize("iat", [NOW + 60, NOW - 360])
def test_a_clock_may_be_sixty_seconds_off(house: House, guard: Guard, iat: int) -> None:
    version = enrolled(guard)
    tried = spend(guard, version)
    activation = activation_of(version, TH, (tried.attempt_id,), iat)
    check_confirm_receipt(house, version, activation, confirm(guard, version, activation))


def test_an_attempt_that_became_right_goes_after_an_hour(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    right = frozenset({spend(guard, version).attempt_id})
    confirm(guard, version, activation_of(version, TH, tuple(right), guard.now))
    for later, kept in ((3600, right), (1, frozenset())):
        guard.now += later
        confirm(guard, version, activation_of(version, os.urandom(32), (), guard.now))
        assert set(guard.facts(attempts=right).attempts) == kept
