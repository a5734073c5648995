"""Text messages over the bank's HTTP contract."""

from typing import Literal
from urllib.parse import quote

from dojang.serving.bodies import Body
from dojang.serving.party import Party
from dojang.values.factors import Delivery, DeliveryState

_PATH = "/contracts/text-messages"


class _Order(Body):
    number: str
    text: str
    purpose: str


class _Accepted(Body):
    message_id: str


class _Status(Body):
    state: Literal["accepted", "delivered", "undelivered"]
    reason: str


class HttpTextMessage:
    """`TextMessage`."""

    def __init__(self, bank: Party) -> None:
        self._bank = bank

    def send(self, number: str, text: str, purpose: str, request: str) -> str:
        """See `TextMessage`."""
        order = _Order(number=number, text=text, purpose=purpose)
        return self._bank.post(_PATH, order, _Accepted, request=request).message_id

    def delivery(self, message_id: str) -> Delivery:
        """See `TextMessage`."""
        found = self._bank.get(f"{_PATH}/{quote(message_id, safe='')}", _Status)
        return Delivery(DeliveryState(found.state), found.reason)
