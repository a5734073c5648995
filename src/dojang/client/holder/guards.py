"""The guards' calls. What a guard says counts once its signature, over what was really asked, holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2

from dojang.client.bodies import ActivationBody, ConfirmReceiptBody, DeviceAdditionBody
from dojang.client.holder.bodies import AttemptRefusalBody, AttemptReplyBody, ConfirmedBody, VersionReplyBody
from dojang.client.holder.devices import Device
from dojang.client.transport import problem_of, refusal_of
from dojang.pin import oprf
from dojang.pin.anchors import GuardAnchor
from dojang.pin.devices import AttemptProof
from dojang.pin.encoding import b64, canonical
from dojang.pin.messages import AttemptRefusal, AttemptReply, VersionReply, attempt_id
from dojang.pin.oprf import Evaluated
from dojang.pin.signatures import verify
from dojang.refusals import GuardUnavailable, MalformedRequest, Refusal, TicketExpired
from dojang.serving.bodies import Body

_Answer = TypeVar("_Answer", bound=Body)


@dataclass(frozen=True, slots=True)
class StagedKey:
    """A guard's key for a version, and the OPRF output under it."""

    guard: GuardAnchor
    public_key: bytes
    output: bytes


@dataclass(frozen=True, slots=True)
class AttemptLeave:
    """A ticket for one attempt as it travels, and its number."""

    ticket: str
    jti: bytes


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as it is sent. The bytes are known, and so is the attempt's id, before any answer."""

    guard: GuardAnchor
    uid: bytes
    ver: int
    th: bytes
    blinded: oprf.Blinded
    body: bytes

    @classmethod
    def make(
        cls, guard: GuardAnchor, leave: AttemptLeave, uid: bytes, ver: int, th: bytes, p: bytes, device: Device | None
    ) -> "Attempt":
        """With a fresh blind, and with the proof that it comes from this device, if there is one."""
        blinded = oprf.blind(p)
        said = AttemptProof(guard.guard_id, uid, ver, th, leave.jti, blinded.element)
        proof = {"device": b64(device.id), "signature": b64(device.sign(said.signed()))} if device else None
        body = canonical(
            {
                "ticket": leave.ticket,
                "uid": b64(uid),
                "ver": ver,
                "blinded": b64(blinded.element),
                "th": b64(th),
                **({"device_proof": proof} if proof else {}),
            }
        )
        return cls(guard, uid, ver, th, blinded, body)

    @property
    def attempt_id(self) -> bytes:
        """SHA-256(label|request body)."""
        return attempt_id(self.body)


class SignedRefusal(Refusal):
    """A guard's own "no", which it signed."""

    def __init__(self, refusal: AttemptRefusal) -> None:
        super().__init__()
        self.refusal = refusal


class Guards:
    """The guards, each at its anchor's origin."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http

    def stage(self, guard: GuardAnchor, ticket: str, uid: bytes, ver: int, p: bytes) -> StagedKey:
        """A key staged for this version, proven. Raises `Forged` for a lie, `GuardUnavailable`, or what it says."""
        blinded = oprf.blind(p)
        body = {"ticket": ticket, "uid": b64(uid), "ver": ver, "blinded": b64(blinded.element)}
        content = self._post(guard, "/v1/versions", canonical(body))
        answer = _read(VersionReplyBody, guard, content)
        reply = VersionReply(
            guard.guard_id, uid, ver, blinded.element, answer.evaluated, answer.proof, answer.public_key
        )
        verify(guard.public_key, answer.signature, reply.signed())
        output = oprf.finalize(p, blinded, Evaluated(answer.evaluated, answer.proof), answer.public_key)
        return StagedKey(guard, answer.public_key, output)

    def attempt(self, attempt: Attempt) -> AttemptReply:
        """The guard's signed reply; its proof is not yet looked at.

        Raises `SignedRefusal`, `TicketExpired`, `Forged` for a reply about anything else, `GuardUnavailable`.
        """
        response = self._send(attempt.guard, "/v1/attempts", attempt.body)
        if response.status_code != 200:
            raise _attempt_refused(attempt, response)
        answer = _read(AttemptReplyBody, attempt.guard, response.content)
        reply = AttemptReply(
            guard_id=attempt.guard.guard_id,
            uid=attempt.uid,
            ver=attempt.ver,
            th=attempt.th,
            attempt_id=attempt.attempt_id,
            blinded=attempt.blinded.element,
            evaluated=answer.evaluated,
            proof=answer.proof,
            public_key=answer.public_key,
            remaining=answer.remaining,
            wrong_since=answer.wrong_since,
            new_pin_due=answer.new_pin_due,
            device_known=answer.device_known,
            record_sha256=answer.record_sha256,
        )
        verify(attempt.guard.public_key, answer.signature, reply.signed())
        return reply

    def confirm(
        self, guard: GuardAnchor, activation: ActivationBody, addition: DeviceAdditionBody | None
    ) -> ConfirmReceiptBody | None:
        """The guard's receipt, if it has a listed attempt; not yet verified."""
        device = {"device": addition.model_dump(mode="json")} if addition else {}
        content = self._post(guard, "/v1/confirm", canonical({**activation.model_dump(mode="json"), **device}))
        return _read(ConfirmedBody, guard, content).receipt

    def _post(self, guard: GuardAnchor, path: str, body: bytes) -> bytes:
        response = self._send(guard, path, body)
        if response.status_code != 200:
            raise refusal_of(response, GuardUnavailable)
        return response.content

    def _send(self, guard: GuardAnchor, path: str, body: bytes) -> httpx2.Response:
        """A connection lost is tried once more: the same bytes get the same answer and spend nothing more."""
        for tries_left in (1, 0):
            try:
                return self._http.post(guard.origin + path, content=body, headers={"Content-Type": "application/json"})
            except (httpx2.ConnectError, httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError):
                if not tries_left:
                    break
            except httpx2.TransportError:
                break
        raise GuardUnavailable(guard_id=guard.guard_id)


def _attempt_refused(attempt: Attempt, response: httpx2.Response) -> Refusal:
    problem: Mapping[str, Any] = problem_of(response)
    if "signature" not in problem:
        refusal = refusal_of(response, GuardUnavailable)
        return refusal if isinstance(refusal, TicketExpired) else GuardUnavailable(guard_id=attempt.guard.guard_id)
    answer = _read(AttemptRefusalBody, attempt.guard, response.content)
    refused = AttemptRefusal(
        guard_id=attempt.guard.guard_id,
        uid=attempt.uid,
        ver=attempt.ver,
        th=attempt.th,
        attempt_id=attempt.attempt_id,
        code=answer.code,
        remaining=answer.remaining,
        live_ver=answer.live_ver,
        live_record_sha256=answer.live_record_sha256,
    )
    verify(attempt.guard.public_key, answer.signature, refused.signed())
    return SignedRefusal(refused)


def _read(form: type[_Answer], guard: GuardAnchor, content: bytes) -> _Answer:
    """A guard whose answer can't be read is as good as down."""
    try:
        return form.read(content)
    except MalformedRequest:
        raise GuardUnavailable(guard_id=guard.guard_id) from None
