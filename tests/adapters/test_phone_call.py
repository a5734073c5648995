"""A registered telephone rings once per request, and what is pressed is told."""

from dataclasses import replace

import pytest

from dojang.proofing.ars import new_call
from dojang.values.application import PhoneKind, PlacedCall, Route
from dojang.values.factors import CallState
from tests.adapters.bank_sides import APPLICATION, Side


def placed(side: Side, request: str = "request-1") -> tuple[PlacedCall, str]:
    call = new_call(Route.ARS, side.registered(PhoneKind.MOBILE), "47", request, side.clock.now())
    return call, side.phone_call.place(APPLICATION, side.identified().customer_number, call)


def test_the_right_digits_are_told_and_end_the_call(side: Side) -> None:
    _, call_id = placed(side)
    assert side.phone_call.status(call_id).state is CallState.CALLING
    side.phone.answer(call_id)
    assert side.phone_call.status(call_id).state is CallState.ANSWERED
    side.phone.press(call_id, "47")
    status = side.phone_call.status(call_id)
    assert (status.state, status.pressed, status.wrong_keys) == (CallState.ENDED, "47", 0)


def test_wrong_digits_are_counted_and_the_third_ends_the_call(side: Side) -> None:
    _, call_id = placed(side)
    side.phone.answer(call_id)
    for wrong in range(1, 4):
        side.phone.press(call_id, "48")
        assert side.phone_call.status(call_id).wrong_keys == wrong
    assert side.phone_call.status(call_id).state is CallState.ENDED


def test_the_same_request_rings_once(side: Side) -> None:
    call, call_id = placed(side)
    assert side.phone_call.place(APPLICATION, side.identified().customer_number, call) == call_id
    again = replace(call, request="request-2")
    assert side.phone_call.place(APPLICATION, side.identified().customer_number, again) != call_id


def test_a_call_that_nobody_takes_or_that_is_hung_up_says_so(side: Side) -> None:
    call, call_id = placed(side)
    side.phone.answer(call_id)
    side.phone.hang_up(call_id)
    assert side.phone_call.status(call_id).state is CallState.HUNG_UP
    _, late = placed(side, "request-2")
    side.clock.time = call.expires_at
    assert side.phone_call.status(late).state is CallState.NO_ANSWER


def test_the_digits_are_in_no_repr(side: Side) -> None:
    call, call_id = placed(side)
    side.phone.answer(call_id)
    side.phone.press(call_id, "47")
    assert "47" not in repr(replace(call, expires_at=0, request="", phone=call.phone)).replace(call.phone.masked, "")
    assert "47" not in repr(side.phone_call.status(call_id))


@pytest.mark.parametrize("digits", ["47", "48"])
def test_nothing_can_be_pressed_after_the_lifetime(side: Side, digits: str) -> None:
    call, call_id = placed(side)
    side.phone.answer(call_id)
    side.clock.time = call.expires_at
    with pytest.raises((ValueError, AssertionError)):
        side.phone.press(call_id, digits)
    assert side.phone_call.status(call_id).pressed == ""
