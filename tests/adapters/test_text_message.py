"""A text message arrives once per request, or its sender learns why not."""

from dojang.values.factors import Delivery, DeliveryState
from tests.adapters.bank_sides import Side


def test_a_message_arrives_once_per_request(side: Side) -> None:
    ids = {side.text_message.send(side.person.mobile, "확인번호 123456", "login", "same") for _ in range(2)}
    assert side.phone.inbox() == [("확인번호 123456", "login")]
    assert side.text_message.delivery(*ids) == Delivery(DeliveryState.DELIVERED, "")


def test_a_number_that_nobody_has_is_undelivered_with_a_reason(side: Side) -> None:
    message_id = side.text_message.send("01000000000", "확인번호 123456", "login", "1")
    assert side.text_message.delivery(message_id) == Delivery(DeliveryState.UNDELIVERED, "number_unknown")
