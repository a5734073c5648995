"""What the centre says about a certificate, and which saying may follow which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dojang.refusals import FactOutOfOrder, FactRefused

# RFC 5280 5.3.1: the only revocation that may be taken back.
HOLD: Final = "certificateHold"


@dataclass(frozen=True, slots=True)
class Fact:
    """The `sequence`th saying about this serial number, counted from 1. Good: no reason and no time. Unix seconds."""

    serial: int
    sequence: int
    kid: bytes
    reason: str
    revoked_at: int
    expires_at: int


def admit(history: Sequence[Fact], fact: Fact) -> bool:
    """Whether `fact` is new; False when it was taken before and says the same.

    `history` holds every fact about this serial number in order. Raises `FactOutOfOrder(expected=...)` for a gap, and
    `FactRefused`: another fact of the same number, another kid or expiry, anything after a final revocation.
    """
    expected = len(history) + 1
    if fact.sequence > expected:
        raise FactOutOfOrder(expected=expected)
    if fact.sequence < expected:
        if history[fact.sequence - 1] != fact:
            raise FactRefused
        return False
    if history:
        last = history[-1]
        if (last.kid, last.expires_at) != (fact.kid, fact.expires_at) or last.reason not in ("", HOLD):
            raise FactRefused
    return True
