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
from dojang.guard import rules
from dojang.guard.facts import Attempt, Changes, Counters, Customer, Facts, Head
from dojang.guard.journal import Entry
from dojang.guard.rules import AttemptRequest, GuardSet, NotSpent, Spent
from dojang.pin.messages import Activation
from dojang.pin.oprf import KeyPair
from dojang.pin.signatures import SigningKey
from dojang.policy.numbers import NUMBERS
from dojang.refusals import LifeFull, RowFull

UID = b"u" * 16
KEY = SigningKey.generate()
GUARDS = GuardSet("guard-1", bytes(32), 2, {})


@dataclass
class Made:
    """An attempt as the model remembers it."""

    th: bytes
    at: int
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
        self.now = 1_800_000_000

    def persist(self, changes: Changes | None) -> None:
        if changes is not None:
            entry = Entry.after(self.facts.head, changes.kind, changes.payload)
            self.facts.apply(changes, entry.head)

    @property
    def row(self) -> int:
        return sum(not (made.right or made.cleared) for made in self.made.values())

    @property
    def life(self) -> int:
        return sum(not made.right for made in self.made.values())

    @rule(seconds=st.integers(0, 90))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule(target=attempts, th=st.sampled_from([b"1" * 32, b"2" * 32, b"3" * 32]))
    def spend(self, th: bytes) -> object:
        request = AttemptRequest(os.urandom(32), UID, 1, th, os.urandom(16), bytes(32))
        decision = rules.spend(self.facts, request, self.now)
        self.persist(decision.changes)
        if self.life >= NUMBERS.pin.life or self.row >= NUMBERS.pin.tries:
            assert isinstance(decision.answer, NotSpent)
            return multiple()
        assert isinstance(decision.answer, Spent)
        assert decision.answer.attempt.wrong_since == self.row
        self.made[request.attempt_id] = Made(th, self.now)
        assert decision.answer.attempt.remaining == min(5 - self.row, 100 - self.life)
        assert decision.answer.attempt.new_pin_due == (self.life >= 60)
        return request.attempt_id

    @rule(
        listed=st.lists(attempts, max_size=4),
        th=st.sampled_from([b"1" * 32, b"2" * 32, b"3" * 32]),
        ago=st.integers(-60, 300),
    )
    def confirm(self, listed: list[bytes], th: bytes, ago: int) -> None:
        iat = self.now - ago
        activation = Activation(UID, 1, th, iat, iat + 300, bytes(32), tuple(listed))
        decision = rules.confirm(self.facts, activation, KEY.sign(activation.signed()), GUARDS, self.now)
        self.persist(decision.changes)
        of_th = [key for key in listed if self.made[key].th == th]
        assert (decision.answer is not None) == bool(of_th)
        for key in of_th:
            self.made[key].right = True
        if th not in self.cleared_for:
            self.cleared_for.add(th)
            for key, made in self.made.items():
                made.cleared |= key not in of_th and made.at < min(iat, self.now)

    @rule(key=consumes(attempts))
    def forget_a_mistyped_one(self, key: bytes) -> None:
        """It is listed by no later confirm."""

    @invariant()
    def the_counts_are_those_of_the_model(self) -> None:
        assert self.facts.counters[UID] == Counters(self.row, self.life)


CountersAgainstAModel.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
test_the_counters_agree_with_a_model = CountersAgainstAModel.TestCase


@dataclass
class CountedGuard:
    """One guard's counters for one customer, on the real rules."""

    counters: Counters = field(default_factory=Counters)
    open: dict[bytes, Attempt] = field(default_factory=dict)
    refused: int = 0

    def spend(self, attempt_id: bytes, th: bytes, now: int) -> None:
        try:
            self.counters = counting.spend(self.counters)
        except (RowFull, LifeFull):
            self.refused += 1
            raise
        self.open[attempt_id] = Attempt(attempt_id, UID, 1, th, attempt_id[:16], now, "open", 0, 0, False)

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


def guesses(guards: list[CountedGuard], *, rogue: bool, now: int) -> int:
    """How often an outsider can ask two guards about a guess, at best: always the two with the most attempts left,
    sparing the guard whose life is most used, since of fifteen attempts one has no partner. A rogue guard never counts.
    """
    spared = max(guards, key=lambda guard: guard.counters.life)
    made = 0
    while True:
        order = sorted(guards, key=lambda guard: counting.remaining(guard.counters) - (guard is spared), reverse=True)
        asked = order[:1] if rogue else order[:2]
        if not all(counting.remaining(guard.counters) for guard in asked):
            return made
        for guard in asked:
            guard.spend(os.urandom(32), bytes(32), now)
        made += 1


@pytest.mark.parametrize(("rogue", "between", "life"), [(False, 7, 150), (True, 10, 200)])
def test_an_outsider_has_seven_guesses_between_two_successes_and_ten_with_a_rogue_guard(
    rogue: bool, between: int, life: int
) -> None:
    guards = [CountedGuard() for _ in range(2 if rogue else 3)]
    now, total, most = 1_800_000_000, 0, 0
    while made := guesses(guards, rogue=rogue, now=now):
        total, most = total + made, max(most, made)
        now += 10
        for guard in guards:  # the owner succeeds; her own attempts become right and count nothing
            guard.confirm(frozenset(), now.to_bytes(32, "big"), now, now)
    assert most == between
    assert total == life


COUNTED: dict[str, tuple[Counters, Callable[[Counters], object], object]] = {
    "a row of four has one left": (Counters(4, 4), counting.remaining, 1),
    "a full row has none": (Counters(5, 5), counting.remaining, 0),
    "a nearly full life has what it has": (Counters(0, 98), counting.remaining, 2),
    "59 ask for nothing": (Counters(0, 59), counting.new_pin_due, False),
    "60 ask for a new PIN": (Counters(0, 60), counting.new_pin_due, True),
    "another PIN starts at 0": (Counters(3, 50), lambda c: counting.of_new_version(c, "new"), Counters(0, 0)),
    "the same PIN carries life over": (Counters(3, 50), lambda c: counting.of_new_version(c, "same"), Counters(0, 50)),
}


@pytest.mark.parametrize("case", COUNTED)
def test_the_counts_at_their_edges(case: str) -> None:
    counters, count, expected = COUNTED[case]
    assert count(counters) == expected


def test_an_attempt_cleared_by_another_use_leaves_life_once_it_becomes_right() -> None:
    cleared = replace(Attempt(b"a" * 32, UID, 1, b"t" * 32, bytes(16), 5, "open", 4, 0, False), state="cleared")
    counted = counting.confirm(Counters(0, 1), [cleared], frozenset({cleared.attempt_id}), b"t" * 32, None)
    assert counted.counters == Counters(0, 0)
