"""A security card asks the same until it is answered rightly, and locks."""

import pytest

from dojang.policy.numbers import NUMBERS
from dojang.refusals import CardLocked, WrongCardDigits
from dojang.values.factors import CardQuestion
from tests.adapters.bank_sides import APPLICATION, Side


def asked(side: Side) -> tuple[str, CardQuestion]:
    number = side.identified().customer_number
    return number, side.security_card.question(APPLICATION, number)


def right(side: Side, question: CardQuestion) -> tuple[str, str]:
    card = side.person.card
    return card[question.first_position - 1][:2], card[question.second_position - 1][2:]


def wrong(side: Side, question: CardQuestion) -> tuple[str, str]:
    first, second = right(side, question)
    return first, f"{(int(second) + 1) % 100:02}"


def test_the_question_stays_until_it_is_answered_rightly(side: Side) -> None:
    number, question = asked(side)
    assert question.first_position != question.second_position
    with pytest.raises(WrongCardDigits):
        side.security_card.answer(APPLICATION, number, *wrong(side, question), request="1")
    assert side.security_card.question(APPLICATION, number) == question
    side.security_card.answer(APPLICATION, number, *right(side, question), request="2")
    seen = {(q.first_position, q.second_position) for q in (side.security_card.question(APPLICATION, number),)}
    assert seen != {(question.first_position, question.second_position)}


def test_five_wrong_answers_in_a_row_lock_the_card_for_the_right_one_too(side: Side) -> None:
    number, question = asked(side)
    for left in reversed(range(NUMBERS.security_card.tries)):
        with pytest.raises(WrongCardDigits) as no:
            side.security_card.answer(APPLICATION, number, *wrong(side, question), request=f"{left}")
        assert no.value.facts == {"tries_left": left}
    with pytest.raises(CardLocked):
        side.security_card.answer(APPLICATION, number, *right(side, question), request="right")
    with pytest.raises(CardLocked):
        side.security_card.question(APPLICATION, number)


def test_the_same_request_is_judged_once(side: Side) -> None:
    number, question = asked(side)
    for _ in range(2):
        with pytest.raises(WrongCardDigits) as no:
            side.security_card.answer(APPLICATION, number, *wrong(side, question), request="same")
        assert no.value.facts == {"tries_left": NUMBERS.security_card.tries - 1}
    for _ in range(2):
        side.security_card.answer(APPLICATION, number, *right(side, question), request="another")
