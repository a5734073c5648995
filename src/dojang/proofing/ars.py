"""Step five: a call to a registered telephone, on which the number on the screen is pressed (domain rule 14)."""

import hmac
from dataclasses import replace

from dojang.policy.numbers import NUMBERS
from dojang.refusals import CallExpired, CallTriesSpent, PhoneNotRegistered
from dojang.values.application import BankCustomer, CallProof, PhoneKind, PlacedCall, RegisteredPhone, Route
from dojang.values.factors import CallState, CallStatus

_REACHED_BY = {Route.ARS: (PhoneKind.MOBILE, PhoneKind.LAND), Route.OVERSEAS: (PhoneKind.OVERSEAS,)}


def phone_for(customer: BankCustomer, route: Route, index: int) -> RegisteredPhone:
    """The registered phone at `index`, if this route may call it. Raises `PhoneNotRegistered`."""
    if not 0 <= index < len(customer.phones) or customer.phones[index].kind not in _REACHED_BY[route]:
        raise PhoneNotRegistered
    return customer.phones[index]


def new_call(route: Route, phone: RegisteredPhone, digits: str, request: str, now: int) -> PlacedCall:
    """A call to be placed now."""
    limits = NUMBERS.phone_call
    return PlacedCall(route, phone, digits, request, now + limits.lifetime, tries_left=limits.tries)


def heard(call: PlacedCall, status: CallStatus, now: int) -> CallProof | PlacedCall:
    """The proof once the right digits were pressed in time, else the call as it now stands.

    Its state is one of calling, answered, wrong_key, busy, no_answer, hung_up, ended.
    Raises `CallExpired` for anything later than the call's lifetime, `CallTriesSpent` after the last wrong digits.
    """
    if now >= call.expires_at:
        raise CallExpired
    if status.wrong_keys >= NUMBERS.phone_call.tries:
        raise CallTriesSpent
    if status.pressed and hmac.compare_digest(status.pressed.encode(), call.digits.encode()):
        return CallProof(call.route, now)
    missed = status.wrong_keys > 0 and status.state is CallState.ANSWERED
    return replace(
        call,
        state="wrong_key" if missed else status.state.value,
        tries_left=NUMBERS.phone_call.tries - status.wrong_keys,
    )
