"""Telephone calls in memory, with the customer's end of the line."""

import hmac
from dataclasses import replace

from dojang.policy.numbers import NUMBERS
from dojang.ports.clock import Clock
from dojang.values.application import PlacedCall
from dojang.values.factors import CallState, CallStatus


class MemoryPhoneCall:
    """`PhoneCall`. `placed` lists the requests whose calls rang, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[str, tuple[PlacedCall, CallStatus]] = {}
        self.placed: list[str] = []

    def place(self, application_id: str, customer_number: str, call: PlacedCall) -> str:  # noqa: ARG002
        """See `PhoneCall`."""
        call_id = f"call-{call.request}"
        if call_id not in self._calls:
            self._calls[call_id] = (call, CallStatus(CallState.CALLING, "", 0))
            self.placed.append(call.request)
        return call_id

    def status(self, call_id: str) -> CallStatus:
        """See `PhoneCall`."""
        call, status = self._calls[call_id]
        if self._clock.now() < call.expires_at or status.state not in (CallState.CALLING, CallState.ANSWERED):
            return status
        over = CallState.NO_ANSWER if status.state is CallState.CALLING else CallState.ENDED
        return replace(status, state=over)

    def answer(self, call_id: str) -> None:
        """Pick up."""
        self._become(call_id, CallState.CALLING, state=CallState.ANSWERED)

    def hang_up(self, call_id: str) -> None:
        """End it."""
        self._become(call_id, self.status(call_id).state, state=CallState.HUNG_UP)

    def press(self, call_id: str, digits: str) -> None:
        """Right digits end the call, the last wrong ones end it too."""
        call, status = self._calls[call_id]
        right = hmac.compare_digest(digits, call.digits)
        wrong = status.wrong_keys + (not right)
        over = right or wrong >= NUMBERS.phone_call.tries
        state = CallState.ENDED if over else CallState.ANSWERED
        self._become(call_id, CallState.ANSWERED, state=state, pressed=digits, wrong_keys=wrong)

    def _become(self, call_id: str, before: CallState, **changes: object) -> None:
        if self.status(call_id).state is not before:
            raise ValueError("the call does not stand so")
        call, status = self._calls[call_id]
        self._calls[call_id] = (call, replace(status, **changes))  # type: ignore[arg-type]
