"""The counter rules, per guard and version.

1. Row = attempts neither right nor cleared. Spend: refused, spending nothing, if the row is full, or the device is
   unknown and its unknown row is; or a life is full. Else row and life + 1 (unknown row and unknown life + 1).
2. Confirm: every listed attempt of this guard with this th becomes right; row and life - 1.
3. Then, once per th, every other attempt spent before min(iat, now) leaves the row and stays in life.
4. Pending is a view for notices and changes no count. A full row is locked at this guard; a success at t others
   clears it.
5. A full life refuses for good; from `new_pin_due` on a new PIN is asked for at the next success from any device.
   pin: new starts at 0; pin: same carries life over. Until a device was first registered, all attempts count as known.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dojang.guard.facts import Attempt, Counters, Device
from dojang.pin.messages import PinChange
from dojang.policy.numbers import NUMBERS
from dojang.refusals import LifeFull, RowFull


def counts_as_unknown(counters: Counters, *, device_known: bool) -> bool:
    """Rule 5: whether an attempt counts among those of unknown devices."""
    return counters.registered and not device_known


def spend(counters: Counters, *, unknown: bool) -> Counters:
    """Rules 1 and 5. Raises `LifeFull` (first, because nothing helps any more) or `RowFull`."""
    pin, device = NUMBERS.pin, NUMBERS.device
    if counters.life >= pin.life or (unknown and counters.unknown_life >= device.life):
        raise LifeFull
    if counters.row >= pin.tries or (unknown and counters.unknown_row >= device.tries):
        raise RowFull
    return replace(
        counters,
        row=counters.row + 1,
        life=counters.life + 1,
        unknown_row=counters.unknown_row + unknown,
        unknown_life=counters.unknown_life + unknown,
    )


def remaining(counters: Counters, *, unknown: bool) -> int:
    """How many attempts like this one the guard would still spend, if none of them became right."""
    pin, device = NUMBERS.pin, NUMBERS.device
    left = min(pin.tries - counters.row, pin.life - counters.life)
    if unknown:
        left = min(left, device.tries - counters.unknown_row, device.life - counters.unknown_life)
    return max(0, left)


def new_pin_due(counters: Counters) -> bool:
    """Rule 5."""
    return counters.life >= NUMBERS.pin.new_pin_due or counters.unknown_life >= NUMBERS.device.new_pin_due


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
    for attempt in attempts:
        was_open = attempt.state == "open"
        if attempt.attempt_id in listed and attempt.th == th:
            if attempt.state != "right":
                changed.append(replace(attempt, state="right"))
                counters = _leaves(counters, attempt, row=was_open, life=True)
        elif was_open and before is not None and attempt.spent_at < before:
            changed.append(replace(attempt, state="cleared"))
            counters = _leaves(counters, attempt, row=True, life=False)
    return Counted(counters, tuple(changed))


def _leaves(counters: Counters, attempt: Attempt, *, row: bool, life: bool) -> Counters:
    unknown = attempt.counted_unknown
    return replace(
        counters,
        row=counters.row - row,
        life=counters.life - life,
        unknown_row=counters.unknown_row - (row and unknown),
        unknown_life=counters.unknown_life - (life and unknown),
    )


def with_device(counters: Counters, added: Device | None) -> Counters:
    """The mark of rule 5 is set by the first device that is added, and never cleared."""
    return replace(counters, registered=counters.registered or added is not None)


def of_new_version(old: Counters, pin: PinChange) -> Counters:
    """Rule 5: the counters that a new version starts with. That a device was registered is never forgotten."""
    if pin == "new":
        return Counters(registered=old.registered)
    return Counters(life=old.life, unknown_life=old.unknown_life, registered=old.registered)
