"""The centre taken while the house runs: an attacker has its folder and so its ticket key, its call key and every
receipt that went through it. What is tried at guards, vault and bank is refused by name, and the customer goes on."""

import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from dojang.authority import registration, serials
from dojang.authority.registration import RegistrationStatement
from dojang.client.bodies import ReceiptBody
from dojang.client.holder import Holder
from dojang.client.holder.guards import Guards, StagedKey
from dojang.client.transport import http_client
from dojang.commands.center import CALL_KEY, TICKET_KEY
from dojang.demo.customer import Customer
from dojang.pin import oprf, sealing, sharing, tickets
from dojang.pin.anchors import Anchors, GuardAnchor
from dojang.pin.encoding import b64, canonical, sha256, unb64
from dojang.pin.messages import Credential, NamedKey, Statement
from dojang.pin.record import KeyStretching, MaskedShare, Record
from dojang.pin.signatures import SigningKey
from dojang.pin.tickets import AttemptTicket, VersionTicket
from dojang.pin.version import Secrets
from dojang.serving import key_files
from dojang.serving.calls import SignedCalls
from dojang.signing.what_is_signed import Transaction
from tests.demo_house.running import House, reading

WISH = {"payee": "이춘풍", "bank": "가상은행", "account": "110-777-000001", "amount": 5_000}


@dataclass(frozen=True)
class Victim:
    """A customer with a certificate, logged in, who has just paid."""

    customer: Customer
    receipt: ReceiptBody
    uid: bytes
    kid: bytes


class Attacker:
    """The centre's keys, and its place in the house."""

    def __init__(self, house: House) -> None:
        self.house, self.anchors = house, Anchors.parse((house.data / "anchors.json").read_bytes())
        self.call_key = key_files.signing_key(house.data / "center" / CALL_KEY)
        self.ticket_key = key_files.signing_key(house.data / "center" / TICKET_KEY)
        self.http = http_client()

    def call(self, audience: str, base: str, path: str, body: Any) -> httpx2.Response:
        """As the centre calls the other services."""
        auth = SignedCalls("center", self.call_key, audience)
        headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
        return self.http.post(base + path, content=canonical(body), headers=headers, auth=auth)

    def vault(self, path: str, body: Any) -> httpx2.Response:
        return self.call("vault", self.house.ground.vault, path, body)

    def day_key(self) -> dict[str, Any]:
        auth = SignedCalls("center", self.call_key, "vault")
        return dict(self.http.get(f"{self.house.ground.vault}/v1/day-key", auth=auth).json())

    def guess(self, guard: GuardAnchor, uid: bytes, th: bytes) -> httpx2.Response:
        """One attempt with a ticket of the attacker's own making."""
        now = int(time.time())
        ticket = AttemptTicket(guard.guard_id, uid, 1, th, os.urandom(16), now + 100)
        element = oprf.blind(os.urandom(32)).element
        body = {"ticket": tickets.seal(ticket, self.ticket_key), "uid": b64(uid), "ver": 1}
        return self.post(guard, "/v1/attempts", {**body, "blinded": b64(element), "th": b64(th)})

    def post(self, guard: GuardAnchor, path: str, body: Any) -> httpx2.Response:
        """As anybody may."""
        return self.http.post(
            guard.origin + path, content=canonical(body), headers={"Content-Type": "application/json"}
        )


@dataclass(frozen=True)
class Decoy:
    """A version of the attacker's own, with a key pair in the real vault and live at the real guards."""

    record: Record
    key: SigningKey
    kid: bytes
    receipts: tuple[dict[str, Any], ...]

    @classmethod
    def enrol(cls, attacker: Attacker, uid: bytes, kid: bytes) -> "Decoy":
        anchors, r, p = attacker.anchors, oprf.random_scalar(), os.urandom(32)
        guards, staged = Guards(attacker.http), list[StagedKey]()
        for guard in anchors.guards:
            ticket = VersionTicket(guard.guard_id, uid, kid, 1, int(time.time()) + 300)
            staged.append(guards.stage(guard, tickets.seal(ticket, attacker.ticket_key), uid, 1, p))
        record = decoy_record(anchors, Secrets.of(r, uid, 1), sharing.split(r, 2, [1, 2, 3]), staged, uid)
        key = Secrets.of(r, uid, 1).authorization_key()
        assert ask_for_a_key_pair(attacker, record, key, kid).status_code == 200
        receipts = [state(attacker, guard, record, key, staged).json() for guard in anchors.guards]
        return cls(record, key, kid, tuple(receipts))


def decoy_record(
    anchors: Anchors, opened: Secrets, shares: dict[int, bytes], staged: list[StagedKey], uid: bytes
) -> Record:
    masked = []
    for key in staged:
        masking = sharing.mask(uid, 1, key.guard.guard_id, key.guard.index, key.output)
        share = sharing.add_mask(shares[key.guard.index], masking)
        masked.append(MaskedShare(key.guard.guard_id, key.guard.index, share, sha256(key.public_key)))
    commitment, public = opened.commitment(), opened.authorization_key().public
    salt, guards_hash = os.urandom(16), anchors.guards_hash
    return Record(KeyStretching(), salt, uid, 1, 2, 3, guards_hash, tuple(masked), commitment, public)


def ask_for_a_key_pair(attacker: Attacker, record: Record, key: SigningKey, kid: bytes) -> httpx2.Response:
    day_key = attacker.day_key()
    credential = Credential(
        uid=record.uid,
        kid=kid,
        algorithm="P-256",
        day_key_id=unb64(day_key["day_key_id"]),
        guards_hash=attacker.anchors.guards_hash,
        ver=record.ver,
        authorization_key=key.public,
        record_sha256=sha256(record.canonical()),
    )
    sealed = sealing.seal(os.urandom(32), unb64(day_key["public_key"]), credential.info())
    body = {name: b64(value) if isinstance(value, bytes) else value for name, value in fields_of(credential)}
    return attacker.vault(
        "/v1/credentials", {**body, "sealed": b64(sealed), "signature": b64(key.sign(credential.signed(sealed)))}
    )


def fields_of(credential: Credential) -> Iterator[tuple[str, bytes | str | int]]:
    for name in credential.__slots__:
        yield name, getattr(credential, name)


def state(
    attacker: Attacker, guard: GuardAnchor, record: Record, key: SigningKey, staged: list[StagedKey], ver: int = 1
) -> httpx2.Response:
    """The statement that makes a version live, with whatever signatures the attacker can make."""
    statement = Statement(
        uid=record.uid,
        ver=ver,
        authorization_key=key.public,
        record_sha256=sha256(record.canonical()),
        guards_hash=attacker.anchors.guards_hash,
        pin="new",
        keys=tuple(NamedKey(one.guard.guard_id, sha256(one.public_key)) for one in staged),
    )
    body = {
        "uid": b64(statement.uid),
        "ver": ver,
        "authorization_key": b64(key.public),
        "record_sha256": b64(statement.record_sha256),
        "guards_hash": b64(statement.guards_hash),
        "pin": "new",
        "guards": [{"guard_id": k.guard_id, "public_key_sha256": b64(k.public_key_sha256)} for k in statement.keys],
        "device_key": "",
        "signature": b64(key.sign(statement.signed())),
        "previous_signature": b64(key.sign(statement.signed())) if ver > 1 else "",
        "receipts": [],
    }
    return attacker.call(guard.guard_id, guard.origin, "/v1/statements", body)


@pytest.fixture(scope="module")
def attacker(house: House) -> Iterator[Attacker]:
    attacker = Attacker(house)
    yield attacker
    attacker.http.close()


@pytest.fixture
def victim(house: House, memory: Path) -> Iterator[Victim]:
    customer = house.customer(memory)
    enrolled = customer.enrol(customer.prove())
    customer.log_in()
    receipt = ReceiptBody.read(customer.transfer(WISH).used.receipt)
    customer.holder.close()  # every guard has heard of the confirm
    customer.holder = Holder(house.anchors(), memory)
    yield Victim(customer, receipt, enrolled.uid, enrolled.kid)
    customer.close()


def refused(answer: httpx2.Response, code: str, **facts: str) -> None:
    problem = answer.json()
    assert (answer.status_code // 100, problem.get("code")) == (4, code), answer.text
    assert {name: problem[name] for name in facts} == facts


def test_an_own_key_gets_no_key_pair_of_an_existing_kid(attacker: Attacker, victim: Victim) -> None:
    key = SigningKey.generate()
    record = Decoy.enrol(attacker, os.urandom(16), os.urandom(16)).record
    for ver in (1, 2):
        own = replace(record, uid=victim.uid, ver=ver, authorization_key=key.public)
        refused(ask_for_a_key_pair(attacker, own, key, victim.kid), "kid_taken")
    assert victim.customer.log_in() == []


def certify(attacker: Attacker, decoy: Decoy, statement: RegistrationStatement) -> httpx2.Response:
    """Ask the vault for a certificate of the decoy's key."""
    body = {
        "kid": b64(decoy.kid),
        "ver": 1,
        "profile": "personal_financial",
        "serial": serials.to_text(serials.from_random(secrets.token_bytes(serials.RANDOM_OCTETS))),
        "not_before": int(time.time()),
        "registration_statement": {
            name: b64(value) if isinstance(value, bytes) else value
            for name, value in ((field, getattr(statement, field)) for field in statement.__slots__)
        },
        "receipts": list(decoy.receipts),
        "previous_signature": "",
    }
    return attacker.vault("/v1/certificates", body)


def test_a_decoy_live_at_the_real_guards_is_certified_for_nobody(
    attacker: Attacker, victim: Victim, house: House
) -> None:
    """A key pair in the real vault and three real receipts are not enough: the registration authority's word is
    missing. Neither its word about the customer nor one of the attacker's own will do."""
    decoy = Decoy.enrol(attacker, os.urandom(16), os.urandom(16))
    assert {receipt["state"] for receipt in decoy.receipts} == {"live"}
    with reading(house.data / "bank" / "bank.sqlite3") as bank:
        [(name, applicant_hash, key, signature)] = bank.execute(
            "SELECT name, applicant_hash, authorization_key, signature FROM statements WHERE kid = ?", (victim.kid,)
        ).fetchall()
    genuine = RegistrationStatement(name, applicant_hash, victim.uid, victim.kid, key, b"", signature)
    moved = replace(genuine, uid=decoy.record.uid, kid=decoy.kid, authorization_key=decoy.key.public)

    def signed_by(signer: SigningKey) -> RegistrationStatement:
        about = {"uid": moved.uid, "kid": moved.kid, "authorization_key": moved.authorization_key}
        return registration.sign(signer, name=name, applicant_hash=applicant_hash, **about)

    own = (signed_by(decoy.key), signed_by(attacker.call_key), signed_by(attacker.ticket_key))
    refused(certify(attacker, decoy, genuine), "kid_not_found")  # the vault has no such key under this kid
    for statement in (moved, replace(moved, replaces=victim.kid), *own):
        refused(certify(attacker, decoy, statement), "registration_refused")
    assert house.rows("vault/vault.db", "SELECT count(*) FROM certificates WHERE kid = ?", decoy.kid) == [(0,)]
    with_the_banks_key = signed_by(key_files.signing_key(house.data / "bank" / "keys" / "registration.key"))
    assert certify(attacker, decoy, with_the_banks_key).status_code == 200, "nothing else was missing"


def test_the_bank_vouches_for_no_application_that_it_did_not_prove(attacker: Attacker, victim: Victim) -> None:
    body = {
        "application": secrets.token_hex(16),
        "name": victim.customer.person.facts["name"],
        "uid": b64(os.urandom(16)),
        "kid": b64(os.urandom(16)),
        "authorization_key": b64(SigningKey.generate().public),
        "replaces": b64(victim.kid),
    }
    address = f"http://127.0.0.1:{attacker.house.ground.port(0)}"
    answer = attacker.call("bank", address, "/contracts/registration-authority/statements", body)
    assert answer.status_code in (403, 409), answer.text
    assert "signature" not in answer.json()


def test_a_consent_is_moved_to_no_other_transaction(attacker: Attacker, victim: Victim, house: House) -> None:
    said = victim.receipt.activation
    transaction = Transaction.parse(victim.receipt.transaction)
    before = house.rows("vault/vault.db", "SELECT count(*) FROM uses")
    receipts = [receipt.model_dump(mode="json") for receipt in victim.receipt.receipts]
    moved = {**said.model_dump(mode="json"), "th": b64(sha256(replace(transaction, nonce=os.urandom(16)).canonical()))}
    other = replace(transaction, nonce=os.urandom(16)).canonical()
    sealed = b64(os.urandom(80))
    for text, activation in ((other, said.model_dump(mode="json")), (other, {**moved, "th": b64(sha256(other))})):
        body = {"transaction": b64(text), "activation": activation, "sealed": sealed, "receipts": receipts}
        refused(attacker.vault("/v1/activations", body), "activation_refused")
    same = {
        "transaction": b64(victim.receipt.transaction),
        "activation": said.model_dump(mode="json"),
        "sealed": sealed,
        "receipts": receipts,
    }
    refused(attacker.vault("/v1/activations", same), "activation_refused")
    assert house.rows("vault/vault.db", "SELECT count(*) FROM uses") == before
    for guard in attacker.anchors.guards:
        refused(attacker.post(guard, "/v1/confirm", moved), "confirm_refused")
        refused(attacker.post(guard, "/v1/confirm", {**said.model_dump(mode="json"), "ver": 2}), "version_not_live")


def test_guesses_of_the_centre_are_counted_and_no_old_consent_clears_them(attacker: Attacker, victim: Victim) -> None:
    """The centre makes its own tickets, even for the old transaction, and has the old activation: five guesses at one
    guard and no more. The customer still logs in by the other two, and that alone clears the row."""
    guard, said = attacker.anchors.guards[0], victim.receipt.activation
    left = [attacker.guess(guard, victim.uid, said.th).json()["remaining"] for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    refused(attacker.guess(guard, victim.uid, os.urandom(32)), "row_full")
    for _ in range(2):
        assert attacker.post(guard, "/v1/confirm", said.model_dump(mode="json")).status_code == 200
        refused(attacker.guess(guard, victim.uid, said.th), "row_full")
    time.sleep(1.1)  # a use clears what was spent in an earlier second
    assert victim.customer.log_in() == []
    victim.customer.holder.close()
    assert attacker.guess(guard, victim.uid, os.urandom(32)).json()["remaining"] == 4


def test_a_new_version_without_the_customers_key_is_refused_and_the_old_pin_works(
    attacker: Attacker, victim: Victim
) -> None:
    key, guards, p = SigningKey.generate(), Guards(attacker.http), os.urandom(32)
    staged = []
    for guard in attacker.anchors.guards:
        ticket = VersionTicket(guard.guard_id, victim.uid, victim.kid, 2, int(time.time()) + 300)
        staged.append(guards.stage(guard, tickets.seal(ticket, attacker.ticket_key), victim.uid, 2, p))
    opened = Secrets.of(oprf.random_scalar(), victim.uid, 2)
    shares = sharing.split(oprf.random_scalar(), 2, [1, 2, 3])
    record = replace(decoy_record(attacker.anchors, opened, shares, staged, victim.uid), ver=2)
    for guard in attacker.anchors.guards:
        refused(state(attacker, guard, record, key, staged, ver=2), "statement_refused")
    assert victim.customer.log_in() == []
