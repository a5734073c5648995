"""Text messages in memory."""

from dataclasses import dataclass

from dojang.values.factors import Delivery, DeliveryState


@dataclass(frozen=True, slots=True)
class SentText:
    """One message, as the phone shows it."""

    number: str
    text: str
    purpose: str


class MemoryTextMessage:
    """`TextMessage`. `sent` lists the messages in order; a number in `unknown` gets none."""

    def __init__(self, unknown: frozenset[str] = frozenset()) -> None:
        self._unknown = unknown
        self._ids: dict[str, SentText] = {}
        self.sent: list[SentText] = []

    def send(self, number: str, text: str, purpose: str, request: str) -> str:
        """See `TextMessage`."""
        message_id = f"message-{request}"
        if message_id not in self._ids:
            self._ids[message_id] = SentText(number, text, purpose)
            if number not in self._unknown:
                self.sent.append(self._ids[message_id])
        return message_id

    def delivery(self, message_id: str) -> Delivery:
        """See `TextMessage`."""
        if self._ids[message_id].number in self._unknown:
            return Delivery(DeliveryState.UNDELIVERED, "number_unknown")
        return Delivery(DeliveryState.DELIVERED, "")
