"""Calls to registered telephones: the number on the screen is pressed on the phone. Nothing is read aloud."""

import hmac
from typing import Annotated, Any, Final, Literal

from pydantic import Field
from sqlalchemy import Connection, Row, insert, select, update

from dojang.demo.bank import proofs
from dojang.demo.bank.core_banking import ApplicationId, CustomerNumber
from dojang.demo.bank.desk import Desk, new_id
from dojang.demo.bank.proofs import Kind
from dojang.demo.bank.tables import NEWEST_FIRST, calls, phones
from dojang.policy.numbers import NUMBERS
from dojang.refusals import CallOver, NotAbroad, NotFound, PhoneNotRegistered
from dojang.serving.bodies import Body, Count, Seconds

Digits = Annotated[str, Field(pattern=f"^[0-9]{{{NUMBERS.phone_call.digits}}}$")]
State = Literal["calling", "answered", "busy", "no_answer", "hung_up", "ended"]
_LIMITS: Final = NUMBERS.phone_call


class CallOrder(Body):
    """Whom to call by the phone's reference, and the digits that are on the screen."""

    application: ApplicationId
    customer_number: CustomerNumber
    phone_ref: Annotated[str, Field(min_length=1, max_length=64)]
    digits: Digits
    expires_at: Seconds


class CallPlaced(Body):
    """The call is under way."""

    call_id: str


class CallState(Body):
    """`pressed`: the last digits pressed; `wrong_keys`: how often they were not those of the screen."""

    state: State
    pressed: str
    wrong_keys: Count


class PhoneCall(Body):
    """What the telephone shows. Never the digits to press."""

    call_id: str
    state: State
    wrong_keys: Count
    placed_at: Seconds
    expires_at: Seconds


def place(connection: Connection, desk: Desk, order: CallOrder) -> CallPlaced:
    """Ring a registered telephone; an earlier call for this application that still rings ends.

    Raises `PhoneNotRegistered`, or `NotAbroad` for an overseas number without an OUT from the departure record.
    """
    proofs.require_identity(connection, order.application, order.customer_number)
    phone = connection.execute(
        select(phones).where(phones.c.ref == order.phone_ref, phones.c.customer_number == order.customer_number)
    ).one_or_none()
    if phone is None:
        raise PhoneNotRegistered
    if phone.kind == "overseas" and not proofs.was_abroad(connection, order.application, order.customer_number):
        raise NotAbroad
    now = desk.now()
    connection.execute(
        update(calls).where(calls.c.application == order.application, calls.c.state == "calling").values(state="ended")
    )
    call_id = new_id()
    connection.execute(
        insert(calls).values(
            call_id=call_id,
            application=order.application,
            customer_number=order.customer_number,
            number=phone.number,
            digits=order.digits,
            state="busy" if _in_call(connection, phone.number, now) else "calling",
            placed_at=now,
            expires_at=min(order.expires_at, now + _LIMITS.lifetime),
        )
    )
    return CallPlaced(call_id=call_id)


def state(connection: Connection, desk: Desk, call_id: str) -> CallState:
    """Raises `NotFound`."""
    row = connection.execute(select(calls).where(calls.c.call_id == call_id)).one_or_none()
    if row is None:
        raise NotFound
    return CallState(state=state_now(row, desk.now()), pressed=row.pressed, wrong_keys=row.wrong_keys)


def of_phone(connection: Connection, desk: Desk, number: str) -> list[PhoneCall]:
    """The telephone's calls, newest first."""
    rows = connection.execute(select(calls).where(calls.c.number == number).order_by(NEWEST_FIRST))
    return [
        PhoneCall(
            call_id=row.call_id,
            state=state_now(row, desk.now()),
            wrong_keys=row.wrong_keys,
            placed_at=row.placed_at,
            expires_at=row.expires_at,
        )
        for row in rows
    ]


def answer(connection: Connection, desk: Desk, number: str, call_id: str) -> CallState:
    """Pick up. Raises `NotFound`, or `CallOver` when it no longer rings."""
    _open(connection, desk, number, call_id, "calling")
    return _become(connection, desk, call_id, state="answered")


def hang_up(connection: Connection, desk: Desk, number: str, call_id: str) -> CallState:
    """End it, ringing or answered. Raises `NotFound`, or `CallOver`."""
    _open(connection, desk, number, call_id, "calling", "answered")
    return _become(connection, desk, call_id, state="hung_up")


def press(connection: Connection, desk: Desk, number: str, call_id: str, digits: str) -> CallState:
    """Right digits end the call and are a proof, the last wrong ones end it. Raises `NotFound`, or `CallOver`."""
    call = _open(connection, desk, number, call_id, "answered")
    if hmac.compare_digest(digits, call.digits):
        proofs.record(connection, call.application, call.customer_number, Kind.CALL, desk.now())
        return _become(connection, desk, call_id, state="ended", pressed=digits)
    wrong = call.wrong_keys + 1
    after = "ended" if wrong >= _LIMITS.tries else "answered"
    return _become(connection, desk, call_id, state=after, pressed=digits, wrong_keys=wrong)


def _become(connection: Connection, desk: Desk, call_id: str, **values: str | int) -> CallState:
    connection.execute(update(calls).where(calls.c.call_id == call_id).values(**values))
    return state(connection, desk, call_id)


def _open(connection: Connection, desk: Desk, number: str, call_id: str, *states: State) -> Row[Any]:
    row = connection.execute(select(calls).where(calls.c.call_id == call_id, calls.c.number == number)).one_or_none()
    if row is None:
        raise NotFound
    if state_now(row, desk.now()) not in states:
        raise CallOver
    return row


def _in_call(connection: Connection, number: str, now: int) -> bool:
    answered = select(calls.c.call_id).where(
        calls.c.number == number, calls.c.state == "answered", calls.c.expires_at > now
    )
    return connection.execute(answered).first() is not None


def state_now(row: Row[Any], now: int) -> State:
    """A call that its time has overtaken was not answered, or has ended."""
    stored: State = row.state
    if now < row.expires_at or stored not in ("calling", "answered"):
        return stored
    return "no_answer" if stored == "calling" else "ended"
