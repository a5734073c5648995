"""Security cards in memory."""

import hmac

from dojang.adapters.in_memory.bank import MemoryBank
from dojang.policy.numbers import NUMBERS
from dojang.ports.randomness import Randomness
from dojang.refusals import CardLocked, MediumNotOwned, Refusal, WrongCardDigits, WrongStep
from dojang.values.application import Medium
from dojang.values.factors import CardQuestion


class MemorySecurityCard:
    """`SecurityCard`."""

    def __init__(self, bank: MemoryBank, randomness: Randomness) -> None:
        self._bank, self._randomness = bank, randomness
        self._questions: dict[str, CardQuestion] = {}
        self._wrong: dict[str, int] = {}
        self._answered: dict[str, Refusal | None] = {}

    def question(self, application_id: str, customer_number: str) -> CardQuestion:  # noqa: ARG002
        """See `SecurityCard`."""
        self._check_usable(customer_number)
        return self._questions.setdefault(customer_number, self._new_question())

    def answer(self, application_id: str, customer_number: str, first: str, second: str, request: str) -> None:  # noqa: ARG002
        """See `SecurityCard`."""
        if request not in self._answered:
            try:
                self._judge(customer_number, first, second)
                self._answered[request] = None
            except Refusal as refusal:
                self._answered[request] = refusal
        before = self._answered[request]
        if before is not None:
            raise before

    def _judge(self, customer_number: str, first: str, second: str) -> None:
        self._check_usable(customer_number)
        asked = self._questions.get(customer_number)
        if asked is None:
            raise WrongStep
        card = self._bank.by_number(customer_number).card
        right = card[asked.first_position - 1][:2] + card[asked.second_position - 1][2:]
        if not hmac.compare_digest(first + second, right):
            self._wrong[customer_number] = self._wrong.get(customer_number, 0) + 1
            raise WrongCardDigits(tries_left=NUMBERS.security_card.tries - self._wrong[customer_number])
        self._wrong.pop(customer_number, None)
        del self._questions[customer_number]

    def _check_usable(self, customer_number: str) -> None:
        if Medium.SECURITY_CARD not in self._bank.by_number(customer_number).media:
            raise MediumNotOwned
        if self._wrong.get(customer_number, 0) >= NUMBERS.security_card.tries:
            raise CardLocked

    def _new_question(self) -> CardQuestion:
        positions = NUMBERS.security_card.positions
        first = int.from_bytes(self._randomness.token(8), "big") % positions
        step = 1 + int.from_bytes(self._randomness.token(8), "big") % (positions - 1)
        return CardQuestion("****0001", first + 1, (first + step) % positions + 1)
