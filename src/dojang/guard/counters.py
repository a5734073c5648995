"""The counter rules, per guard and version. Every attempt counts as one from a known device.

1. Row = attempts neither right nor cleared. Spend: refused, spending nothing, if the row or the life is full; else row
   and life + 1.
2. Confirm: every listed attempt of this guard with this th becomes right; row and life - 1.
3. Then, once per th, every other attempt spent before min(iat, now) leaves the row and stays in life.
4. Pending is a view for notices and changes no count. A full row is locked at this guard; a success at t others
   clears it.
5. A full life refuses for good; from `new_pin_due` on a new PIN is asked for at the next success. pin: new starts at
   0; pin: same carries life over.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dojang.guard.facts import Attempt, Counters
from dojang.pin.messages import PinChange
from dojang.policy.numbers import NUMBERS
from dojang.refusals import LifeFull, RowFull


def spend(counters: Counters) -> Counters:
    """Rules 1 and 5. Raises `LifeFull` (first, because nothing helps any more) or `RowFull`."""
    if counters.life >= NUMBERS.pin.life:
        raise LifeFull
    if counters.row >= NUMBERS.pin.tries:
        raise RowFull
    return Counters(counters.row + 1, counters.life + 1)


def remaining(counters: Counters) -> int:
    """How many attempts this guard would still spend, if none of them became right."""
    return max(0, min(NUMBERS.pin.tries - counters.row, NUMBERS.pin.life - counters.life))


def new_pin_due(counters: Counters) -> bool:
    """Rule 5."""
    return counters.life >= NUMBERS.pin.new_pin_due


@dataclass(frozen=True, slots=True)
class Counted:
    """The counters after a confirm, and the attempts whose state it changed."""

    counters: Counters
    changed: tuple[Attempt, ...]


def confirm(
    counters: Counters, attempts: Iterable[Attempt], listed: frozenset[bytes], th: bytes, before: int | None
) -> Counted:
    """Rules 2 and 3 over this customer's attempts; `before` is min(iat, now), or None where th was cleared already."""
    changed: list[Attempt] = []
    row, life = counters.row, counters.life
    for attempt in attempts:
        was_open = attempt.state == "open"
        if attempt.attempt_id in listed and attempt.th == th:
            if attempt.state != "right":
                changed.append(replace(attempt, state="right"))
                row, life = row - was_open, life - 1
        elif was_open and before is not None and attempt.spent_at < before:
            changed.append(replace(attempt, state="cleared"))
            row -= 1
    return Counted(Counters(row, life), tuple(changed))


def of_new_version(old: Counters, pin: PinChange) -> Counters:
    """Rule 5: the counters that a new version starts with."""
    return Counters(0, old.life if pin == "same" else 0)
