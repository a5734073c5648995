"""A browser is known where the customer connected it, and nowhere else; nobody unknown has more than three tries."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from dojang.guard import device_rules
from dojang.guard.device_rules import DeviceProof, device_of
from dojang.guard.facts import Counters, Facts, Head
from dojang.guard.journal import first_break
from dojang.pin.devices import DeviceAddition
from dojang.pin.encoding import b64, canonical
from dojang.policy.numbers import NUMBERS
from dojang.refusals import ConfirmRefused, LifeFull, Refusal, RowFull
from tests.guard.harness import (
    GUARD,
    NOW,
    Browser,
    Guard,
    House,
    Json,
    Try,
    Version,
    activation_of,
    attempt,
    check_attempt_reply,
    check_confirm_receipt,
    confirm_body,
    device_addition,
    enrol,
    make_version,
    open_store,
    removal_body,
    statement_body,
    statement_of,
)

TH = b"t" * 32
P = b"p" * 32


@pytest.fixture
def phone() -> Browser:
    return Browser()


def enrolled(guard: Guard, phone: Browser | None = None) -> Version:
    return enrol(guard.house, {guard.guard_id: guard.call}, P, browser=phone)


def tried(guard: Guard, version: Version, phone: Browser | None = None) -> Json:
    """One more attempt, answered."""
    th = os.urandom(32)
    made = attempt(guard.house, version, th, P, guard.guard_id, guard.now, phone)
    answer = guard.call("/v1/attempts", made.body)
    check_attempt_reply(guard.house, version, th, made, answer)
    return answer


def known(guard: Guard, version: Version, phone: Browser | None = None) -> bool:
    return bool(tried(guard, version, phone)["device_known"])


def succeed(guard: Guard, version: Version, phone: Browser | None = None) -> Json:
    """A use of the customer's at other guards, which connects `phone`."""
    guard.now += 10
    activation = activation_of(version, os.urandom(32), (), guard.now)
    return guard.call("/v1/confirm", confirm_body(activation, version.key, phone))


def counters(guard: Guard, version: Version) -> Counters:
    return guard.facts(uids=frozenset({version.uid})).counters[version.uid]


def test_a_browser_that_the_first_statement_names_is_known_and_the_journal_says_so(
    guard: Guard, phone: Browser
) -> None:
    version = enrolled(guard, phone)
    assert known(guard, version, phone)
    told = [json.loads(entry.payload) for entry in guard.journal.entries()]
    assert [entry.get("device") for entry in told] == [None, b64(phone.id), "known"]


def test_before_the_first_browser_is_connected_all_attempts_count_as_known_and_are_said_to_be_unknown(
    guard: Guard, phone: Browser
) -> None:
    version = enrolled(guard)
    answers = [tried(guard, version, phone) for _ in range(5)]
    assert [(answer["remaining"], answer["device_known"]) for answer in answers] == [
        (left, False) for left in (4, 3, 2, 1, 0)
    ]


def test_nobody_unknown_has_more_than_three_and_who_is_known_has_all_five(guard: Guard, phone: Browser) -> None:
    version = enrolled(guard, phone)
    assert [tried(guard, version)["remaining"] for _ in range(3)] == [2, 1, 0]
    with pytest.raises(RowFull) as caught:
        tried(guard, version)
    assert caught.value.facts["remaining"] == 0
    assert [tried(guard, version, phone)["remaining"] for _ in range(2)] == [1, 0]
    with pytest.raises(RowFull):
        tried(guard, version, phone)
    assert counters(guard, version) == Counters(5, 5, 3, 3, registered=True)


def test_a_row_that_was_filled_by_who_is_known_leaves_none_to_nobody_known(guard: Guard, phone: Browser) -> None:
    version = enrolled(guard, phone)
    for _ in range(5):
        tried(guard, version, phone)
    with pytest.raises(RowFull):
        tried(guard, version)


def test_another_browser_is_unknown(guard: Guard, phone: Browser) -> None:
    version = enrolled(guard, phone)
    assert not known(guard, version, Browser())
    assert counters(guard, version) == Counters(1, 1, 1, 1, registered=True)


def test_a_browser_of_one_customer_is_unknown_to_another(guard: Guard, phone: Browser) -> None:
    enrolled(guard, phone)
    his = enrolled(guard, Browser())
    assert not known(guard, his, phone)


def test_a_life_of_twenty_unknown_attempts_refuses_nobody_known_and_asks_for_a_new_pin_from_twelve_on(
    guard: Guard, phone: Browser
) -> None:
    version = enrolled(guard, phone)
    due: list[bool] = []
    while len(due) < NUMBERS.device.life:
        due.append(tried(guard, version)["new_pin_due"])
        if len(due) % 3 == 0:
            succeed(guard, version)
    assert due == [False] * 11 + [True] * 9
    with pytest.raises(LifeFull):
        tried(guard, version)
    succeed(guard, version)
    with pytest.raises(LifeFull):
        tried(guard, version)
    answer = tried(guard, version, phone)
    assert (answer["remaining"], answer["device_known"], answer["new_pin_due"]) == (4, True, True)


def test_a_success_clears_the_unknown_row_and_what_becomes_right_leaves_both_lives(
    house: House, guard: Guard, phone: Browser
) -> None:
    version = enrolled(guard, phone)
    mine = attempt(house, version, TH)
    for made in (mine, attempt(house, version, b"u" * 32)):
        guard.call("/v1/attempts", made.body)
    guard.now += 10
    activation = activation_of(version, TH, (mine.attempt_id,), guard.now)
    answer = guard.call("/v1/confirm", confirm_body(activation, version.key))
    check_confirm_receipt(house, version, activation, answer)
    assert counters(guard, version) == Counters(0, 1, 0, 1, registered=True)


def test_a_full_unknown_row_at_one_guard_is_cleared_by_a_success_elsewhere(guard: Guard, phone: Browser) -> None:
    version = enrolled(guard, phone)
    for _ in range(3):
        tried(guard, version)
    succeed(guard, version)
    assert tried(guard, version)["remaining"] == 2


def test_a_repeated_request_is_answered_as_it_was_though_the_browser_is_gone(
    house: House, guard: Guard, phone: Browser
) -> None:
    version = enrolled(guard, phone)
    made, lost = (attempt(house, version, TH, browser=phone) for _ in range(2))
    first = guard.call("/v1/attempts", made.body)
    guard.desk.attempt(lost.body, NOW).written.result()  # spent; the reply is lost
    guard.call("/v1/devices/remove", removal_body(house, version.uid, phone))
    assert guard.call("/v1/attempts", made.body) == first
    assert guard.call("/v1/attempts", lost.body)["device_known"] is True
    assert counters(guard, version) == Counters(2, 2, registered=True)


def test_64_guesses_at_once_from_unknown_browsers_have_three_between_them(
    house: House, guard: Guard, phone: Browser
) -> None:
    version = enrolled(guard, phone)
    tries = [attempt(house, version, os.urandom(32), browser=Browser() if i % 2 else None) for i in range(64)]

    def guess(made: Try) -> int | str:
        try:
            return int(guard.call("/v1/attempts", made.body)["remaining"])
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(64) as pool:
        outcomes = list(pool.map(guess, tries))
    assert sorted(outcome for outcome in outcomes if isinstance(outcome, int)) == [0, 1, 2]
    assert outcomes.count("row_full") == 61
    assert tried(guard, version, phone)["remaining"] == 1


def test_64_guesses_at_two_doors_while_the_owner_types_leave_her_two(
    house: House, store: tuple[str, object], place: str, phone: Browser
) -> None:
    doors = [Guard(house, open_store(store[0], place)) for _ in range(2)]
    version = enrolled(doors[0], phone)
    tries = [attempt(house, version, os.urandom(32), browser=phone if i % 2 else None) for i in range(64)]

    def guess(numbered: tuple[int, Try]) -> bool | str:
        number, made = numbered
        try:
            return bool(doors[number // 2 % 2].call("/v1/attempts", made.body)["device_known"])
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(64) as pool:
        outcomes = list(pool.map(guess, enumerate(tries)))
    assert outcomes.count("row_full") == 59
    assert outcomes.count(False) <= 3
    assert outcomes.count(True) >= 2
    for door in doors:
        door.stop()
    journal = open_store(store[0], place)
    assert first_break(journal.entries()) is None
    journal.close()


def test_a_confirm_connects_a_browser_that_stays_through_versions(house: House, guard: Guard, phone: Browser) -> None:
    version = enrolled(guard)
    assert succeed(guard, version, phone) == {"device": "known", "receipt": None}
    assert known(guard, version, phone)
    told = json.loads([entry for entry in guard.journal.entries() if entry.kind == "confirm"][-1].payload)
    assert told["device"] == b64(phone.id)
    later = make_version(house, {GUARD: guard.call}, P, version.uid, 2)
    body = statement_body(statement_of(later), later.key, version.key)
    guard.call("/v1/statements", canonical(body))
    assert known(guard, later, phone)
    assert not known(guard, later)
    assert counters(guard, later) == Counters(2, 2, 1, 1, registered=True)


def test_a_confirm_with_a_receipt_connects_too_and_says_nothing_of_devices_unasked(
    house: House, guard: Guard, phone: Browser
) -> None:
    version = enrolled(guard)
    made = attempt(house, version, TH)
    guard.call("/v1/attempts", made.body)
    activation = activation_of(version, TH, (made.attempt_id,))
    answer = guard.call("/v1/confirm", confirm_body(activation, version.key, phone))
    check_confirm_receipt(house, version, activation, answer)
    assert answer["device"] == "known"
    assert set(succeed(guard, version)) == {"receipt"}


def test_a_browser_that_is_held_is_added_again_without_a_second_entry(guard: Guard, phone: Browser) -> None:
    version = enrolled(guard, phone)
    assert succeed(guard, version, phone)["device"] == "known"
    entries = [json.loads(entry.payload) for entry in guard.journal.entries()]
    assert [entry["device"] for entry in entries if "device" in entry] == [b64(phone.id), ""]


def test_the_eleventh_browser_is_not_connected_and_the_confirm_says_so(guard: Guard) -> None:
    browsers = [Browser() for _ in range(11)]
    version = enrolled(guard, browsers[0])
    said = [succeed(guard, version, one)["device"] for one in browsers[1:]]
    assert said == ["known"] * 9 + ["full"]
    assert not known(guard, version, browsers[10])
    assert known(guard, version, browsers[9])
    guard.call("/v1/devices/remove", removal_body(guard.house, version.uid, browsers[0]))
    assert succeed(guard, version, browsers[10])["device"] == "known"


def test_a_statement_with_an_eleventh_browser_is_taken_without_it(house: House, guard: Guard) -> None:
    version = enrolled(guard, Browser())
    for _ in range(9):
        succeed(guard, version, Browser())
    later, eleventh = make_version(house, {GUARD: guard.call}, P, version.uid, 2), Browser()
    statement = statement_of(later, device_key=eleventh.spki)
    body = statement_body(statement, later.key, version.key)
    assert guard.call("/v1/statements", canonical(body))["state"] == "live"
    assert not known(guard, later, eleventh)


def test_a_decision_of_the_same_batch_counts_and_knows_each_customers_own_browsers() -> None:
    hers, his = (device_of(uid, Browser().spki) for uid in (b"u" * 16, b"v" * 16))
    held = [hers, *(device_of(hers.uid, Browser().spki) for _ in range(9))]
    facts = Facts(Head(), devices={(device.uid, device.device_id): device for device in held})
    assert device_rules.state_of(facts, device_of(hers.uid, his.spki)) == "full"
    assert device_rules.added(facts, his) == his
    assert not device_rules.is_known(facts, his.uid, DeviceProof(hers.device_id, bytes(64), b"this attempt"))


def test_a_browser_is_connected_until_a_minute_after_the_activation_is_over_and_never_later(
    guard: Guard, phone: Browser
) -> None:
    version = enrolled(guard)
    late, in_time = (activation_of(version, TH, (), guard.now - 300 - ago) for ago in (61, 60))
    with pytest.raises(ConfirmRefused):
        guard.call("/v1/confirm", confirm_body(late, version.key, phone))
    assert counters(guard, version) == Counters()
    assert guard.call("/v1/confirm", confirm_body(in_time, version.key, phone))["device"] == "known"


def test_an_activation_that_is_not_the_owners_connects_nothing(guard: Guard, phone: Browser) -> None:
    version, his = enrolled(guard), enrolled(guard)
    body = json.loads(confirm_body(activation_of(version, TH, (), guard.now), his.key))
    body["device"] = device_addition(DeviceAddition(version.uid, TH, phone.spki), version.key)
    with pytest.raises(ConfirmRefused):
        guard.call("/v1/confirm", canonical(body))
    assert not known(guard, version, phone)


def test_a_browser_that_was_forgotten_is_unknown_and_the_mark_stays(house: House, guard: Guard, phone: Browser) -> None:
    version = enrolled(guard, phone)
    body = removal_body(house, version.uid, phone)
    assert [guard.call("/v1/devices/remove", body) for _ in range(2)] == [{"device": "unknown"}] * 2
    removals = [entry for entry in guard.journal.entries() if entry.kind == "device_removal"]
    assert [json.loads(entry.payload)["device"] for entry in removals] == [b64(phone.id)]
    assert [tried(guard, version, phone)["remaining"] for _ in range(3)] == [2, 1, 0]
    with pytest.raises(RowFull):
        tried(guard, version, phone)
    assert first_break(guard.journal.entries()) is None


def test_the_mark_stays_through_versions_too(house: House, guard: Guard, phone: Browser) -> None:
    version = enrolled(guard, phone)
    guard.call("/v1/devices/remove", removal_body(house, version.uid, phone))
    later = make_version(house, {GUARD: guard.call}, P, version.uid, 2)
    guard.call("/v1/statements", canonical(statement_body(statement_of(later), later.key, version.key)))
    assert tried(guard, later)["remaining"] == 2


def test_one_browser_of_two_is_forgotten(house: House, guard: Guard, phone: Browser) -> None:
    version, other = enrolled(guard, phone), Browser()
    succeed(guard, version, other)
    guard.call("/v1/devices/remove", removal_body(house, version.uid, phone))
    assert known(guard, version, other)
    assert not known(guard, version, phone)


def test_what_was_confirmed_or_stated_before_connects_nothing_again(house: House, guard: Guard, phone: Browser) -> None:
    version, other = enrolled(guard, phone), Browser()
    confirmed = confirm_body(activation_of(version, TH, ()), version.key, other)
    assert guard.call("/v1/confirm", confirmed)["device"] == "known"
    assert guard.call("/v1/confirm", confirmed)["device"] == "known"
    for one in (phone, other):
        guard.call("/v1/devices/remove", removal_body(house, version.uid, one))
    stated = statement_body(statement_of(version, device_key=phone.spki), version.key)
    assert guard.call("/v1/statements", canonical(stated))["state"] == "live"
    assert guard.call("/v1/confirm", confirmed) == {"device": "unknown", "receipt": None}
    assert guard.facts(devices=frozenset({version.uid})).devices == {}
    assert succeed(guard, version, other)["device"] == "known"


def test_a_confirm_that_makes_a_late_attempt_right_connects_nothing_again(
    house: House, guard: Guard, phone: Browser
) -> None:
    version = enrolled(guard)
    made = attempt(house, version, TH)
    activation = activation_of(version, TH, (made.attempt_id,))
    confirmed = confirm_body(activation, version.key, phone)
    assert guard.call("/v1/confirm", confirmed) == {"device": "known", "receipt": None}
    guard.call("/v1/devices/remove", removal_body(house, version.uid, phone))
    guard.call("/v1/attempts", made.body)
    answer = guard.call("/v1/confirm", confirmed)
    check_confirm_receipt(house, version, activation, answer)
    assert answer["device"] == "unknown"
    assert counters(guard, version) == Counters(registered=True)
    assert guard.facts(devices=frozenset({version.uid})).devices == {}


def test_a_browser_may_be_forgotten_of_a_customer_that_nobody_knows(house: House, guard: Guard, phone: Browser) -> None:
    answer = guard.call("/v1/devices/remove", removal_body(house, os.urandom(16), phone))
    assert answer == {"device": "unknown"}
    assert list(guard.journal.entries()) == []


def test_connected_browsers_and_their_counts_outlive_the_guard(
    house: House, store: tuple[str, object], place: str, phone: Browser
) -> None:
    guard = Guard(house, open_store(store[0], place))
    version = enrolled(guard, phone)
    tried(guard, version)
    guard.stop()
    again = Guard(house, open_store(store[0], place))
    assert counters(again, version) == Counters(1, 1, 1, 1, registered=True)
    assert known(again, version, phone)
    again.stop()
