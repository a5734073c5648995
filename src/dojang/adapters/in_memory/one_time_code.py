"""One-time codes in memory (RFC 6238)."""

import pyotp

from dojang.adapters.in_memory.bank import MemoryBank
from dojang.policy.numbers import NUMBERS
from dojang.ports.clock import Clock
from dojang.refusals import MediumNotOwned, OneTimeCodeLocked, Refusal, WrongOneTimeCode
from dojang.values.application import Medium

_STEP = 30  # seconds


class MemoryOneTimeCode:
    """`OneTimeCode`. The last accepted step is kept: no code serves twice."""

    def __init__(self, bank: MemoryBank, clock: Clock) -> None:
        self._bank, self._clock = bank, clock
        self._last_step: dict[str, int] = {}
        self._wrong: dict[str, int] = {}
        self._answered: dict[str, Refusal | None] = {}

    def check(self, application_id: str, customer_number: str, code: str, request: str) -> None:  # noqa: ARG002
        """See `OneTimeCode`."""
        if request not in self._answered:
            try:
                self._judge(customer_number, code)
                self._answered[request] = None
            except Refusal as refusal:
                self._answered[request] = refusal
        before = self._answered[request]
        if before is not None:
            raise before

    def _judge(self, customer_number: str, code: str) -> None:
        customer = self._bank.by_number(customer_number)
        if Medium.ONE_TIME_CODE not in customer.media:
            raise MediumNotOwned
        wrong = self._wrong.get(customer_number, 0)
        if wrong >= NUMBERS.one_time_code.tries:
            raise OneTimeCodeLocked
        device, now, window = (
            pyotp.HOTP(customer.otp_seed),
            self._clock.now() // _STEP,
            NUMBERS.one_time_code.window_steps,
        )
        fresh = range(max(now - window, self._last_step.get(customer_number, -1) + 1), now + window + 1)
        step = next((step for step in fresh if device.verify(code, step)), None)
        if step is None:
            self._wrong[customer_number] = wrong + 1
            raise WrongOneTimeCode(tries_left=NUMBERS.one_time_code.tries - wrong - 1)
        self._last_step[customer_number] = step
        self._wrong.pop(customer_number, None)
