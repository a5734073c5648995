"""Telephone calls over the bank's HTTP contract."""

from typing import Literal
from urllib.parse import quote

from dojang.refusals import NotAbroad, PhoneNotRegistered
from dojang.serving.bodies import Body, Count, Seconds
from dojang.serving.party import Party
from dojang.values.application import PlacedCall
from dojang.values.factors import CallState, CallStatus

_PATH = "/contracts/phone-calls"


class _Order(Body):
    application: str
    customer_number: str
    phone_ref: str
    digits: str
    expires_at: Seconds


class _Placed(Body):
    call_id: str


class _Status(Body):
    state: Literal["calling", "answered", "busy", "no_answer", "hung_up", "ended"]
    pressed: str
    wrong_keys: Count


class HttpPhoneCall:
    """`PhoneCall`."""

    def __init__(self, bank: Party) -> None:
        self._bank = bank

    def place(self, application_id: str, customer_number: str, call: PlacedCall) -> str:
        """See `PhoneCall`."""
        order = _Order(
            application=application_id,
            customer_number=customer_number,
            phone_ref=call.phone.ref,
            digits=call.digits,
            expires_at=call.expires_at,
        )
        return self._bank.post(_PATH, order, _Placed, PhoneNotRegistered, NotAbroad, request=call.request).call_id

    def status(self, call_id: str) -> CallStatus:
        """See `PhoneCall`."""
        found = self._bank.get(f"{_PATH}/{quote(call_id, safe='')}", _Status)
        return CallStatus(CallState(found.state), found.pressed, found.wrong_keys)
