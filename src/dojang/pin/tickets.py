"""The centre's tickets: leave to stage a version, to make one attempt or to remove a device, at one guard, for a while.

A ticket travels as `b64(JCS payload).b64(signature)`. It opens nothing by itself: a version needs the customer's AK',
an attempt spends a try.
"""

from dataclasses import dataclass
from typing import Any

from dojang.pin import labels
from dojang.pin.encoding import b64, canonical, encode, parse_canonical, unb64
from dojang.pin.signatures import SigningKey, verify
from dojang.policy.numbers import NUMBERS
from dojang.refusals import Refusal, TicketExpired, TicketRefused


@dataclass(frozen=True, slots=True)
class VersionTicket:
    """Leave to stage version `ver` of `uid` at the guard `audience`, until `exp`."""

    audience: str
    uid: bytes
    kid: bytes
    ver: int
    exp: int

    def payload(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "typ": "version",
            "aud": self.audience,
            "uid": b64(self.uid),
            "kid": b64(self.kid),
            "ver": self.ver,
            "exp": self.exp,
        }


@dataclass(frozen=True, slots=True)
class AttemptTicket:
    """Leave for one attempt at the guard `audience` for the transaction hash `th`; `jti` is 16 fresh bytes."""

    audience: str
    uid: bytes
    ver: int
    th: bytes
    jti: bytes
    exp: int

    def payload(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "typ": "attempt",
            "aud": self.audience,
            "uid": b64(self.uid),
            "ver": self.ver,
            "th": b64(self.th),
            "jti": b64(self.jti),
            "exp": self.exp,
        }


@dataclass(frozen=True, slots=True)
class DeviceRemovalTicket:
    """The guard `audience` is to forget the device (SHA-256 of its key) of `uid`. The centre never adds one."""

    audience: str
    uid: bytes
    device: bytes
    exp: int

    def payload(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "typ": "device_remove",
            "aud": self.audience,
            "uid": b64(self.uid),
            "device": b64(self.device),
            "exp": self.exp,
        }


Ticket = VersionTicket | AttemptTicket | DeviceRemovalTicket


def seal(ticket: Ticket, key: SigningKey) -> str:
    """The ticket as it travels."""
    payload = canonical(ticket.payload())
    return f"{b64(payload)}.{b64(key.sign(encode(labels.TICKET, payload)))}"


def open_version(text: str, ticket_key: bytes, guard_id: str, now: int) -> VersionTicket:
    """Raises `TicketRefused` for one that is not the centre's, or of another kind or guard; `TicketExpired` late."""
    value = _open(text, ticket_key)
    try:
        ticket = VersionTicket(
            value["aud"], unb64(value["uid"], 16), unb64(value["kid"], 16), int(value["ver"]), int(value["exp"])
        )
    except (KeyError, TypeError, ValueError, AttributeError, Refusal):
        raise TicketRefused from None
    _check(ticket, value, guard_id, now, NUMBERS.ticket.version)
    return ticket


def open_attempt(text: str, ticket_key: bytes, guard_id: str, now: int) -> AttemptTicket:
    """Raises `TicketRefused` for one that is not the centre's, or of another kind or guard; `TicketExpired` late."""
    value = _open(text, ticket_key)
    try:
        ticket = AttemptTicket(
            value["aud"],
            unb64(value["uid"], 16),
            int(value["ver"]),
            unb64(value["th"], 32),
            unb64(value["jti"], 16),
            int(value["exp"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, Refusal):
        raise TicketRefused from None
    _check(ticket, value, guard_id, now, NUMBERS.ticket.attempt)
    return ticket


def open_device_removal(text: str, ticket_key: bytes, guard_id: str, now: int) -> DeviceRemovalTicket:
    """Raises `TicketRefused` for one that is not the centre's, or of another kind or guard; `TicketExpired` late."""
    value = _open(text, ticket_key)
    try:
        ticket = DeviceRemovalTicket(
            value["aud"], unb64(value["uid"], 16), unb64(value["device"], 32), int(value["exp"])
        )
    except (KeyError, TypeError, ValueError, AttributeError, Refusal):
        raise TicketRefused from None
    _check(ticket, value, guard_id, now, NUMBERS.ticket.device_remove)
    return ticket


def _open(text: str, ticket_key: bytes) -> dict[str, Any]:
    try:
        payload_text, signature_text = text.split(".")
        payload = unb64(payload_text)
        verify(ticket_key, unb64(signature_text, 64), encode(labels.TICKET, payload))
        value = parse_canonical(payload)
    except (ValueError, Refusal):
        raise TicketRefused from None
    if not isinstance(value, dict):
        raise TicketRefused
    return value


def _check(ticket: Ticket, value: dict[str, Any], guard_id: str, now: int, lifetime: int) -> None:
    if canonical(ticket.payload()) != canonical(value) or ticket.audience != guard_id or value.get("ver", 1) < 1:
        raise TicketRefused
    if now > ticket.exp + NUMBERS.time.clock_skew:
        raise TicketExpired
    if ticket.exp > now + lifetime + NUMBERS.time.clock_skew:
        raise TicketRefused
