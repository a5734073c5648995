from typing import Any

import pytest

from dojang.policy.numbers import NUMBERS
from tests.demo.conftest import Applicant


def state(applicant: Applicant, call_id: str) -> Any:
    return applicant.bank.get(f"/phone-calls/{call_id}")


def test_the_right_digits_end_the_call(applicant: Applicant) -> None:
    call_id = applicant.call("47")
    assert state(applicant, call_id) == {"state": "calling", "pressed": "", "wrong_keys": 0}
    applicant.on_phone(call_id, "answer")
    assert state(applicant, call_id)["state"] == "answered"
    applicant.on_phone(call_id, "press", {"digits": "47"})
    assert state(applicant, call_id) == {"state": "ended", "pressed": "47", "wrong_keys": 0}


def test_a_ringing_phone_takes_no_digits(applicant: Applicant) -> None:
    call_id = applicant.call()
    assert applicant.on_phone(call_id, "press", {"digits": "47"}).json()["code"] == "call_over"


def test_the_third_wrong_key_ends_the_call(applicant: Applicant) -> None:
    call_id = applicant.call("47")
    applicant.on_phone(call_id, "answer")
    for wrong in range(1, NUMBERS.phone_call.tries + 1):
        assert applicant.on_phone(call_id, "press", {"digits": "48"}).json()["wrong_keys"] == wrong
    assert state(applicant, call_id) == {"state": "ended", "pressed": "48", "wrong_keys": 3}
    assert applicant.on_phone(call_id, "press", {"digits": "47"}).json()["code"] == "call_over"


def test_nobody_picks_up_in_time(applicant: Applicant) -> None:
    call_id = applicant.call(lifetime=10)
    applicant.bank.clock.time += 10
    assert state(applicant, call_id)["state"] == "no_answer"
    assert applicant.on_phone(call_id, "answer").json()["code"] == "call_over"


def test_digits_pressed_late_are_refused(applicant: Applicant) -> None:
    call_id = applicant.call()
    applicant.on_phone(call_id, "answer")
    applicant.bank.clock.time += NUMBERS.phone_call.lifetime
    assert applicant.on_phone(call_id, "press", {"digits": "47"}).json()["code"] == "call_over"
    assert state(applicant, call_id)["state"] == "ended"


def test_no_call_lasts_longer_than_the_policy_says(applicant: Applicant) -> None:
    call_id = applicant.call(lifetime=100_000)
    applicant.bank.clock.time += NUMBERS.phone_call.lifetime
    assert state(applicant, call_id)["state"] == "no_answer"


def test_hanging_up_is_seen(applicant: Applicant) -> None:
    call_id = applicant.call()
    applicant.on_phone(call_id, "hang-up")
    assert state(applicant, call_id)["state"] == "hung_up"


def test_a_phone_in_a_call_is_busy(applicant: Applicant) -> None:
    applicant.on_phone(applicant.call(), "answer")
    assert state(applicant, applicant.call())["state"] == "busy"


def test_calling_again_ends_the_ringing(applicant: Applicant) -> None:
    first = applicant.call()
    second = applicant.call(kind="land")
    assert (state(applicant, first)["state"], state(applicant, second)["state"]) == ("ended", "calling")


def test_the_phone_never_shows_the_digits(applicant: Applicant) -> None:
    applicant.call("47")
    (call,) = applicant.bank.anyone.get(f"/phones/{applicant.phone()}/calls").json()["calls"]
    assert set(call) == {"call_id", "state", "wrong_keys", "placed_at", "expires_at"}


def test_a_call_is_answered_on_its_own_phone_only(applicant: Applicant) -> None:
    call_id = applicant.call()
    assert applicant.on_phone(call_id, "answer", kind="land").status_code == 404


def test_another_customers_phone_is_not_called(applicant: Applicant, new_applicant: Any) -> None:
    ref = new_applicant().phone_ref()
    body = {**applicant.who, "phone_ref": ref, "digits": "47", "expires_at": 2_000_000_000}
    assert applicant.bank.refused("/phone-calls", body)["code"] == "phone_not_registered"


@pytest.mark.parametrize("departure", ["IN", "UNKNOWN"])
def test_an_overseas_number_is_not_called_without_out(new_applicant: Any, departure: str) -> None:
    applicant = new_applicant(departure=departure)
    ref = applicant.phone_ref("overseas")
    applicant.bank.ask("/departure-record", applicant.who)
    body = {**applicant.who, "phone_ref": ref, "digits": "47", "expires_at": 2_000_000_000}
    assert applicant.bank.refused("/phone-calls", body)["code"] == "not_abroad"


def test_an_overseas_number_is_called_once_the_record_answered_out(new_applicant: Any) -> None:
    applicant = new_applicant(departure="OUT")
    ref = applicant.phone_ref("overseas")
    body = {**applicant.who, "phone_ref": ref, "digits": "47", "expires_at": 2_000_000_000}
    assert applicant.bank.refused("/phone-calls", body)["code"] == "not_abroad"
    applicant.bank.ask("/departure-record", applicant.who)
    applicant.pass_call("overseas")


@pytest.mark.parametrize("digits", ["4", "471", "4a", "٤٧", ""])
def test_what_is_not_two_digits_is_no_order_and_no_key(applicant: Applicant, digits: str) -> None:
    body = {**applicant.who, "phone_ref": applicant.phone_ref(), "digits": digits, "expires_at": 2_000_000_000}
    assert applicant.bank.refused("/phone-calls", body)["field"] == "digits"
    call_id = applicant.call()
    applicant.on_phone(call_id, "answer")
    assert applicant.on_phone(call_id, "press", {"digits": digits}).json()["field"] == "digits"


def test_a_call_that_is_not_there_is_not_found(applicant: Applicant) -> None:
    assert state(applicant, "nothing")["code"] == "not_found"
    assert applicant.bank.anyone.get("/phones/010-9999-9999/calls").status_code == 404
