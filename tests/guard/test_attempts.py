"""An attempt is spent before it is looked at, once, on every store."""

import json
import os
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from dojang.guard.journal import Journal, first_break
from dojang.pin.encoding import b64, canonical, unb64
from dojang.pin.messages import AttemptRefusal
from dojang.pin.signatures import verify
from dojang.policy.numbers import NUMBERS
from dojang.refusals import AttemptReplayed, GuardUnavailable, LifeFull, Refusal, RowFull, VersionNotLive
from tests.guard.harness import (
    GUARD,
    NOW,
    Guard,
    House,
    Try,
    Version,
    activation_of,
    attempt,
    check_attempt_reply,
    confirm_body,
    enrol,
    open_store,
    opens,
    share_of,
    stage_body,
)

P = b"p" * 32


def enrolled(guard: Guard) -> Version:
    return enrol(guard.house, {guard.guard_id: guard.call}, P)


def remaining(guard: Guard, tried: Try) -> int:
    return int(guard.call("/v1/attempts", tried.body)["remaining"])


def refused(guard: Guard, version: Version, tried: Try, th: bytes) -> AttemptRefusal:
    """The refusal of this attempt, its signature checked."""
    with pytest.raises(Refusal) as caught:
        guard.call("/v1/attempts", tried.body)
    facts = caught.value.facts
    refusal = AttemptRefusal(
        str(facts["guard_id"]),
        version.uid,
        version.ver,
        th,
        tried.attempt_id,
        caught.value.code,  # type: ignore[arg-type]
        int(facts["remaining"]),
        int(facts["live_ver"]),
        unb64(str(facts["live_record_sha256"])),
    )
    verify(guard.house.identity(guard.guard_id).public, unb64(str(facts["signature"])), refusal.signed())
    return refusal


def test_each_attempt_leaves_one_less_and_the_sixth_is_refused_with_a_signature(house: House, guard: Guard) -> None:
    version, th = enrolled(guard), os.urandom(32)
    tries = [attempt(house, version, th) for _ in range(6)]
    replies = [
        check_attempt_reply(house, version, th, tried, guard.call("/v1/attempts", tried.body)) for tried in tries[:5]
    ]
    assert [reply.remaining for reply in replies] == [4, 3, 2, 1, 0]
    assert [reply.wrong_since for reply in replies] == [0, 1, 2, 3, 4]
    refusal = refused(guard, version, tries[5], th)
    assert (refusal.code, refusal.remaining, refusal.live_ver) == ("row_full", 0, 1)
    assert refusal.live_record_sha256 == version.record_sha256


def test_the_right_pin_after_five_wrong_ones_is_locked(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    for _ in range(5):
        guard.call("/v1/attempts", attempt(house, version, os.urandom(32), b"w" * 32).body)
    with pytest.raises(RowFull):
        guard.call("/v1/attempts", attempt(house, version, os.urandom(32), P).body)


def test_the_same_request_gets_the_same_bytes_and_spends_nothing(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    tried = attempt(house, version, os.urandom(32))
    first = guard.desk.attempt(tried.body, NOW).finish()
    assert [guard.desk.attempt(tried.body, NOW + 30).finish() for _ in range(3)] == [first] * 3
    assert remaining(guard, attempt(house, version, os.urandom(32))) == 3


def test_a_reply_outlives_the_guard(house: House, store: tuple[str, object], place: str) -> None:
    guard = Guard(house, open_store(store[0], place))
    version = enrolled(guard)
    tried = attempt(house, version, os.urandom(32))
    first = guard.desk.attempt(tried.body, NOW).finish()
    guard.call("/v1/attempts", attempt(house, version, os.urandom(32)).body)  # the next transaction takes it along
    guard.stop()
    again = Guard(house, open_store(store[0], place))
    assert again.desk.attempt(tried.body, NOW).finish() == first
    again.stop()


def test_a_lost_reply_is_made_again_with_the_same_element_and_the_same_remaining(house: House, guard: Guard) -> None:
    version, th = enrolled(guard), os.urandom(32)
    tried = attempt(house, version, th)
    guard.desk.attempt(tried.body, NOW).written.result()  # spent; the guard dies before it evaluates
    for _ in range(2):
        guard.desk.attempt(attempt(house, version, os.urandom(32)).body, NOW).written.result()
    reply = check_attempt_reply(house, version, th, tried, guard.call("/v1/attempts", tried.body))
    assert (reply.remaining, reply.wrong_since) == (4, 0)
    first = guard.call("/v1/attempts", tried.body)
    assert check_attempt_reply(house, version, th, tried, first).evaluated == reply.evaluated
    share_of(version, tried, reply)


def test_64_guesses_at_once_never_share_an_attempt(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    tries = [attempt(house, version, os.urandom(32)) for _ in range(64)]

    def guess(tried: Try) -> int | str:
        try:
            return remaining(guard, tried)
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(64) as pool:
        outcomes = list(pool.map(guess, tries))
    assert sorted(o for o in outcomes if isinstance(o, int)) == [0, 1, 2, 3, 4]
    assert outcomes.count("row_full") == 59


def test_64_guesses_at_two_doors_of_one_store_never_share_an_attempt(
    house: House, store: tuple[str, object], place: str
) -> None:
    doors = [Guard(house, open_store(store[0], place)) for _ in range(2)]
    version = enrolled(doors[0])
    tries = [attempt(house, version, os.urandom(32)) for _ in range(64)]

    def guess(numbered: tuple[int, Try]) -> int | str:
        number, tried = numbered
        try:
            return remaining(doors[number % 2], tried)
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(64) as pool:
        outcomes = list(pool.map(guess, enumerate(tries)))
    assert sorted(o for o in outcomes if isinstance(o, int)) == [0, 1, 2, 3, 4]
    assert outcomes.count("row_full") == 59
    for door in doors:
        door.stop()
    journal = open_store(store[0], place)
    assert first_break(journal.entries()) is None
    assert [entry.kind for entry in journal.entries()].count("attempt") == 5
    journal.close()


def test_the_same_request_64_times_at_once_spends_one_attempt(house: House, guard: Guard) -> None:
    version, th = enrolled(guard), os.urandom(32)
    tried = attempt(house, version, th)
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda _: guard.call("/v1/attempts", tried.body), range(64)))
    replies = {check_attempt_reply(house, version, th, tried, answer).evaluated for answer in answers}
    assert len(replies) == 1
    assert remaining(guard, attempt(house, version, os.urandom(32))) == 3


def test_a_ticket_serves_one_request(house: House, guard: Guard) -> None:
    version, th = enrolled(guard), os.urandom(32)
    first, second = attempt(house, version, th), attempt(house, version, th)
    guard.call("/v1/attempts", first.body)
    moved = json.loads(second.body) | {"ticket": json.loads(first.body)["ticket"]}
    with pytest.raises(AttemptReplayed):
        guard.call("/v1/attempts", canonical(moved))
    assert remaining(guard, second) == 3


def test_an_attempt_at_an_unknown_customer_or_another_version_is_refused_by_name_and_spends_nothing(
    house: House, guard: Guard
) -> None:
    version, th = enrolled(guard), os.urandom(32)
    stranger = Version(os.urandom(16), 1, version.secrets, version.record)
    refusal = refused(guard, stranger, attempt(house, stranger, th), th)
    assert (refusal.code, refusal.live_ver, refusal.live_record_sha256) == ("version_not_live", 0, b"")
    later = Version(version.uid, 2, version.secrets, version.record)
    refusal = refused(guard, later, attempt(house, later, th), th)
    assert (refusal.code, refusal.live_ver, refusal.remaining) == ("version_not_live", 1, 5)
    assert refusal.live_record_sha256 == version.record_sha256
    assert remaining(guard, attempt(house, version, th)) == 4


def test_a_staged_version_answers_no_attempt(house: House, guard: Guard) -> None:
    version, th = enrolled(guard), os.urandom(32)
    element = attempt(house, version, th).blinded.element
    guard.call("/v1/versions", stage_body(house, version.uid, 2, element))
    staged = Version(version.uid, 2, version.secrets, version.record)
    with pytest.raises(VersionNotLive):
        guard.call("/v1/attempts", attempt(house, staged, th).body)


def test_one_customers_attempts_never_count_for_another(house: House, guard: Guard) -> None:
    hers, his = enrolled(guard), enrolled(guard)
    for _ in range(5):
        guard.call("/v1/attempts", attempt(house, hers, os.urandom(32)).body)
    assert remaining(guard, attempt(house, his, os.urandom(32))) == 4


def test_a_full_life_refuses_for_good_and_asks_for_a_new_pin_from_60_on(house: House, guard: Guard) -> None:
    version = enrolled(guard)
    due: list[bool] = []
    while len(due) < NUMBERS.pin.life:
        guard.now += 1
        th = os.urandom(32)
        answer = guard.call("/v1/attempts", attempt(house, version, th, now=guard.now).body)
        due.append(answer["new_pin_due"])
        if len(due) % 5 == 0:  # a success at the other two guards clears this row
            guard.now += 1
            guard.call("/v1/confirm", confirm_body(activation_of(version, os.urandom(32), (), guard.now), version.key))
    assert due == [False] * 59 + [True] * 41
    th = os.urandom(32)
    refusal = refused(guard, version, attempt(house, version, th, now=guard.now), th)
    assert (refusal.code, refusal.remaining) == ("life_full", 0)
    guard.call("/v1/confirm", confirm_body(activation_of(version, os.urandom(32), (), guard.now), version.key))
    with pytest.raises(LifeFull):
        guard.call("/v1/attempts", attempt(house, version, th, now=guard.now).body)


def test_two_guards_replies_open_the_secret_for_the_right_pin_only(house: House, guards: dict[str, Guard]) -> None:
    p = secrets.token_bytes(32)
    version = enrol(house, {guard_id: guard.call for guard_id, guard in guards.items()}, p)
    for typed, right in ((p, True), (b"w" * 32, False)):
        th, shares = os.urandom(32), {}
        for guard_id in ("guard-2", "guard-3"):
            tried = attempt(house, version, th, typed, guard_id)
            answer = guards[guard_id].call("/v1/attempts", tried.body)
            index, share = share_of(version, tried, check_attempt_reply(house, version, th, tried, answer))
            shares[index] = share
        assert opens(version, shares) is right


class FailingJournal:
    """A store whose commits fail while `broken`."""

    def __init__(self, journal: Journal) -> None:
        self._journal, self.broken = journal, False

    def transaction(self):  # type: ignore[no-untyped-def]
        if self.broken:
            raise OSError("disk full")
        return self._journal.transaction()

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)


def test_nothing_is_answered_that_could_not_be_written_and_the_guard_goes_on_after(
    house: House, store: tuple[str, object], place: str
) -> None:
    journal = FailingJournal(open_store(store[0], place))
    guard = Guard(house, journal)  # type: ignore[arg-type]
    version = enrolled(guard)
    tried = attempt(house, version, os.urandom(32))
    journal.broken = True
    with pytest.raises(GuardUnavailable):
        guard.call("/v1/attempts", tried.body)
    journal.broken = False
    assert remaining(guard, tried) == 4
    guard.stop()
    with pytest.raises(GuardUnavailable):
        guard.call("/v1/attempts", tried.body)


def test_the_journal_has_an_entry_for_each_attempt_and_no_key_or_reply(house: House, guard: Guard) -> None:
    version, th = enrolled(guard), os.urandom(32)
    tried = attempt(house, version, th)
    guard.call("/v1/attempts", tried.body)
    guard.call("/v1/attempts", tried.body)
    entries = list(guard.journal.entries())
    assert [entry.kind for entry in entries] == ["version", "statement", "attempt"]
    told = json.loads(entries[-1].payload)
    assert told["attempt_id"] == b64(tried.attempt_id)
    assert set(told) == {"attempt_id", "device", "jti", "th", "time", "uid", "ver"}
    assert guard.guard_id == GUARD
