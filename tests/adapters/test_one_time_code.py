"""A one-time code is right once."""

import pytest

from dojang.policy.numbers import NUMBERS
from dojang.refusals import OneTimeCodeLocked, WrongOneTimeCode
from tests.adapters.bank_sides import APPLICATION, Side


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_code_serves_once_and_the_next_one_again(side: Side) -> None:
    number = side.identified().customer_number
    side.one_time_code.check(APPLICATION, number, side.otp(), "1")
    with pytest.raises(WrongOneTimeCode):
        side.one_time_code.check(APPLICATION, number, side.otp(), "2")
    side.clock.forward(30)
    side.one_time_code.check(APPLICATION, number, side.otp(), "3")


def test_the_same_request_is_judged_once(side: Side) -> None:
    number, code = side.identified().customer_number, side.otp()
    for _ in range(2):
        side.one_time_code.check(APPLICATION, number, code, "same")


def test_a_code_may_be_one_step_late_and_not_two(side: Side) -> None:
    number, code = side.identified().customer_number, side.otp()
    side.clock.forward(60)
    with pytest.raises(WrongOneTimeCode):
        side.one_time_code.check(APPLICATION, number, code, "1")
    side.clock.forward(-30)
    side.one_time_code.check(APPLICATION, number, code, "2")


def test_ten_wrong_codes_lock_the_device_for_the_right_one_too(side: Side) -> None:
    number = side.identified().customer_number
    bad = wrong(wrong(side.otp()))
    for left in reversed(range(NUMBERS.one_time_code.tries)):
        with pytest.raises(WrongOneTimeCode) as no:
            side.one_time_code.check(APPLICATION, number, bad, f"{left}")
        assert no.value.facts == {"tries_left": left}
    with pytest.raises(OneTimeCodeLocked):
        side.one_time_code.check(APPLICATION, number, side.otp(), "right")
