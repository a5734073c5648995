"""Calls to registered telephones, on which the number on the screen is pressed."""

from typing import Protocol

from dojang.values.application import PlacedCall
from dojang.values.factors import CallStatus


class PhoneCall(Protocol):
    """Every call may raise `BankUnavailable`."""

    def place(self, application_id: str, customer_number: str, call: PlacedCall) -> str:
        """Ring `call.phone`, once however often the same `call.request` asks; the call's id.

        Raises `PhoneNotRegistered`, `NotAbroad`.
        """
        ...

    def status(self, call_id: str) -> CallStatus:
        """How the call stands."""
        ...
