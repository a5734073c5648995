"""One transaction's attempts: a PIN is tried at as many guards as the threshold, and none of them is taken on trust.

A lying guard, or a slow or dead one, costs a moment: the next one is asked. Only when as many guards as the threshold
have proven their answers, all about this very record, can a PIN be called wrong.
"""

import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from dojang.client.holder.checks import KnownRecord
from dojang.client.holder.devices import Device
from dojang.client.holder.first_answers import first_answers
from dojang.client.holder.guards import Attempt, AttemptLeave, Guards, SignedRefusal
from dojang.pin import oprf, sharing, tickets
from dojang.pin.anchors import Anchors, GuardAnchor
from dojang.pin.encoding import b64, sha256
from dojang.pin.messages import AttemptReply
from dojang.pin.oprf import Evaluated
from dojang.pin.record import MaskedShare
from dojang.pin.version import Secrets, stretch
from dojang.policy.numbers import NUMBERS
from dojang.refusals import (
    Forged,
    GuardUnavailable,
    LifeFull,
    MalformedRequest,
    RecordMismatch,
    Refusal,
    RowFull,
    TicketExpired,
    TicketRefused,
    VersionNotLive,
    WrongPin,
)


@dataclass(frozen=True, slots=True)
class Share:
    """What one guard's answer opened."""

    guard: GuardAnchor
    share: bytes = field(repr=False)
    reply: AttemptReply
    foreign: int


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A right PIN. `foreign`: attempts since the last success that were not made here, as the guards count them."""

    secrets: Secrets
    p: bytes = field(repr=False)
    new_pin_due: bool
    foreign: int


class Tickets:
    """The attempt tickets at hand: each is used once, and fresh ones are asked for when none is left in time."""

    def __init__(self, texts: Sequence[str], anchors: Anchors, fresh: Callable[[], list[str]]) -> None:
        self._texts = list(texts)
        self._anchors, self._fresh = anchors, fresh
        self._lock = threading.Lock()

    def take(self, guard: GuardAnchor, uid: bytes, ver: int, th: bytes, now: int) -> AttemptLeave:
        """A ticket for exactly this guard, version and transaction. Raises `TicketRefused` if there is none to have."""
        with self._lock:
            found = self._at_hand(guard, uid, ver, th, now)
            if found is None:
                self._texts = self._fresh()
                found = self._at_hand(guard, uid, ver, th, now)
            if found is None:
                raise TicketRefused
            self._texts.remove(found.ticket)
            return found

    def drop(self) -> None:
        """No ticket at hand is any good."""
        with self._lock:
            self._texts = []

    def _at_hand(self, guard: GuardAnchor, uid: bytes, ver: int, th: bytes, now: int) -> AttemptLeave | None:
        for text in self._texts:
            try:
                ticket = tickets.open_attempt(text, self._anchors.ticket_key, guard.guard_id, now)
            except Refusal:
                continue
            if (ticket.uid, ticket.ver, ticket.th) == (uid, ver, th) and now < ticket.exp:
                return AttemptLeave(text, ticket.jti)
        return None


class Attempts:
    """Every attempt that this visit sends for one th, over all PINs typed and all guards asked."""

    def __init__(
        self,
        anchors: Anchors,
        guards: Guards,
        tickets: Tickets,
        th: bytes,
        device: Device | None,
        pool: ThreadPoolExecutor,
        now: Callable[[], int],
    ) -> None:
        self._anchors, self._guards, self._tickets = anchors, guards, tickets
        self._th, self._device, self._pool, self._now = th, device, pool, now
        self._sent: dict[bytes, str] = {}
        self._remaining: dict[str, int] = {}
        self._knows_device: dict[str, bool] = {}
        self._lock = threading.Lock()

    @property
    def sent(self) -> tuple[bytes, ...]:
        """The ids of all attempts sent so far, mistyped ones and those without an answer too."""
        with self._lock:
            return tuple(self._sent)

    @property
    def device_known_in_part(self) -> bool:
        """Whether some guard knows this device and another does not: one that was down when it was added."""
        with self._lock:
            return len(set(self._knows_device.values())) > 1

    def unlock(self, known: KnownRecord, pin: str) -> Unlocked:
        """The version's secrets, if the PIN is right.

        Raises `WrongPin` (fact: tries_left), `RecordMismatch`, `VersionNotLive`, `RowFull`, `LifeFull`,
        `GuardUnavailable`.
        """
        p = stretch(pin, known.record.salt, known.record.stretching)
        shares = self.ask(known, p, self._anchors.threshold)
        r = sharing.combine({share.guard.index: share.share for share in shares})
        opened = Secrets.of(r, known.record.uid, known.record.ver)
        if not opened.check(known.record.commitment):
            raise WrongPin(tries_left=self._tries_left(known))
        if opened.authorization_key().public != known.record.authorization_key:
            raise RecordMismatch
        return Unlocked(
            opened, p, any(share.reply.new_pin_due for share in shares), max(share.foreign for share in shares)
        )

    def ask(self, known: KnownRecord, p: bytes, wanted: int, but: frozenset[str] = frozenset()) -> tuple[Share, ...]:
        """The shares of `wanted` guards, none of them in `but`. Raises as `unlock` does, never `WrongPin`."""
        calls = [partial(self._ask, known, share, p) for share in self._order(known) if share.guard_id not in but]
        answers = first_answers(self._pool, calls, wanted)
        if len(answers.good) < wanted:
            raise _why(answers.refused)
        return answers.good

    def _order(self, known: KnownRecord) -> list[MaskedShare]:
        """Those with most tries left first, so that tries are spread; among equals by chance, so that load is."""
        shares = list(known.record.shares)
        secrets.SystemRandom().shuffle(shares)
        return sorted(shares, key=lambda share: -self._left_at(share.guard_id))

    def _ask(self, known: KnownRecord, share: MaskedShare, p: bytes) -> Share:
        guard = self._anchors.guard(share.guard_id)
        try:
            return self._try(known, guard, share, p, self._ticket(guard, known))
        except TicketExpired:  # our clock and the guard's differ
            self._tickets.drop()
            return self._try(known, guard, share, p, self._ticket(guard, known))

    def _ticket(self, guard: GuardAnchor, known: KnownRecord) -> AttemptLeave:
        return self._tickets.take(guard, known.record.uid, known.record.ver, self._th, self._now())

    def _try(self, known: KnownRecord, guard: GuardAnchor, share: MaskedShare, p: bytes, leave: AttemptLeave) -> Share:
        record = known.record
        attempt = Attempt.make(guard, leave, record.uid, record.ver, self._th, p, self._device)
        with self._lock:
            before = sum(name == guard.guard_id for name in self._sent.values())
            self._sent[attempt.attempt_id] = guard.guard_id
        try:
            reply = self._guards.attempt(attempt)
        except SignedRefusal as said:
            self._heard(guard, said.refusal.remaining)
            raise
        self._heard(guard, reply.remaining)
        with self._lock:
            self._knows_device[guard.guard_id] = reply.device_known
        # (1) this very record, (2) the key that it names, (3) proven to have been used
        if reply.record_sha256 != known.sha256 or sha256(reply.public_key) != share.public_key_sha256:
            raise RecordMismatch
        output = oprf.finalize(p, attempt.blinded, Evaluated(reply.evaluated, reply.proof), reply.public_key)
        masking = sharing.mask(record.uid, record.ver, guard.guard_id, guard.index, output)
        return Share(guard, sharing.remove_mask(share.masked, masking), reply, max(0, reply.wrong_since - before))

    def _heard(self, guard: GuardAnchor, remaining: int) -> None:
        with self._lock:
            self._remaining[guard.guard_id] = remaining

    def _left_at(self, guard_id: str) -> int:
        return self._remaining.get(guard_id, NUMBERS.pin.tries)

    def _tries_left(self, known: KnownRecord) -> int:
        """The threshold-th largest of what the guards last signed: so many more times can enough of them be asked."""
        left = sorted((self._left_at(share.guard_id) for share in known.record.shares), reverse=True)
        return left[self._anchors.threshold - 1]


def _why(refused: Sequence[Refusal]) -> Refusal:
    """What to tell the customer when too few guards answered. A forged answer weighs most: never a wrong PIN."""
    forged = (refusal for refusal in refused if not isinstance(refusal, TicketRefused))  # a ticket is the centre's
    if any(isinstance(refusal, Forged | MalformedRequest) for refusal in forged):
        return RecordMismatch()
    said = {refusal.refusal.code: refusal.refusal for refusal in refused if isinstance(refusal, SignedRefusal)}
    if elsewhere := said.get("version_not_live"):
        return VersionNotLive(live_ver=elsewhere.live_ver, live_record_sha256=b64(elsewhere.live_record_sha256))
    if "life_full" in said:
        return LifeFull()
    if "row_full" in said:
        return RowFull()
    return next(iter(refused), GuardUnavailable())
