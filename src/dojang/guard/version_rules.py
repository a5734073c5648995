"""What a guard decides of versions: which keys it stages, and when it makes one of them its own."""

from dataclasses import dataclass

from dojang.guard import counters as counting
from dojang.guard import device_rules
from dojang.guard.decision import Decision, GuardSet, payload_of
from dojang.guard.facts import Changes, Counters, Customer, Facts, Staged, Taken
from dojang.pin.encoding import sha256
from dojang.pin.messages import Statement, VersionReceipt
from dojang.pin.signatures import verify
from dojang.policy.numbers import NUMBERS
from dojang.refusals import AnchorsMismatch, Forged, MalformedRequest, StatementRefused, VersionRefused


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A statement as relayed: signed by AK', by AK (or empty), with other guards' receipts and their signatures."""

    statement: Statement
    signature: bytes
    previous_signature: bytes
    receipts: tuple[tuple[VersionReceipt, bytes], ...]


def stage(facts: Facts, candidate: Staged, now: int) -> Decision[Staged]:
    """One staged key per element of a version, at most four. The same element gets the key that it had.

    Raises `VersionRefused` for a version that is not above the one held, and for a fifth element.
    """
    held = facts.customers.get(candidate.uid)
    if held is not None and candidate.ver <= held.ver:
        raise VersionRefused
    stored = facts.staged.get((candidate.uid, candidate.ver, candidate.blinded_sha256))
    if stored is not None:
        return Decision(stored)
    of_version = [row for row in facts.staged.values() if (row.uid, row.ver) == (candidate.uid, candidate.ver)]
    if len(of_version) >= NUMBERS.pin.staged_elements:
        raise VersionRefused
    payload = payload_of(
        uid=candidate.uid,
        ver=candidate.ver,
        blinded_sha256=candidate.blinded_sha256,
        public_key_sha256=sha256(candidate.key.public),
        time=now,
    )
    return Decision(candidate, Changes("version", payload, staged=candidate))


def take(facts: Facts, signed: SignedStatement, guards: GuardSet, now: int) -> Decision[VersionReceipt]:
    """Make the stated version this guard's own, once.

    (a) There is no version here, or its AK signed, and the key staged here is named: that key goes live. (b) t other
    guards have it live: a named staged key goes live, else the key here is erased. Either way the old key is gone.
    Raises `AnchorsMismatch`, `StatementRefused`, `VersionRefused` for a version below the one held.
    """
    statement = signed.statement
    if statement.guards_hash != guards.guards_hash:
        raise AnchorsMismatch
    _check_statement(statement.authorization_key, signed.signature, statement)
    stored = facts.taken.get((statement.uid, statement.ver))
    if stored is not None:
        if stored.statement_sha256 != sha256(statement.signed()):
            raise StatementRefused
        return Decision(_receipt(stored, guards))
    held = facts.customers.get(statement.uid)
    if held is not None and statement.ver <= held.ver:
        raise VersionRefused
    staged = _named(facts, statement, guards.guard_id)
    agreed = staged is not None and _owner_agreed(held, signed)
    if not agreed and not _live_elsewhere(signed, guards):
        raise StatementRefused
    taken, changes = _taken(facts, statement, staged, now)
    return Decision(_receipt(taken, guards), changes)


def _check_statement(authorization_key: bytes, signature: bytes, statement: Statement) -> None:
    try:
        verify(authorization_key, signature, statement.signed())
    except (Forged, MalformedRequest):
        raise StatementRefused from None


def _named(facts: Facts, statement: Statement, guard_id: str) -> Staged | None:
    """The staged key that the statement names for this guard."""
    named = [key.public_key_sha256 for key in statement.keys if key.guard_id == guard_id]
    if len(named) > 1:
        raise StatementRefused
    return next(
        (
            row
            for row in facts.staged.values()
            if (row.uid, row.ver) == (statement.uid, statement.ver) and sha256(row.key.public) in named
        ),
        None,
    )


def _owner_agreed(held: Customer | None, signed: SignedStatement) -> bool:
    if held is None:
        return True
    try:
        _check_statement(held.authorization_key, signed.previous_signature, signed.statement)
    except StatementRefused:
        return False
    return True


def _live_elsewhere(signed: SignedStatement, guards: GuardSet) -> bool:
    """Whether t other guards say that exactly this version is live with them."""
    statement, agreeing = signed.statement, set()
    for receipt, signature in signed.receipts:
        about = (receipt.guards_hash, receipt.uid, receipt.ver, receipt.authorization_key_sha256, receipt.record_sha256)
        stated = (
            guards.guards_hash,
            statement.uid,
            statement.ver,
            sha256(statement.authorization_key),
            statement.record_sha256,
        )
        public = guards.others.get(receipt.guard_id)
        if public is None or receipt.state != "live" or about != stated:
            continue
        try:
            verify(public, signature, receipt.signed())
        except Forged:
            continue
        agreeing.add(receipt.guard_id)
    return len(agreeing) >= guards.threshold


def _taken(facts: Facts, statement: Statement, staged: Staged | None, now: int) -> tuple[Taken, Changes]:
    customer = Customer(
        statement.uid,
        statement.ver,
        statement.authorization_key,
        statement.record_sha256,
        staged.key if staged else None,
    )
    taken = Taken(
        uid=statement.uid,
        ver=statement.ver,
        statement_sha256=sha256(statement.signed()),
        authorization_key_sha256=sha256(statement.authorization_key),
        record_sha256=statement.record_sha256,
        state="live" if staged else "erased",
        seq=facts.head.seq + 1,
        time=now,
    )
    offered = device_rules.device_of(statement.uid, statement.device_key) if statement.device_key else None
    device = device_rules.added(facts, offered)
    payload = payload_of(
        uid=taken.uid,
        ver=taken.ver,
        statement_sha256=taken.statement_sha256,
        authorization_key_sha256=taken.authorization_key_sha256,
        record_sha256=taken.record_sha256,
        state=taken.state,
        pin=statement.pin,
        device=device.device_id if device else b"",
        time=now,
    )
    counters = counting.of_new_version(facts.counters.get(statement.uid, Counters()), statement.pin)
    changes = Changes(
        "statement",
        payload,
        customer=customer,
        counters=(statement.uid, counting.with_device(counters, device)),
        taken=taken,
        device=device,
    )
    return taken, changes


def _receipt(taken: Taken, guards: GuardSet) -> VersionReceipt:
    return VersionReceipt(
        guards.guards_hash,
        guards.guard_id,
        taken.uid,
        taken.ver,
        taken.authorization_key_sha256,
        taken.record_sha256,
        taken.state,
        taken.seq,
        taken.time,
    )
