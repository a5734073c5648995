"""What a guard decides of attempts and confirms, from facts alone: each rule returns what changes and what is answered,
or raises a refusal. Those of versions are in `version_rules`."""

from dataclasses import dataclass

from dojang.guard import counters as counting
from dojang.guard import device_rules
from dojang.guard.decision import Decision, GuardSet, payload_of
from dojang.guard.device_rules import Addition, DeviceProof, DeviceState
from dojang.guard.facts import Attempt, Changes, Confirmed, Counters, Customer, Device, Facts, Forget
from dojang.pin.encoding import sha256
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


@dataclass(frozen=True, slots=True)
class AttemptRequest:
    """An attempt whose ticket and encodings hold."""

    attempt_id: bytes
    uid: bytes
    ver: int
    th: bytes
    jti: bytes
    blinded: bytes
    device_proof: DeviceProof | None = None


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

    Raises `DeviceRefused` for a proof that the device it names did not make, `AttemptReplayed` for another request with
    the same ticket.
    """
    customer = facts.customers.get(request.uid)
    if customer is None or customer.key is None:
        return Decision(NotSpent("version_not_live", 0, 0, b""))
    device_known = device_rules.is_known(facts, request.uid, request.device_proof)
    before = facts.counters[request.uid]
    unknown = counting.counts_as_unknown(before, device_known=device_known)
    if customer.ver != request.ver:
        return Decision(_not_spent("version_not_live", before, customer, unknown=unknown))
    stored = facts.attempts.get(request.attempt_id)
    if stored is not None:
        return Decision(Spent(stored, customer.key, customer.record_sha256, repeated=True))
    if request.jti in facts.jtis:
        raise AttemptReplayed
    try:
        after = counting.spend(before, unknown=unknown)
    except LifeFull:
        return Decision(_not_spent("life_full", before, customer, unknown=unknown))
    except RowFull:
        return Decision(_not_spent("row_full", before, customer, unknown=unknown))
    attempt = _attempt(request, before, after, now, device_known=device_known, unknown=unknown)
    changes = Changes("attempt", _told(attempt), counters=(request.uid, after), attempts=(attempt,))
    return Decision(Spent(attempt, customer.key, customer.record_sha256, repeated=False), changes)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a confirm is answered: a receipt where an attempt of this guard is listed, and what became of its device."""

    receipt: ConfirmReceipt | None
    device: DeviceState | None


def confirm(
    facts: Facts, activation: Activation, signature: bytes, addition: Addition | None, guards: GuardSet, now: int
) -> Decision[Confirmation]:
    """Make the listed attempts right and, once per th, clear those before it (rules 2 and 3 of the counters).

    With `addition`, the device is connected along with what is confirmed, by nothing that was confirmed before.

    Raises `VersionNotLive` for a version that is not the one held, `ConfirmRefused` for a signature that is not by its
    AK, and outside its times; `DeviceRefused` for a device that AK did not add beside this very transaction.
    """
    customer = facts.customers.get(activation.uid)
    if customer is None or customer.ver != activation.ver:
        raise VersionNotLive
    _check_activation(activation, signature, customer.authorization_key, now)
    if addition is not None:
        device_rules.check_addition(activation, addition, customer.authorization_key)
    digest = activation.hash(signature)
    counted = _counted(facts, activation, now)
    stored = facts.confirmed.get((activation.uid, activation.th, digest))
    offered = addition.device_of(activation.uid) if addition is not None else None
    if stored is not None and not counted.changed:
        return Decision(Confirmation(_receipt(stored, customer, guards), device_rules.state_of(facts, offered)))
    added = device_rules.added(facts, offered) if stored is None else None
    mine = any(
        attempt.attempt_id in activation.attempts and attempt.th == activation.th
        for attempt in facts.attempts.values()
        if attempt.uid == activation.uid
    )
    confirmed = Confirmed(activation.uid, activation.ver, activation.th, digest, mine, facts.head.seq + 1, now)
    state = "known" if added else device_rules.state_of(facts, offered)
    return Decision(Confirmation(_receipt(confirmed, customer, guards), state), _confirming(confirmed, counted, added))


def _counted(facts: Facts, activation: Activation, now: int) -> counting.Counted:
    own = [attempt for attempt in facts.attempts.values() if attempt.uid == activation.uid]
    cleared_already = any((row.uid, row.th) == (activation.uid, activation.th) for row in facts.confirmed.values())
    return counting.confirm(
        facts.counters[activation.uid],
        own,
        frozenset(activation.attempts),
        activation.th,
        None if cleared_already else min(activation.iat, now),
    )


def _not_spent(code: RefusalCode, counters: Counters, customer: Customer, *, unknown: bool) -> NotSpent:
    return NotSpent(code, counting.remaining(counters, unknown=unknown), customer.ver, customer.record_sha256)


def _attempt(
    request: AttemptRequest, before: Counters, after: Counters, now: int, *, device_known: bool, unknown: bool
) -> Attempt:
    return Attempt(
        attempt_id=request.attempt_id,
        uid=request.uid,
        ver=request.ver,
        th=request.th,
        jti=request.jti,
        spent_at=now,
        state="open",
        remaining=counting.remaining(after, unknown=unknown),
        # A confirm takes right attempts and those before it out of the row, so what was in the row before this attempt
        # is what was made since and no confirm made right.
        wrong_since=before.row,
        new_pin_due=counting.new_pin_due(after),
        device_known=device_known,
        counted_unknown=unknown,
    )


def _told(attempt: Attempt) -> bytes:
    return payload_of(
        attempt_id=attempt.attempt_id,
        uid=attempt.uid,
        ver=attempt.ver,
        th=attempt.th,
        jti=attempt.jti,
        device="known" if attempt.device_known else "unknown",
        time=attempt.spent_at,
    )


def _check_activation(activation: Activation, signature: bytes, authorization_key: bytes, now: int) -> None:
    skew = NUMBERS.time.clock_skew
    in_time = activation.iat <= now + skew and now <= activation.exp + skew
    if not in_time or activation.exp > activation.iat + NUMBERS.transaction.lifetime:
        raise ConfirmRefused
    try:
        verify(authorization_key, signature, activation.signed())
    except (Forged, MalformedRequest):
        raise ConfirmRefused from None


def _confirming(confirmed: Confirmed, counted: counting.Counted, added: Device | None) -> Changes:
    payload = payload_of(
        uid=confirmed.uid,
        ver=confirmed.ver,
        th=confirmed.th,
        activation_sha256=confirmed.activation_sha256,
        right=[attempt.attempt_id for attempt in counted.changed if attempt.state == "right"],
        cleared=[attempt.attempt_id for attempt in counted.changed if attempt.state == "cleared"],
        device=added.device_id if added else b"",
        time=confirmed.time,
    )
    return Changes(
        "confirm",
        payload,
        counters=(confirmed.uid, counting.with_device(counted.counters, added)),
        attempts=counted.changed,
        confirmed=confirmed,
        forget=Forget(confirmed.uid, confirmed.time - NUMBERS.pin.attempt_kept),
        device=added,
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
