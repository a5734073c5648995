"""A guard set with its parties' keys, and a customer's side made of `dojang.pin` alone."""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from prometheus_client import CollectorRegistry

from dojang.guard.decision import GuardSet
from dojang.guard.desk import Desk, UnderWay
from dojang.guard.facts import Facts, Wanted
from dojang.guard.journal import Journal
from dojang.guard.journal_postgres import PostgresJournal
from dojang.guard.journal_sqlite import SqliteJournal
from dojang.guard.writer import Writer
from dojang.pin import oprf, sharing, tickets
from dojang.pin.anchors import Anchors, GuardAnchor
from dojang.pin.devices import AttemptProof, DeviceAddition, device_id
from dojang.pin.encoding import b64, canonical, sha256, unb64
from dojang.pin.messages import (
    Activation,
    AttemptReply,
    ConfirmReceipt,
    NamedKey,
    Statement,
    VersionReceipt,
    VersionReply,
    attempt_id,
)
from dojang.pin.record import KeyStretching, MaskedShare, Record
from dojang.pin.signatures import SigningKey, verify
from dojang.pin.tickets import AttemptTicket, DeviceRemovalTicket, VersionTicket
from dojang.pin.version import Secrets

NOW = 1_800_000_000
GUARD = "guard-1"

Json = dict[str, Any]
Call = Callable[[str, bytes], Json]


@dataclass(frozen=True)
class House:
    """Three guards' identities and the centre's keys."""

    identities: tuple[SigningKey, ...] = field(default_factory=lambda: tuple(SigningKey.generate() for _ in range(3)))
    ticket_key: SigningKey = field(default_factory=SigningKey.generate)
    call_key: SigningKey = field(default_factory=SigningKey.generate)
    first_port: int = 8011

    @cached_property
    def anchors(self) -> Anchors:
        other = SigningKey.generate
        return Anchors(
            threshold=2,
            guards=tuple(
                GuardAnchor(f"guard-{i}", i, f"http://127.0.0.1:{self.first_port + i - 1}", key.public)
                for i, key in enumerate(self.identities, start=1)
            ),
            vault_key=other().public,
            log_key=other().public,
            center_origin="http://center.dojang.localhost:8001",
            ticket_key=self.ticket_key.public,
            registration_key=other().public,
            root_certificate=b"root",
        )

    def guards(self, guard_id: str = GUARD) -> GuardSet:
        others = {guard.guard_id: guard.public_key for guard in self.anchors.guards if guard.guard_id != guard_id}
        return GuardSet(guard_id, self.anchors.guards_hash, self.anchors.threshold, others)

    def identity(self, guard_id: str = GUARD) -> SigningKey:
        return self.identities[self.anchors.guard(guard_id).index - 1]

    def desk(self, writer: Writer, guard_id: str = GUARD) -> Desk:
        return Desk(self.identity(guard_id), self.guards(guard_id), self.ticket_key.public, writer, CollectorRegistry())

    def version_ticket(self, uid: bytes, ver: int, guard_id: str = GUARD, **changed: Any) -> str:
        ticket = VersionTicket(guard_id, uid, bytes(16), ver, NOW + 600)
        return tickets.seal(replace(ticket, **changed), self.ticket_key)

    def removal_ticket(self, uid: bytes, device: bytes, guard_id: str = GUARD, **changed: Any) -> str:
        ticket = DeviceRemovalTicket(guard_id, uid, device, NOW + 120)
        return tickets.seal(replace(ticket, **changed), self.ticket_key)

    def attempt_ticket(self, uid: bytes, ver: int, th: bytes, guard_id: str = GUARD, **changed: Any) -> str:
        ticket = AttemptTicket(guard_id, uid, ver, th, secrets.token_bytes(16), NOW + 120)
        return tickets.seal(replace(ticket, **changed), self.ticket_key)


class Browser:
    """A browser's device key."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.spki = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def id(self) -> bytes:
        return device_id(self.spki)

    def sign(self, data: bytes) -> bytes:
        halves = decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        return b"".join(half.to_bytes(32, "big") for half in halves)


@dataclass
class Guard:
    """One guard without HTTP: its journal, writer and desk, on a clock that the test moves."""

    house: House
    journal: Journal
    guard_id: str = GUARD
    now: int = NOW

    def __post_init__(self) -> None:
        self.writer = Writer(self.journal, self.guard_id)
        self.desk = self.house.desk(self.writer, self.guard_id)

    def call(self, path: str, body: bytes) -> Json:
        """The JSON answer; a refusal is raised."""
        handed: dict[str, Callable[[bytes, int], UnderWay[Any]]] = {
            "/v1/versions": self.desk.version,
            "/v1/statements": self.desk.statement,
            "/v1/attempts": self.desk.attempt,
            "/v1/confirm": self.desk.confirm,
            "/v1/devices/remove": self.desk.device_removal,
        }
        return dict(json.loads(handed[path](body, self.now).finish()))

    def facts(self, **wanted: frozenset[bytes]) -> Facts:
        """What the store holds now."""
        with self.journal.transaction() as transaction:
            return transaction.load(Wanted(**wanted))

    def stop(self) -> None:
        self.writer.stop()


def open_store(kind: str, place: str, guard_id: str = GUARD) -> Journal:
    """`place` is a path or a connection string."""
    return SqliteJournal(place, guard_id) if kind == "sqlite" else PostgresJournal(place, guard_id)


@dataclass(frozen=True)
class Version:
    """One version of a customer as its own side knows it: f, the keys the guards staged, M."""

    uid: bytes
    ver: int
    secrets: Secrets
    record: Record

    @property
    def key(self) -> SigningKey:
        return self.secrets.authorization_key()

    @property
    def record_sha256(self) -> bytes:
        return sha256(self.record.canonical())


def stage_body(house: House, uid: bytes, ver: int, element: bytes, guard_id: str = GUARD, now: int = NOW) -> bytes:
    ticket = house.version_ticket(uid, ver, guard_id, exp=now + 600)
    return canonical({"ticket": ticket, "uid": b64(uid), "ver": ver, "blinded": b64(element)})


def make_version(
    house: House, calls: Mapping[str, Call], p: bytes, uid: bytes, ver: int = 1, now: int = NOW
) -> Version:
    """Steps 1 and 2 with the guards of `calls`; every reply is checked as the page checks it."""
    r = oprf.random_scalar()
    opened = Secrets.of(r, uid, ver)
    indexes = [house.anchors.guard(guard_id).index for guard_id in calls]
    f = sharing.split(r, 2, indexes)
    shares = []
    for guard_id, call in calls.items():
        index = house.anchors.guard(guard_id).index
        blinded = oprf.blind(p)
        answer = call("/v1/versions", stage_body(house, uid, ver, blinded.element, guard_id, now))
        evaluated, public, proof = (unb64(answer[name]) for name in ("evaluated", "public_key", "proof"))
        reply = VersionReply(guard_id, uid, ver, blinded.element, evaluated, proof, public)
        verify(house.identity(guard_id).public, unb64(answer["signature"]), reply.signed())
        output = oprf.finalize(p, blinded, oprf.Evaluated(evaluated, proof), public)
        masked = sharing.add_mask(f[index], sharing.mask(uid, ver, guard_id, index, output))
        shares.append(MaskedShare(guard_id, index, masked, sha256(public)))
    record = Record(
        KeyStretching(),
        os.urandom(16),
        uid,
        ver,
        2,
        3,
        house.anchors.guards_hash,
        tuple(shares),
        opened.commitment(),
        opened.authorization_key().public,
    )
    return Version(uid, ver, opened, record)


def statement_of(version: Version, pin: str = "new", **changed: Any) -> Statement:
    statement = Statement(
        version.uid,
        version.ver,
        version.key.public,
        version.record_sha256,
        version.record.guards_hash,
        pin,  # type: ignore[arg-type]
        tuple(NamedKey(share.guard_id, share.public_key_sha256) for share in version.record.shares),
    )
    return replace(statement, **changed)


def statement_body(
    statement: Statement, key: SigningKey, previous: SigningKey | None = None, receipts: tuple[Json, ...] = ()
) -> Json:
    return {
        "uid": b64(statement.uid),
        "ver": statement.ver,
        "authorization_key": b64(statement.authorization_key),
        "record_sha256": b64(statement.record_sha256),
        "guards_hash": b64(statement.guards_hash),
        "pin": statement.pin,
        "guards": [
            {"guard_id": named.guard_id, "public_key_sha256": b64(named.public_key_sha256)} for named in statement.keys
        ],
        "device_key": b64(statement.device_key),
        "signature": b64(key.sign(statement.signed())),
        "previous_signature": b64(previous.sign(statement.signed())) if previous else "",
        "receipts": list(receipts),
    }


def check_version_receipt(house: House, answer: Json, version: Version) -> VersionReceipt:
    receipt = VersionReceipt(
        unb64(answer["guards_hash"]),
        answer["guard_id"],
        unb64(answer["uid"]),
        answer["ver"],
        unb64(answer["authorization_key_sha256"]),
        unb64(answer["record_sha256"]),
        answer["state"],
        answer["seq"],
        answer["time"],
    )
    verify(house.identity(receipt.guard_id).public, unb64(answer["signature"]), receipt.signed())
    assert (receipt.uid, receipt.ver, receipt.record_sha256) == (version.uid, version.ver, version.record_sha256)
    assert receipt.authorization_key_sha256 == sha256(version.key.public)
    return receipt


def enrol(
    house: House, calls: Mapping[str, Call], p: bytes, uid: bytes | None = None, browser: Browser | None = None
) -> Version:
    """A first version, live at the guards of `calls`; made in `browser`, which it connects."""
    version = make_version(house, calls, p, uid or os.urandom(16))
    statement = statement_of(version, device_key=browser.spki if browser else b"")
    body = canonical(statement_body(statement, version.key))
    for call in calls.values():
        assert check_version_receipt(house, call("/v1/statements", body), version).state == "live"
    return version


@dataclass(frozen=True)
class Try:
    """One attempt at one guard: the request, and how its answer is opened."""

    guard_id: str
    body: bytes
    p: bytes
    blinded: oprf.Blinded

    @property
    def attempt_id(self) -> bytes:
        return attempt_id(self.body)


def attempt(
    house: House,
    version: Version,
    th: bytes,
    p: bytes = b"p" * 32,
    guard_id: str = GUARD,
    now: int = NOW,
    browser: Browser | None = None,
) -> Try:
    blinded, jti = oprf.blind(p), secrets.token_bytes(16)
    ticket = house.attempt_ticket(version.uid, version.ver, th, guard_id, exp=now + 120, jti=jti)
    body = {
        "ticket": ticket,
        "uid": b64(version.uid),
        "ver": version.ver,
        "blinded": b64(blinded.element),
        "th": b64(th),
    }
    if browser:
        proof = AttemptProof(guard_id, version.uid, version.ver, th, jti, blinded.element)
        body["device_proof"] = device_proof(browser, proof)
    return Try(guard_id, canonical(body), p, blinded)


def device_proof(browser: Browser, proof: AttemptProof) -> Json:
    return {"device": b64(browser.id), "signature": b64(browser.sign(proof.signed()))}


def check_attempt_reply(house: House, version: Version, th: bytes, tried: Try, answer: Json) -> AttemptReply:
    reply = AttemptReply(
        tried.guard_id,
        version.uid,
        version.ver,
        th,
        tried.attempt_id,
        tried.blinded.element,
        unb64(answer["evaluated"]),
        unb64(answer["proof"]),
        unb64(answer["public_key"]),
        answer["remaining"],
        answer["wrong_since"],
        answer["new_pin_due"],
        answer["device_known"],
        unb64(answer["record_sha256"]),
    )
    verify(house.identity(tried.guard_id).public, unb64(answer["signature"]), reply.signed())
    assert reply.record_sha256 == version.record_sha256
    return reply


def share_of(version: Version, tried: Try, reply: AttemptReply) -> tuple[int, bytes]:
    """f(i) as this attempt's P opens it, after the proof under the record's key."""
    named = next(share for share in version.record.shares if share.guard_id == tried.guard_id)
    assert sha256(reply.public_key) == named.public_key_sha256
    answer = oprf.Evaluated(reply.evaluated, reply.proof)
    output = oprf.finalize(tried.p, tried.blinded, answer, reply.public_key)
    masking = sharing.mask(version.uid, version.ver, named.guard_id, named.index, output)
    return named.index, sharing.remove_mask(named.masked, masking)


def opens(version: Version, shares: dict[int, bytes]) -> bool:
    """Whether these shares give R."""
    return Secrets.of(sharing.combine(shares), version.uid, version.ver).check(version.record.commitment)


def activation_of(version: Version, th: bytes, attempts: tuple[bytes, ...], iat: int = NOW) -> Activation:
    return Activation(version.uid, version.ver, th, iat, iat + 300, sha256(b"sealed"), attempts)


def confirm_body(activation: Activation, key: SigningKey, browser: Browser | None = None) -> bytes:
    body = {
        "uid": b64(activation.uid),
        "ver": activation.ver,
        "th": b64(activation.th),
        "iat": activation.iat,
        "exp": activation.exp,
        "sealed_sha256": b64(activation.sealed_sha256),
        "attempts": [b64(attempt) for attempt in activation.attempts],
        "signature": b64(key.sign(activation.signed())),
    }
    if browser:
        body["device"] = device_addition(DeviceAddition(activation.uid, activation.th, browser.spki), key)
    return canonical(body)


def device_addition(addition: DeviceAddition, key: SigningKey) -> Json:
    return {"key": b64(addition.device_key), "signature": b64(key.sign(addition.signed()))}


def removal_body(house: House, uid: bytes, browser: Browser, guard_id: str = GUARD, **changed: Any) -> bytes:
    return canonical({"ticket": house.removal_ticket(uid, browser.id, guard_id, **changed)})


def check_confirm_receipt(
    house: House, version: Version, activation: Activation, answer: Json, guard_id: str = GUARD
) -> ConfirmReceipt:
    given = answer["receipt"]
    receipt = ConfirmReceipt(
        unb64(given["guards_hash"]),
        given["guard_id"],
        unb64(given["uid"]),
        given["ver"],
        unb64(given["authorization_key_sha256"]),
        unb64(given["th"]),
        unb64(given["activation_sha256"]),
        given["seq"],
        given["time"],
    )
    verify(house.identity(guard_id).public, unb64(given["signature"]), receipt.signed())
    expected = activation.hash(version.key.sign(activation.signed()))
    assert (receipt.guard_id, receipt.th, receipt.activation_sha256) == (guard_id, activation.th, expected)
    assert receipt.authorization_key_sha256 == sha256(version.key.public)
    return receipt
