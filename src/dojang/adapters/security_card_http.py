"""Security cards over the bank's HTTP contract."""

from typing import Annotated

from pydantic import Field

from dojang.policy.numbers import NUMBERS
from dojang.refusals import CardLocked, MediumNotOwned, WrongCardDigits, WrongStep
from dojang.serving.bodies import Body
from dojang.serving.party import Party
from dojang.values.factors import CardQuestion

_PATH = "/contracts/security-cards"
_REFUSALS = (WrongCardDigits, CardLocked, MediumNotOwned, WrongStep)
_Position = Annotated[int, Field(ge=1, le=NUMBERS.security_card.positions)]


class _Customer(Body):
    application: str
    customer_number: str


class _Question(Body):
    serial_masked: str
    first_position: _Position
    second_position: _Position


class _Answer(Body):
    application: str
    customer_number: str
    first: str
    second: str


class _Nothing(Body):
    pass


class HttpSecurityCard:
    """`SecurityCard`."""

    def __init__(self, bank: Party) -> None:
        self._bank = bank

    def question(self, application_id: str, customer_number: str) -> CardQuestion:
        """See `SecurityCard`."""
        customer = _Customer(application=application_id, customer_number=customer_number)
        found = self._bank.post(f"{_PATH}/questions", customer, _Question, CardLocked, MediumNotOwned)
        return CardQuestion(found.serial_masked, found.first_position, found.second_position)

    def answer(self, application_id: str, customer_number: str, first: str, second: str, request: str) -> None:
        """See `SecurityCard`."""
        given = _Answer(application=application_id, customer_number=customer_number, first=first, second=second)
        self._bank.post(f"{_PATH}/answers", given, _Nothing, *_REFUSALS, request=request)
