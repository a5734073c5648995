"""One-time codes (OTP, RFC 6238): six digits, a window of one step, each step once, ten wrong ones in a row lock."""

from typing import Annotated, Any, Final

import pyotp
from pydantic import Field
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import Connection, Row, select, update

from dojang.demo.bank import proofs
from dojang.demo.bank.core_banking import ApplicationId, CustomerNumber, Nothing
from dojang.demo.bank.desk import Desk
from dojang.demo.bank.proofs import Kind
from dojang.demo.bank.tables import otp_devices
from dojang.policy.numbers import NUMBERS
from dojang.refusals import MediumNotOwned, OneTimeCodeLocked, WrongOneTimeCode
from dojang.serving.bodies import Body

_LIMITS: Final = NUMBERS.one_time_code


class CodeAnswer(Body):
    """What the device shows."""

    application: ApplicationId
    customer_number: CustomerNumber
    code: Annotated[str, Field(pattern=f"^[0-9]{{{_LIMITS.digits}}}$")]


def answer(connection: Connection, desk: Desk, given: CodeAnswer) -> Nothing:
    """A right code of a step after the last accepted one is a proof and clears the count.

    Raises `MediumNotOwned`, `OneTimeCodeLocked`, or `WrongOneTimeCode` with the tries left (a replayed code too).
    """
    proofs.require_identity(connection, given.application, given.customer_number)
    device = _usable(connection, given.customer_number)
    # The try is spent before the code is looked at.
    _set(connection, given.customer_number, wrong=device.wrong + 1)
    step = _step(device.seed, given.code, desk.now())
    # pyotp has no memory: a step that was accepted, or an earlier one, is a replay (RFC 6238 5.2).
    if step is None or step <= device.last_step:
        raise WrongOneTimeCode(tries_left=_LIMITS.tries - device.wrong - 1)
    _set(connection, given.customer_number, wrong=0, last_step=step)
    proofs.record(connection, given.application, given.customer_number, Kind.MEDIUM, desk.now())
    return Nothing()


def _step(seed: str, code: str, now: int) -> int | None:
    try:
        return pyotp.TOTP(seed, digits=_LIMITS.digits).verify_and_get_timecode(
            code, for_time=now, valid_window=_LIMITS.window_steps
        )
    except OTPVerificationError:
        return None


def _usable(connection: Connection, customer_number: str) -> Row[Any]:
    device = connection.execute(
        select(otp_devices).where(otp_devices.c.customer_number == customer_number)
    ).one_or_none()
    if device is None:
        raise MediumNotOwned
    if device.wrong >= _LIMITS.tries:
        raise OneTimeCodeLocked
    return device


def _set(connection: Connection, customer_number: str, **values: int) -> None:
    connection.execute(update(otp_devices).where(otp_devices.c.customer_number == customer_number).values(**values))
