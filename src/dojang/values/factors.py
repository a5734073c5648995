"""What the parties behind the proofing factors answer."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SealingKey:
    """Core banking's HPKE key: X25519, 32 bytes."""

    key_id: str
    public_key: bytes


class Departure(StrEnum):
    """What the departure record says. It lags by days."""

    OUT = "OUT"
    IN = "IN"
    UNKNOWN = "UNKNOWN"


class CallState(StrEnum):
    """How a call stands."""

    CALLING = "calling"
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    HUNG_UP = "hung_up"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class CallStatus:
    """`pressed`: the last digits pressed; `wrong_keys`: how often they were not those of the screen."""

    state: CallState
    pressed: str = field(repr=False)
    wrong_keys: int


@dataclass(frozen=True, slots=True)
class CardQuestion:
    """The first two digits of one position and the last two of another, counted from 1."""

    serial_masked: str
    first_position: int
    second_position: int


class ApprovalState(StrEnum):
    """How an approval stands."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class ApprovalStatus:
    """`signature`: the phone's over the text that it showed, ECDSA P-256 with SHA-256 (DER); empty until approved."""

    state: ApprovalState
    signature: bytes = field(repr=False)


class DeliveryState(StrEnum):
    """How a text message stands."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class Delivery:
    """`reason` says why a message is undelivered."""

    state: DeliveryState
    reason: str
