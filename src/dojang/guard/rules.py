"""What a guard decides of attempts and confirms, from facts alone: each rule returns what changes and what is answered,
or raises a refusal. Those of versions are in `version_rules`."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from dojang.guard import counters as counting
from dojang.guard.facts import Attempt, Changes, Confirmed, Counters, Customer, Facts, Forget
from dojang.pin.encoding import b64, canonical, sha256
from dojang.pin.messages import Activation, ConfirmReceipt, RefusalCode
from dojang.pin.oprf import KeyPair
from dojang.pin.signatures import verify
from dojang.policy.numbers import NUMBERS
from dojang.refusals import (
    AttemptReplayed,
    ConfirmRefused,
    Forged,
    LifeFull,
    MalformedRequest,
    RowFull,
    VersionNotLive,
)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class GuardSet:
    """Who this guard is, and the others of its set: their identity keys by guard_id."""

    guard_id: str
    guards_hash: bytes
    threshold: int
    others: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Decision(Generic[Answer]):
    """What is answered once `changes` are durable; None changes nothing."""

    answer: Answer
    changes: Changes | None = None


@dataclass(frozen=True, slots=True)
class AttemptRequest:
    """An attempt whose ticket and encodings hold."""

    attempt_id: bytes
    uid: bytes
    ver: int
    th: bytes
    jti: bytes
    blinded: bytes


@dataclass(frozen=True, slots=True)
class Spent:
    """An attempt that is spent, now or by the same request before, and the live key it may be evaluated with."""

    attempt: Attempt
    key: KeyPair
    record_sha256: bytes
    repeated: bool


@dataclass(frozen=True, slots=True)
class NotSpent:
    """A refusal to sign; nothing was spent."""

    code: RefusalCode
    remaining: int
    live_ver: int
    live_record_sha256: bytes


def spend(facts: Facts, request: AttemptRequest, now: int) -> Decision[Spent | NotSpent]:
    """Spend one attempt of the live version. The same request spends nothing again.

    Raises `AttemptReplayed` for another request with the same ticket.
    """
    customer = facts.customers.get(request.uid)
    if customer is None or customer.key is None:
        return Decision(NotSpent("version_not_live", 0, 0, b""))
    counters = facts.counters[request.uid]
    if customer.ver != request.ver:
        return Decision(_not_spent("version_not_live", counters, customer))
    stored = facts.attempts.get(request.attempt_id)
    if stored is not None:
        return Decision(Spent(stored, customer.key, customer.record_sha256, repeated=True))
    if request.jti in facts.jtis:
        raise AttemptReplayed
    try:
        after = counting.spend(counters)
    except LifeFull:
        return Decision(_not_spent("life_full", counters, customer))
    except RowFull:
        return Decision(_not_spent("row_full", counters, customer))
    attempt, changes = _spent(request, counters, after, now)
    return Decision(Spent(attempt, customer.key, customer.record_sha256, repeated=False), changes)


def confirm(
    facts: Facts, activation: Activation, signature: bytes, guards: GuardSet, now: int
) -> Decision[ConfirmReceipt | None]:
    """Make the listed attempts right and, once per th, clear those before it (rules 2 and 3 of the counters).

    The receipt, or None where no attempt of this guard is listed.

    Raises `VersionNotLive` for a version that is not the one held, `ConfirmRefused` for a signature that is not by its
    AK, and outside its times.
    """
    customer = facts.customers.get(activation.uid)
    if customer is None or customer.ver != activation.ver:
        raise VersionNotLive
    _check_activation(activation, signature, customer.authorization_key, now)
    digest = activation.hash(signature)
    own = [attempt for attempt in facts.attempts.values() if attempt.uid == activation.uid]
    listed = frozenset(activation.attempts)
    cleared_already = any((row.uid, row.th) == (activation.uid, activation.th) for row in facts.confirmed.values())
    counted = counting.confirm(
        facts.counters[activation.uid],
        own,
        listed,
        activation.th,
        None if cleared_already else min(activation.iat, now),
    )
    stored = facts.confirmed.get((activation.uid, activation.th, digest))
    if stored is not None and not counted.changed:
        return Decision(_receipt(stored, customer, guards))
    mine = any(attempt.attempt_id in listed and attempt.th == activation.th for attempt in own)
    confirmed = Confirmed(activation.uid, activation.ver, activation.th, digest, mine, facts.head.seq + 1, now)
    return Decision(_receipt(confirmed, customer, guards), _confirming(confirmed, counted))


def _not_spent(code: RefusalCode, counters: Counters, customer: Customer) -> NotSpent:
    return NotSpent(code, counting.remaining(counters), customer.ver, customer.record_sha256)


def _spent(request: AttemptRequest, before: Counters, after: Counters, now: int) -> tuple[Attempt, Changes]:
    attempt = Attempt(
        attempt_id=request.attempt_id,
        uid=request.uid,
        ver=request.ver,
        th=request.th,
        jti=request.jti,
        spent_at=now,
        state="open",
        remaining=counting.remaining(after),
        # A confirm takes right attempts and those before it out of the row, so what was in the row before this attempt
        # is what was made since and no confirm made right.
        wrong_since=before.row,
        new_pin_due=counting.new_pin_due(after),
    )
    payload = payload_of(
        attempt_id=attempt.attempt_id, uid=attempt.uid, ver=attempt.ver, th=attempt.th, jti=attempt.jti, time=now
    )
    return attempt, Changes("attempt", payload, counters=(request.uid, after), attempts=(attempt,))


def _check_activation(activation: Activation, signature: bytes, authorization_key: bytes, now: int) -> None:
    skew = NUMBERS.time.clock_skew
    in_time = activation.iat <= now + skew and now <= activation.exp + skew
    if not in_time or activation.exp > activation.iat + NUMBERS.transaction.lifetime:
        raise ConfirmRefused
    try:
        verify(authorization_key, signature, activation.signed())
    except (Forged, MalformedRequest):
        raise ConfirmRefused from None


def _confirming(confirmed: Confirmed, counted: counting.Counted) -> Changes:
    payload = payload_of(
        uid=confirmed.uid,
        ver=confirmed.ver,
        th=confirmed.th,
        activation_sha256=confirmed.activation_sha256,
        right=[attempt.attempt_id for attempt in counted.changed if attempt.state == "right"],
        cleared=[attempt.attempt_id for attempt in counted.changed if attempt.state == "cleared"],
        time=confirmed.time,
    )
    return Changes(
        "confirm",
        payload,
        counters=(confirmed.uid, counted.counters),
        attempts=counted.changed,
        confirmed=confirmed,
        forget=Forget(confirmed.uid, confirmed.time - NUMBERS.pin.attempt_kept),
    )


def _receipt(confirmed: Confirmed, customer: Customer, guards: GuardSet) -> ConfirmReceipt | None:
    if not confirmed.receipt:
        return None
    return ConfirmReceipt(
        guards.guards_hash,
        guards.guard_id,
        confirmed.uid,
        confirmed.ver,
        sha256(customer.authorization_key),
        confirmed.th,
        confirmed.activation_sha256,
        confirmed.seq,
        confirmed.time,
    )


def payload_of(**values: bytes | str | int | list[bytes]) -> bytes:
    """A journal entry's payload, canonical JSON."""
    return canonical({name: _as_json(value) for name, value in values.items()})


def _as_json(value: bytes | str | int | list[bytes]) -> str | int | list[str]:
    match value:
        case bytes():
            return b64(value)
        case list():
            return [b64(item) for item in value]
        case _:
            return value
