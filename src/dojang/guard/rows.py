"""A guard's rows as both stores keep them: what a batch leaves in the tables, and each row's columns in their order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dojang.guard.facts import Attempt, Changes, Confirmed, Counters, Customer, Device, Forget, Staged, Taken
from dojang.pin.oprf import KeyPair

Column = bytes | str | int | None


@dataclass(frozen=True, slots=True)
class Rows:
    """What a batch leaves in the tables: each row once, as its last decision left it."""

    customers: tuple[Customer, ...]
    counters: tuple[tuple[Column, ...], ...]
    staged: tuple[Staged, ...]
    taken: tuple[Taken, ...]
    attempts: tuple[Attempt, ...]
    confirmed: tuple[Confirmed, ...]
    forgets: tuple[Forget, ...]
    devices: tuple[Device, ...]
    removed: tuple[Device, ...]

    @classmethod
    def of(cls, changes: Sequence[Changes]) -> "Rows":
        """The rows after `changes`, in this order."""
        customers = {change.customer.uid: change.customer for change in changes if change.customer}
        counters = dict(change.counters for change in changes if change.counters)
        attempts = {attempt.attempt_id: attempt for change in changes for attempt in change.attempts}
        devices = {(d.uid, d.device_id): (d, d is change.device) for change in changes for d in _devices(change)}
        return cls(
            customers=tuple(customers.values()),
            counters=tuple((uid, *values(counted)) for uid, counted in counters.items()),
            staged=tuple(change.staged for change in changes if change.staged),
            taken=tuple(change.taken for change in changes if change.taken),
            attempts=tuple(attempts.values()),
            confirmed=tuple({(c.uid, c.th, c.activation_sha256): c for c in _confirmed(changes)}.values()),
            forgets=tuple(change.forget for change in changes if change.forget),
            devices=tuple(device for device, held in devices.values() if held),
            removed=tuple(device for device, held in devices.values() if not held),
        )


def _confirmed(changes: Sequence[Changes]) -> Iterable[Confirmed]:
    return (change.confirmed for change in changes if change.confirmed)


def _devices(change: Changes) -> Iterable[Device]:
    return (device for device in (change.device, change.removed) if device)


def values(row: Customer | Counters | Staged | Taken | Attempt | Confirmed | Device) -> tuple[Column, ...]:
    """The fields in their order, which is the order of the columns; a key is two: its secret and its public half."""
    columns: list[Column] = []
    for name in type(row).__slots__:
        value = getattr(row, name)
        if name == "key":
            columns += (value.secret, value.public) if value else (None, None)
        else:
            columns.append(value)
    return tuple(columns)


def customer_of(columns: Sequence[Any]) -> Customer:
    """The row behind `values`."""
    uid, ver, authorization_key, record_sha256, secret, public = columns
    key = KeyPair(secret, public) if secret is not None else None
    return Customer(uid, ver, authorization_key, record_sha256, key)


def counters_of(columns: Sequence[Any]) -> Counters:
    """The row behind `values`, after its uid."""
    _uid, row, life, unknown_row, unknown_life, registered = columns
    return Counters(row, life, unknown_row, unknown_life, bool(registered))


def staged_of(columns: Sequence[Any]) -> Staged:
    """The row behind `values`."""
    uid, ver, blinded_sha256, secret, public, evaluated, proof = columns
    return Staged(uid, ver, blinded_sha256, KeyPair(secret, public), evaluated, proof)


def attempt_of(columns: Sequence[Any]) -> Attempt:
    """The row behind `values`; SQLite has 0 and 1 for no and yes."""
    attempt = Attempt(*columns)
    return replace(
        attempt,
        new_pin_due=bool(attempt.new_pin_due),
        device_known=bool(attempt.device_known),
        counted_unknown=bool(attempt.counted_unknown),
    )


def confirmed_of(columns: Sequence[Any]) -> Confirmed:
    """The row behind `values`."""
    uid, ver, th, activation_sha256, receipt, seq, time = columns
    return Confirmed(uid, ver, th, activation_sha256, bool(receipt), seq, time)
