"""A guard at work: what is sent is checked, decided and written by the journal's one writer, and only then answered."""

import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from typing import Generic, TypeVar

from prometheus_client import CollectorRegistry, Counter

from dojang.guard import device_rules, rules, version_rules
from dojang.guard.bodies import (
    AttemptBody,
    ConfirmBody,
    DeviceProofBody,
    DeviceRemovalBody,
    StatementBody,
    VersionBody,
)
from dojang.guard.decision import GuardSet
from dojang.guard.device_rules import DeviceProof, DeviceState
from dojang.guard.facts import Staged, Wanted
from dojang.guard.rules import AttemptRequest, Confirmation, NotSpent, Spent
from dojang.guard.writer import Writer
from dojang.pin import oprf, tickets
from dojang.pin.devices import AttemptProof
from dojang.pin.encoding import b64, canonical, sha256
from dojang.pin.messages import (
    AttemptRefusal,
    AttemptReply,
    VersionReceipt,
    VersionReply,
    attempt_id,
)
from dojang.pin.signatures import SigningKey
from dojang.pin.tickets import AttemptTicket
from dojang.refusals import LifeFull, Refusal, RowFull, TicketRefused, VersionNotLive

Written = TypeVar("Written")

_REFUSALS: dict[str, type[Refusal]] = {refusal.code: refusal for refusal in (RowFull, LifeFull, VersionNotLive)}


@dataclass(frozen=True, slots=True)
class UnderWay(Generic[Written]):
    """A request handed to the writer; `reply` makes the answer, a JSON body, once it is written."""

    written: "Future[Written]"
    reply: Callable[[Written], bytes]

    def finish(self) -> bytes:
        """Wait, then answer."""
        return self.reply(self.written.result())


class Desk:
    """Each call takes a request's body and the time. Refusals are raised by the call, by `written` or by `reply`."""

    def __init__(
        self, identity: SigningKey, guards: GuardSet, ticket_key: bytes, writer: Writer, registry: CollectorRegistry
    ) -> None:
        self._identity, self._guards, self._ticket_key, self._writer = identity, guards, ticket_key, writer
        self._attempts = Counter("dojang_guard_attempts", "Attempts by outcome", ["outcome"], registry=registry)
        self._confirms = Counter(
            "dojang_guard_confirms", "Confirms, with a receipt or not", ["receipt"], registry=registry
        )
        self._versions = Counter("dojang_guard_versions", "Statements taken, by state", ["state"], registry=registry)

    def version(self, raw: bytes, now: int) -> "UnderWay[Staged]":
        """Stage a fresh key and evaluate the one element under it (step 1 of a version)."""
        body = VersionBody.read(raw)
        ticket = tickets.open_version(body.ticket, self._ticket_key, self._guards.guard_id, now)
        if (ticket.uid, ticket.ver) != (body.uid, body.ver):
            raise TicketRefused
        key = oprf.generate_key_pair()
        evaluated = oprf.evaluate(key, body.blinded)
        candidate = Staged(body.uid, body.ver, sha256(body.blinded), key, evaluated.element, evaluated.proof)
        written = self._writer.submit(
            Wanted(uids=frozenset({body.uid}), staging=frozenset({body.uid})),
            lambda facts: version_rules.stage(facts, candidate, now),
        )
        return UnderWay(written, lambda staged: self._version_reply(staged, body.blinded))

    def statement(self, raw: bytes, now: int) -> "UnderWay[VersionReceipt]":
        """Take a statement that the centre relays (step 4)."""
        signed = StatementBody.read(raw).signed_statement()
        uid = frozenset({signed.statement.uid})
        written = self._writer.submit(
            Wanted(uids=uid, staging=uid, devices=uid if signed.statement.device_key else frozenset()),
            lambda facts: version_rules.take(facts, signed, self._guards, now),
        )
        return UnderWay(written, self._version_receipt)

    def attempt(self, raw: bytes, now: int) -> "UnderWay[Spent | NotSpent]":
        """Check ticket and encodings, spend one attempt durably, and only then evaluate."""
        body = AttemptBody.read(raw)
        ticket = tickets.open_attempt(body.ticket, self._ticket_key, self._guards.guard_id, now)
        if (ticket.uid, ticket.ver, ticket.th) != (body.uid, body.ver, body.th):
            raise TicketRefused
        oprf.check_element(body.blinded)
        proof = self._proof(body.device_proof, ticket, body.blinded)
        request = AttemptRequest(attempt_id(raw), body.uid, body.ver, body.th, ticket.jti, body.blinded, proof)
        uid = frozenset({request.uid})
        wanted = Wanted(
            uids=uid,
            attempts=frozenset({request.attempt_id}),
            jtis=frozenset({request.jti}),
            devices=uid if proof else frozenset(),
        )
        written = self._writer.submit(wanted, lambda facts: rules.spend(facts, request, now))
        return UnderWay(written, lambda spent: self._attempt_reply(request, spent))

    def confirm(self, raw: bytes, now: int) -> "UnderWay[Confirmation]":
        """Make the attempts that the customer's activation lists right, clear those before it, and add her device."""
        body = ConfirmBody.read(raw)
        activation, uid = body.activation(), frozenset({body.uid})
        addition = body.device.addition() if body.device else None
        written = self._writer.submit(
            Wanted(
                uids=uid,
                attempts=frozenset(activation.attempts),
                confirming=uid,
                devices=uid if addition else frozenset(),
            ),
            lambda facts: rules.confirm(facts, activation, body.signature, addition, self._guards, now),
        )
        return UnderWay(written, self._confirmation)

    def device_removal(self, raw: bytes, now: int) -> "UnderWay[DeviceState]":
        """Forget a device of a customer, as the centre's ticket says."""
        body = DeviceRemovalBody.read(raw)
        ticket = tickets.open_device_removal(body.ticket, self._ticket_key, self._guards.guard_id, now)
        written = self._writer.submit(
            Wanted(devices=frozenset({ticket.uid})),
            lambda facts: device_rules.remove(facts, ticket.uid, ticket.device, now),
        )
        return UnderWay(written, lambda state: canonical({"device": state}))

    def _proof(self, body: DeviceProofBody | None, ticket: AttemptTicket, blinded: bytes) -> DeviceProof | None:
        if body is None:
            return None
        said = AttemptProof(self._guards.guard_id, ticket.uid, ticket.ver, ticket.th, ticket.jti, blinded)
        return DeviceProof(body.device, body.signature, said.signed())

    def _version_reply(self, staged: Staged, blinded: bytes) -> bytes:
        reply = VersionReply(
            self._guards.guard_id,
            staged.uid,
            staged.ver,
            blinded,
            staged.evaluated,
            staged.proof,
            staged.key.public,
        )
        return self._signed(
            reply.signed(), evaluated=staged.evaluated, public_key=staged.key.public, proof=staged.proof
        )

    def _version_receipt(self, receipt: VersionReceipt) -> bytes:
        self._versions.labels(receipt.state).inc()
        return self._signed(receipt.signed(), **asdict(receipt))

    def _attempt_reply(self, request: AttemptRequest, spent: Spent | NotSpent) -> bytes:
        if isinstance(spent, NotSpent):
            raise self._refusal(request, spent)
        self._attempts.labels("repeated" if spent.repeated else "spent").inc()
        if spent.attempt.reply is not None:
            return spent.attempt.reply
        evaluated = oprf.evaluate(spent.key, request.blinded)
        reply = AttemptReply(
            guard_id=self._guards.guard_id,
            uid=request.uid,
            ver=request.ver,
            th=request.th,
            attempt_id=request.attempt_id,
            blinded=request.blinded,
            evaluated=evaluated.element,
            proof=evaluated.proof,
            public_key=spent.key.public,
            remaining=spent.attempt.remaining,
            wrong_since=spent.attempt.wrong_since,
            new_pin_due=spent.attempt.new_pin_due,
            device_known=spent.attempt.device_known,
            record_sha256=spent.record_sha256,
        )
        data = self._signed(
            reply.signed(),
            evaluated=reply.evaluated,
            public_key=reply.public_key,
            proof=reply.proof,
            remaining=reply.remaining,
            wrong_since=reply.wrong_since,
            new_pin_due=reply.new_pin_due,
            device_known=reply.device_known,
            record_sha256=reply.record_sha256,
        )
        self._writer.keep_reply(request.attempt_id, data)
        return data

    def _refusal(self, request: AttemptRequest, no: NotSpent) -> Refusal:
        """The signed "no" of an attempt."""
        refusal = AttemptRefusal(
            self._guards.guard_id,
            request.uid,
            request.ver,
            request.th,
            request.attempt_id,
            no.code,
            no.remaining,
            no.live_ver,
            no.live_record_sha256,
        )
        self._attempts.labels(no.code).inc()
        return _REFUSALS[no.code](
            guard_id=refusal.guard_id,
            remaining=no.remaining,
            live_ver=no.live_ver,
            live_record_sha256=b64(no.live_record_sha256),
            signature=b64(self._identity.sign(refusal.signed())),
        )

    def _confirmation(self, confirmation: Confirmation) -> bytes:
        receipt, device = confirmation.receipt, confirmation.device
        self._confirms.labels("yes" if receipt else "no").inc()
        signed = self._signed(receipt.signed(), **asdict(receipt)) if receipt else b"null"
        return (b'{"device":"%b",' % device.encode() if device else b"{") + b'"receipt":' + signed + b"}"

    def _signed(self, signed: bytes, **fields: bytes | str | int | bool) -> bytes:
        """The fields and this guard's signature as JSON."""
        fields["signature"] = self._identity.sign(signed)
        return json.dumps(fields, default=_b64, separators=(",", ":")).encode()


def _b64(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError
    return b64(value)
