"""Security cards (보안카드): the first two digits of one position and the last two of another.

The question stays the same until it is answered rightly, across sessions: asking anew would let an observer of a few
answers wait for a question that they can answer.
"""

import hmac
from typing import Annotated, Any, Final

from pydantic import Field
from sqlalchemy import Connection, Row, select, update

from dojang.demo.bank import proofs
from dojang.demo.bank.core_banking import ApplicationId, CustomerNumber, CustomerQuestion, Nothing
from dojang.demo.bank.desk import Desk
from dojang.demo.bank.proofs import Kind
from dojang.demo.bank.tables import security_card_codes, security_cards
from dojang.policy.numbers import NUMBERS
from dojang.refusals import CardLocked, MediumNotOwned, WrongCardDigits, WrongStep
from dojang.serving.bodies import Body

TwoDigits = Annotated[str, Field(pattern="^[0-9]{2}$")]
_LIMITS: Final = NUMBERS.security_card


class CardQuestion(Body):
    """Front two digits of `first_position`, back two of `second_position` (1..35)."""

    serial_masked: str
    first_position: int
    second_position: int


class CardAnswer(Body):
    """The digits at the two positions."""

    application: ApplicationId
    customer_number: CustomerNumber
    first: TwoDigits
    second: TwoDigits


def question(connection: Connection, desk: Desk, asked: CustomerQuestion) -> CardQuestion:
    """The open question of the customer's card, or a new one. Raises `MediumNotOwned`, `CardLocked`."""
    proofs.require_identity(connection, asked.application, asked.customer_number)
    card = _usable(connection, asked.customer_number)
    first, second = card.first_position, card.second_position
    if first is None:
        first, second = desk.chance.sample(range(1, _LIMITS.positions + 1), 2)
        _set(connection, asked.customer_number, first_position=first, second_position=second)
    return CardQuestion(serial_masked=f"****{card.serial[-4:]}", first_position=first, second_position=second)


def answer(connection: Connection, desk: Desk, given: CardAnswer) -> Nothing:
    """A right answer is a proof, closes the question and clears the count; the fifth wrong one in a row locks the card.

    Raises `MediumNotOwned`, `CardLocked`, `WrongStep` when nothing was asked, `WrongCardDigits` with the tries left.
    """
    proofs.require_identity(connection, given.application, given.customer_number)
    card = _usable(connection, given.customer_number)
    if card.first_position is None:
        raise WrongStep(expected="question")
    # The try is spent before the digits are looked at.
    _set(connection, given.customer_number, wrong=card.wrong + 1)
    first = _code(connection, given.customer_number, card.first_position)[:2]
    second = _code(connection, given.customer_number, card.second_position)[2:]
    if not hmac.compare_digest(given.first + given.second, first + second):
        raise WrongCardDigits(tries_left=_LIMITS.tries - card.wrong - 1)
    _set(connection, given.customer_number, wrong=0, first_position=None, second_position=None)
    proofs.record(connection, given.application, given.customer_number, Kind.MEDIUM, desk.now())
    return Nothing()


def _usable(connection: Connection, customer_number: str) -> Row[Any]:
    card = connection.execute(
        select(security_cards).where(security_cards.c.customer_number == customer_number)
    ).one_or_none()
    if card is None:
        raise MediumNotOwned
    if card.wrong >= _LIMITS.tries:
        raise CardLocked
    return card


def _set(connection: Connection, customer_number: str, **values: int | None) -> None:
    connection.execute(
        update(security_cards).where(security_cards.c.customer_number == customer_number).values(**values)
    )


def _code(connection: Connection, customer_number: str, position: int) -> str:
    code: str = connection.execute(
        select(security_card_codes.c.code).where(
            security_card_codes.c.customer_number == customer_number, security_card_codes.c.position == position
        )
    ).scalar_one()
    return code
