"""Text messages (SMS)."""

from typing import Protocol

from dojang.values.factors import Delivery


class TextMessage(Protocol):
    """Every call may raise `BankUnavailable`."""

    def send(self, number: str, text: str, purpose: str, request: str) -> str:
        """Send, once however often the same `request` asks; the message's id."""
        ...

    def delivery(self, message_id: str) -> Delivery:
        """Whether it arrived, and why not."""
        ...
