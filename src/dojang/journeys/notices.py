"""What a customer is told by text message for her own safety: it goes out after the answer, and says no secret."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import LANGUAGES, say
from dojang.ports.text_message import TextMessage
from dojang.values.device import Device

# Runs something once the answer is out.
Later = Callable[[Callable[[], object]], object]

# Nobody has asked the customer yet in which language to text her.
_LANGUAGE: Final = LANGUAGES[0]
_ROOM: Final = NUMBERS.text_message.characters


@dataclass(frozen=True, slots=True)
class Notices:
    """`sender` names who texts.

    Raises `ValueError` for a sender whose name leaves no room in a text message.
    """

    text_message: TextMessage
    sender: str
    later: Later

    def __post_init__(self) -> None:
        if max(map(units, _shortest(self.sender))) > _ROOM:
            raise ValueError("the sender's name is too long for a notice")

    def device_added(self, number: str, device: Device) -> None:
        """A browser was connected."""
        self._send(number, added_text(self.sender, device.label), f"device-added-{_named(device)}")

    def device_removed(self, number: str, device: Device) -> None:
        """A browser was disconnected."""
        self._send(number, removed_text(self.sender, device.label), f"device-removed-{_named(device)}")

    def certificate_revoked(self, number: str, request: str) -> None:
        """The holder ended it. Sent now, by a job that comes again: raises `BankUnavailable`."""
        self.text_message.send(number, revoked_text(self.sender), "revocation", f"revoked-{request}")

    def _send(self, number: str, text: str, request: str) -> None:
        self.later(lambda: self.text_message.send(number, text, "device", request))


def added_text(sender: str, label: str) -> str:
    """At most 70 characters, as telephones count them (UCS-2)."""
    return _fitted("device_added", sender, label)


def removed_text(sender: str, label: str) -> str:
    """At most 70 characters, as telephones count them (UCS-2)."""
    return _fitted("device_removed", sender, label)


def revoked_text(sender: str) -> str:
    """At most 70 characters, as telephones count them (UCS-2)."""
    return say(_LANGUAGE, "text_message.revoked", sender=sender)


def units(text: str) -> int:
    """How many characters a telephone counts."""
    return len(text.encode("utf-16-be")) // 2


def _shortest(sender: str) -> tuple[str, ...]:
    """Every notice without what may be left out of it."""
    return added_text(sender, ""), removed_text(sender, ""), revoked_text(sender)


def _fitted(name: str, sender: str, label: str) -> str:
    """With the browser's label where there is room for it."""
    told = [say(_LANGUAGE, f"text_message.{name}", sender=sender, label=text) for text in (f": {label}", "")]
    return told[0] if label and units(told[0]) <= _ROOM else told[1]


def _named(device: Device) -> str:
    """This device since it was added, so that the same notice asked for twice is sent once."""
    return f"{device.uid.hex()}-{device.id.hex()[:16]}-{device.added_at}"
