"""The five counter rules, against a model that keeps every attempt and counts; and over years of use."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from dojang.guard import counters as counting
from dojang.guard import device_rules, rules
from dojang.guard.decision import GuardSet
from dojang.guard.device_rules import Addition, DeviceProof
from dojang.guard.facts import Attempt, Changes, Counters, Customer, Facts, Head
from dojang.guard.journal import Entry
from dojang.guard.rules import AttemptRequest, NotSpent, Spent
from dojang.pin.devices import DeviceAddition
from dojang.pin.messages import Activation
from dojang.pin.oprf import KeyPair
from dojang.pin.signatures import SigningKey
from dojang.refusals import LifeFull, RowFull
from tests.guard.harness import Browser

UID = b"u" * 16
KEY = SigningKey.generate()
BROWSER = Browser()
PROOF = DeviceProof(BROWSER.id, BROWSER.sign(b"this attempt"), b"this attempt")
GUARDS = GuardSet("guard-1", bytes(32), 2, {})


@dataclass
class Made:
    """An attempt as the model remembers it."""

    th: bytes
    at: int
    unknown: bool
    right: bool = False
    cleared: bool = False


class CountersAgainstAModel(RuleBasedStateMachine):
    """The rules on their facts, beside a list of attempts from which row and life are counted anew."""

    attempts = Bundle("attempts")

    def __init__(self) -> None:
        super().__init__()
        customer = Customer(UID, 1, KEY.public, bytes(32), KeyPair(bytes(32), bytes(32)))
        self.facts = Facts(customers={UID: customer}, counters={UID: Counters()}, head=Head())
        self.made: dict[bytes, Made] = {}
        self.cleared_for: set[bytes] = set()
        self.connected = self.registered = False
        self.confirms: set[tuple[object, ...]] = set()
        self.now = 1_800_000_000

    def persist(self, changes: Changes | None) -> None:
        if changes is not None:
            entry = Entry.after(self.facts.head, changes.kind, changes.payload)
            self.facts.apply(changes, entry.head)

    def row(self, *, unknown: bool = False) -> int:
        return sum(not (made.right or made.cleared) for made in self.made.values() if made.unknown or not unknown)

    def life(self, *, unknown: bool = False) -> int:
        return sum(not made.right for made in self.made.values() if made.unknown or not unknown)

    @rule(seconds=st.integers(0, 90))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule(target=attempts, th=st.sampled_from([b"1" * 32, b"2" * 32, b"3" * 32]), proven=st.booleans())
    def spend(self, th: bytes, proven: bool) -> object:
        proof = PROOF if proven else None
        request = AttemptRequest(os.urandom(32), UID, 1, th, os.urandom(16), bytes(32), proof)
        decision = rules.spend(self.facts, request, self.now)
        self.persist(decision.changes)
        unknown = self.registered and not (proven and self.connected)
        full = self.life() >= 100 or self.row() >= 5
        if full or (unknown and (self.life(unknown=True) >= 20 or self.row(unknown=True) >= 3)):
            assert isinstance(decision.answer, NotSpent)
            return multiple()
        assert isinstance(decision.answer, Spent)
        spent = decision.answer.attempt
        assert (spent.wrong_since, spent.device_known) == (self.row(), proven and self.connected)
        self.made[request.attempt_id] = Made(th, self.now, unknown)
        left = [5 - self.row(), 100 - self.life()]
        if unknown:
            left += [3 - self.row(unknown=True), 20 - self.life(unknown=True)]
        assert spent.remaining == min(left)
        assert spent.new_pin_due == (self.life() >= 60 or self.life(unknown=True) >= 12)
        return request.attempt_id

    @rule(
        listed=st.lists(attempts, max_size=4),
        th=st.sampled_from([b"1" * 32, b"2" * 32, b"3" * 32]),
        ago=st.integers(-60, 300),
        connects=st.booleans(),
    )
    def confirm(self, listed: list[bytes], th: bytes, ago: int, connects: bool) -> None:
        iat = self.now - ago
        activation = Activation(UID, 1, th, iat, iat + 300, bytes(32), tuple(listed))
        said = DeviceAddition(UID, th, BROWSER.spki)
        addition = Addition(BROWSER.spki, KEY.sign(said.signed())) if connects else None
        decision = rules.confirm(self.facts, activation, KEY.sign(activation.signed()), addition, GUARDS, self.now)
        self.persist(decision.changes)
        of_th = [key for key in listed if self.made[key].th == th]
        assert (decision.answer.receipt is not None) == bool(of_th)
        for key in of_th:
            self.made[key].right = True
        if th not in self.cleared_for:
            self.cleared_for.add(th)
            for key, made in self.made.items():
                made.cleared |= key not in of_th and made.at < min(iat, self.now)
        if connects and (th, iat, *listed) not in self.confirms:
            self.connected = self.registered = True
        self.confirms.add((th, iat, *listed))

    @rule()
    def disconnect(self) -> None:
        self.persist(device_rules.remove(self.facts, UID, BROWSER.id, self.now).changes)
        self.connected = False

    @rule(key=consumes(attempts))
    def forget_a_mistyped_one(self, key: bytes) -> None:
        """It is listed by no later confirm."""

    @invariant()
    def the_counts_are_those_of_the_model(self) -> None:
        unknown_row, unknown_life = self.row(unknown=True), self.life(unknown=True)
        expected = Counters(self.row(), self.life(), unknown_row, unknown_life, self.registered)
        assert self.facts.counters[UID] == expected


CountersAgainstAModel.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
test_the_counters_agree_with_a_model = CountersAgainstAModel.TestCase


@dataclass
class CountedGuard:
    """One guard's counters for one customer, on the real rules."""

    counters: Counters = field(default_factory=Counters)
    open: dict[bytes, Attempt] = field(default_factory=dict)
    refused: int = 0

    def spend(self, attempt_id: bytes, th: bytes, now: int, *, unknown: bool = False) -> None:
        try:
            self.counters = counting.spend(self.counters, unknown=unknown)
        except (RowFull, LifeFull):
            self.refused += 1
            raise
        self.open[attempt_id] = Attempt(
            attempt_id, UID, 1, th, attempt_id[:16], now, "open", 0, 0, False, counted_unknown=unknown
        )

    def confirm(self, listed: frozenset[bytes], th: bytes, iat: int, now: int) -> None:
        counted = counting.confirm(self.counters, self.open.values(), listed, th, min(iat, now))
        self.counters = counted.counters
        for attempt in counted.changed:
            del self.open[attempt.attempt_id]


def test_twenty_uses_a_day_with_one_typo_in_twenty_never_lock_in_three_years() -> None:
    """Any two guards answer each try; at times the third is asked never, in turn each of the three."""
    chance = random.Random(2718)
    for pairs in (((0, 1),), ((0, 2),), ((1, 2),), ((0, 1), (0, 2), (1, 2))):
        guards = [CountedGuard() for _ in range(3)]
        now, serial = 1_800_000_000, 0
        for _ in range(3 * 365 * 20):
            now += 4320
            th, listed = now.to_bytes(32, "big"), set()
            typos = 0
            while chance.random() < 0.05 and typos < 4:
                typos += 1
            for _try in range(typos + 1):
                now += 3
                for index in chance.choice(pairs):
                    serial += 1
                    attempt_id = serial.to_bytes(32, "big")
                    guards[index].spend(attempt_id, th, now)
                    listed.add(attempt_id)
            for guard in guards:
                guard.confirm(frozenset(listed), th, now + 1, now + 1)
        assert [guard.refused for guard in guards] == [0, 0, 0]
        assert [guard.counters.row for guard in guards] == [0, 0, 0]
        assert [guard.counters.life for guard in guards] == [0, 0, 0]


def guesses(guards: list[CountedGuard], *, rogue: bool, unknown: bool, now: int) -> int:
    """How often an outsider can ask two guards about a guess, at best: always the two with the most attempts left,
    sparing the guard whose life is most used, since of fifteen (or nine) attempts one has no partner. A rogue guard
    never counts.
    """
    spared = max(guards, key=lambda guard: (guard.counters.life, guard.counters.unknown_life))
    made = 0

    def left(guard: CountedGuard) -> int:
        return counting.remaining(guard.counters, unknown=unknown)

    while True:
        order = sorted(guards, key=lambda guard: left(guard) - (guard is spared), reverse=True)
        asked = order[:1] if rogue else order[:2]
        if not all(left(guard) for guard in asked):
            return made
        for guard in asked:
            guard.spend(os.urandom(32), bytes(32), now, unknown=unknown)
        made += 1


GUESSES: dict[str, tuple[bool, bool, int, int]] = {
    "in a registered browser": (False, False, 7, 150),
    "in a registered browser, with a rogue guard": (True, False, 10, 200),
    "without a registered browser": (False, True, 4, 30),
    "without a registered browser, with a rogue guard": (True, True, 6, 40),
}


@pytest.mark.parametrize("outsider", GUESSES)
def test_an_outsider_has_so_many_guesses_between_two_of_the_owners_successes_and_for_life(outsider: str) -> None:
    rogue, unknown, between, life = GUESSES[outsider]
    guards = [CountedGuard(Counters(registered=True)) for _ in range(2 if rogue else 3)]
    now, total, most = 1_800_000_000, 0, 0
    while made := guesses(guards, rogue=rogue, unknown=unknown, now=now):
        total, most = total + made, max(most, made)
        now += 10
        for guard in guards:  # the owner succeeds; her own attempts become right and count nothing
            guard.confirm(frozenset(), now.to_bytes(32, "big"), now, now)
    assert most == between
    assert total == life
    owner = min(counting.remaining(guard.counters, unknown=False) for guard in guards)
    assert (owner > 0) == unknown, "nobody unknown locks the owner out"


def known(counters: Counters) -> int:
    return counting.remaining(counters, unknown=False)


def nobody_known(counters: Counters) -> int:
    return counting.remaining(counters, unknown=True)


COUNTED: dict[str, tuple[Counters, Callable[[Counters], object], object]] = {
    "a row of four has one left": (Counters(4, 4), known, 1),
    "a full row has none": (Counters(5, 5), known, 0),
    "a nearly full life has what it has": (Counters(0, 98), known, 2),
    "an unknown row of two has one left": (Counters(2, 2, 2, 2), nobody_known, 1),
    "a full unknown row has none": (Counters(3, 3, 3, 3), nobody_known, 0),
    "a full unknown row leaves two to who is known": (Counters(3, 3, 3, 3), known, 2),
    "a row filled by who is known leaves none to nobody known": (Counters(5, 5, 0, 0), nobody_known, 0),
    "a nearly full unknown life has what it has": (Counters(0, 19, 0, 19), nobody_known, 1),
    "a full unknown life leaves a row to who is known": (Counters(0, 20, 0, 20), known, 5),
    "59 ask for nothing": (Counters(0, 59), counting.new_pin_due, False),
    "60 ask for a new PIN": (Counters(0, 60), counting.new_pin_due, True),
    "11 from unknown devices ask for nothing": (Counters(0, 11, 0, 11), counting.new_pin_due, False),
    "12 from unknown devices ask for a new PIN": (Counters(0, 12, 0, 12), counting.new_pin_due, True),
    "another PIN starts at 0": (Counters(3, 50, 2, 9), lambda c: counting.of_new_version(c, "new"), Counters()),
    "the same PIN carries life over": (
        Counters(3, 50, 2, 9),
        lambda c: counting.of_new_version(c, "same"),
        Counters(0, 50, 0, 9),
    ),
    "another PIN keeps the mark": (
        Counters(registered=True),
        lambda c: counting.of_new_version(c, "new"),
        Counters(registered=True),
    ),
    "the same PIN keeps the mark": (
        Counters(registered=True),
        lambda c: counting.of_new_version(c, "same"),
        Counters(registered=True),
    ),
}


@pytest.mark.parametrize("case", COUNTED)
def test_the_counts_at_their_edges(case: str) -> None:
    counters, count, expected = COUNTED[case]
    assert count(counters) == expected


def test_an_attempt_cleared_by_another_use_leaves_life_once_it_becomes_right() -> None:
    cleared = replace(Attempt(b"a" * 32, UID, 1, b"t" * 32, bytes(16), 5, "open", 4, 0, False), state="cleared")
    counted = counting.confirm(Counters(0, 1), [cleared], frozenset({cleared.attempt_id}), b"t" * 32, None)
    assert counted.counters == Counters(0, 0)


def test_an_unknown_attempt_leaves_the_unknown_counts_with_the_others() -> None:
    now = 1_800_000_000
    guard = CountedGuard(Counters(registered=True))
    for number in range(3):
        guard.spend(bytes([number]) * 32, b"t" * 32, now, unknown=number < 2)
    assert guard.counters == Counters(3, 3, 2, 2, registered=True)
    guard.confirm(frozenset({bytes(32)}), b"t" * 32, now + 10, now + 10)
    assert guard.counters == Counters(0, 2, 0, 1, registered=True)


def test_an_attempt_made_before_the_first_device_was_registered_never_leaves_the_unknown_counts() -> None:
    now = 1_800_000_000
    guard = CountedGuard()
    guard.spend(bytes(32), b"t" * 32, now)
    guard.counters = replace(guard.counters, registered=True)
    guard.confirm(frozenset({bytes(32)}), b"t" * 32, now + 10, now + 10)
    assert guard.counters == Counters(registered=True)
