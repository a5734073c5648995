"""Security cards: 35 positions of four digits."""

from typing import Protocol

from dojang.values.factors import CardQuestion


class SecurityCard(Protocol):
    """Every call may raise `BankUnavailable`."""

    def question(self, application_id: str, customer_number: str) -> CardQuestion:
        """The open question: the same until it is answered rightly. Raises `CardLocked`."""
        ...

    def answer(self, application_id: str, customer_number: str, first: str, second: str, request: str) -> None:
        """Counts one try, once however often the same `request` asks.

        Raises `WrongCardDigits` (fact: tries_left), `CardLocked`.
        """
        ...
