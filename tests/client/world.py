"""Real guards and a real vault in this process, a small centre of the tests' own, and a wire that can be tampered with.

`world.wire` is an httpx2 transport: it takes a holder's requests to the guards' and the vault's real apps and to the
centre, and can hold back, delay or change any answer on its way.
"""

import json
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.testclient import TestClient

from dojang import problems
from dojang.authority import ceremony, registration, serials
from dojang.authority.profile import ISSUING, ROOT, Addresses, Issuer
from dojang.client.holder import Holder, Shown
from dojang.guard import server as guard_server
from dojang.guard.settings import GuardSettings
from dojang.pin import devices, tickets
from dojang.pin.anchors import Anchors, GuardAnchor
from dojang.pin.devices import CentreProof, DeviceAddition, device_id
from dojang.pin.encoding import b64, sha256, unb64
from dojang.pin.record import Record
from dojang.pin.signatures import SigningKey, verify
from dojang.pin.tickets import AttemptTicket, VersionTicket
from dojang.refusals import ConnectFirst, GaveUp, GuardUnavailable, Refusal
from dojang.serving.calls import SignedCalls
from dojang.signing.cms import signed_data
from dojang.signing.what_is_signed import Item, Purpose, Transaction, login_content, pairs_of, transfer_content
from dojang.vault import server as vault_server
from dojang.vault.database_sqlite import SqliteDatabase
from dojang.vault.day_keys import DayKeys
from dojang.vault.desk import VaultDesk
from dojang.vault.masters import SoftwareMaster
from dojang.vault.schema import SCHEMA

CENTER = "http://center.dojang.localhost:8001"
VAULT = "http://127.0.0.1:8020"
PIN = "830142"
WRONG = "730142"
NAME = "홍길동"
NONCE = b"a nonce of the bank's"
PAIRS = (("받는 분", "김하늘"), ("금액", "10,000원"))
AVOID = ["991231"]
CONNECT_AT = f"{CENTER}/connect"
ROOM = 10  # devices of one customer

Answer = Callable[[httpx2.Request], httpx2.Response]
Change = Callable[[dict[str, Any]], dict[str, Any]]


class Clock:
    def __init__(self) -> None:
        self.moved, self.slept = 0, 0.0

    def __call__(self) -> int:
        return int(time.time() + self.slept) + self.moved

    def sleep(self, seconds: float) -> None:
        """The time passes, and nobody waits for it."""
        self.slept += seconds


class Wire(httpx2.BaseTransport):
    """Takes requests to whoever answers at an origin; `change` is applied to JSON answers of (host:port, path)."""

    def __init__(self) -> None:
        self.origins: dict[str, Answer] = {}
        self.change: dict[tuple[str, str], Change] = {}
        self.instead: dict[tuple[str, str], Answer] = {}
        self.seconds: dict[str, float] = {}
        self.down: set[str] = set()
        self.lose: dict[tuple[str, str], int] = {}
        self.seen: list[tuple[str, str, bytes]] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        origin = f"{request.url.scheme}://{request.url.netloc.decode()}"
        body = request.read()
        place = (origin, request.url.path)
        self.seen.append((*place, body))
        time.sleep(self.seconds.get(origin, 0))
        if origin in self.down:
            raise httpx2.ConnectError("down", request=request)
        response = self.instead.get(place, self.origins[origin])(request)
        if self.lose.get(place, 0):
            self.lose[place] -= 1
            raise httpx2.ReadError("lost", request=request)
        change = self.change.get(place)
        if change is None:
            return response
        return httpx2.Response(response.status_code, json=change(json.loads(response.read())), request=request)

    def sent(self, path: str) -> list[bytes]:
        """The bodies of all requests to `path`, in order."""
        return [body for _, seen, body in self.seen if seen == path]


def app_answers(app: Any) -> Answer:
    """A real app's answers, without a socket."""
    client = TestClient(app, raise_server_exceptions=False)
    return client._transport.handle_request


@dataclass
class Authority:
    """Root and issuing authority, made as the ceremony makes them."""

    root: x509.Certificate
    issuing: x509.Certificate
    issuer: Issuer
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def make(cls, issuing_key: ec.EllipticCurvePrivateKey, now: int) -> "Authority":
        addresses = Addresses("http://127.0.0.1:8030", f"{CENTER}/practice")
        root_key = ec.generate_private_key(ec.SECP256R1())
        root = ceremony.make_root(root_key, addresses, serial(), now).x509
        issuing = ceremony.sign_issuing(
            ceremony.make_request(issuing_key), Issuer.of(root, ROOT, addresses), root_key, serial(), now
        ).x509
        return cls(root, issuing, Issuer.of(issuing, ISSUING, addresses), issuing_key)


def serial() -> int:
    return serials.from_random(secrets.token_bytes(16))


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


class World:
    """One set of everything."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.wire = folder, Clock(), Wire()
        self.center_key, self.ticket_key, self.registration_key = (SigningKey.generate() for _ in range(3))
        self.guard_keys = {f"guard-{index}": SigningKey.generate() for index in (1, 2, 3)}
        self.vault_key = SigningKey.generate()
        self.master = SoftwareMaster(secrets.token_bytes(32), ec.generate_private_key(ec.SECP256R1()))
        self.authority = Authority.make(self.master.issuing_key(), self.clock() - 60)
        self.anchors = Anchors(
            threshold=2,
            guards=tuple(
                GuardAnchor(name, index, f"http://127.0.0.1:801{index}", key.public)
                for index, (name, key) in enumerate(self.guard_keys.items(), 1)
            ),
            vault_key=self.vault_key.public,
            log_key=SigningKey.generate().public,
            center_origin=CENTER,
            ticket_key=self.ticket_key.public,
            registration_key=self.registration_key.public,
            root_certificate=der(self.authority.root),
        )
        for anchor in self.anchors.guards:
            self.wire.origins[anchor.origin] = app_answers(self.guard(anchor))
        self.wire.origins[VAULT] = app_answers(self.vault())
        self.center = Center(self)
        self.wire.origins[CENTER] = self.center.answer

    def guard(self, anchor: GuardAnchor) -> Any:
        settings = GuardSettings(
            guard_id=anchor.guard_id,
            store=f"sqlite:{self.folder / anchor.guard_id}.db",
            identity=self.guard_keys[anchor.guard_id],
            anchors=self.anchors,
            center_key=self.center_key.public,
            pin_origin="http://pin.dojang.localhost:8014",
            host="127.0.0.1",
            port=0,
        )
        return guard_server.application(settings, self.clock)

    def vault(self) -> Any:
        class NoStatus:
            def put(self, path: str, der: bytes) -> None:
                """The status service is not of this story."""

        desk = VaultDesk(
            master=self.master,
            identity=self.vault_key,
            anchors=self.anchors,
            issuer=self.authority.issuer,
            day_keys=DayKeys(self.folder, self.vault_key, self.clock),
            database=SqliteDatabase(self.folder / "vault.db", SCHEMA),
            now=self.clock,
        )
        return vault_server.application(desk, self.center_key.public, NoStatus())

    def origin(self, guard_id: str) -> str:
        return self.anchors.guard(guard_id).origin

    def holder(self, name: str = "holder") -> Holder:
        http = httpx2.Client(transport=self.wire)
        return Holder(self.anchors, self.folder / name, http, self.clock, self.clock.sleep)

    def call(self, audience: str, origin: str) -> httpx2.Client:
        auth = SignedCalls("center", self.center_key, audience, self.clock)
        return httpx2.Client(transport=self.wire, auth=auth, base_url=origin)


@dataclass
class Customer:
    """What the centre knows of one version."""

    uid: bytes
    kid: bytes
    ver: int = 1
    name: str = NAME
    record: bytes = b""
    credential: dict[str, Any] = field(default_factory=dict)
    statement: dict[str, Any] = field(default_factory=dict)
    certificate: bytes = b""
    devices: dict[bytes, bytes] = field(default_factory=dict)


@dataclass
class Asked:
    """One transaction, and whose."""

    customer: Customer
    transaction: Transaction
    contents: list[bytes]
    connect: bool = False
    known_only: bool = False
    done: dict[str, Any] = field(default_factory=dict)
    cms: list[bytes] = field(default_factory=list)


class Center:
    """Only what the holder needs of a centre; no rule of it is under test here."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.customers: dict[str, Customer] = {}
        self.asked: dict[str, Asked] = {}
        self.connecting: set[str] = set()

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.read())
        visit = request.headers.get("Authorization", "").removeprefix("Bearer ")
        act = request.url.path.removeprefix("/v1/").replace("/", "_")
        try:
            return httpx2.Response(200, json=getattr(self, act)(visit or body["code"], body), request=request)
        except Refusal as refusal:
            return httpx2.Response(problems.status(refusal), json=problems.body(refusal), request=request)

    def new_customer(self, name: str = NAME, *, connect: bool = False) -> tuple[str, Customer]:
        """A code that opens the first version of somebody who is proven, and who may ask to connect the browser."""
        code = secrets.token_urlsafe(32)
        self.customers[code] = Customer(secrets.token_bytes(16), secrets.token_bytes(16), name=name)
        self.connecting |= {code} if connect else set()
        return code, self.customers[code]

    def ask(
        self, customer: Customer, *contents: bytes, connect: bool = False, known_only: bool = False, **changes: Any
    ) -> str:
        """A code that opens a transfer, or without contents a login. `known_only`: no text message was confirmed."""
        code, now = secrets.token_urlsafe(32), self.world.clock()
        purpose: Purpose = "transfer" if contents else "login"
        signed = list(contents) or [login_content("hanbit-bank", NONCE)]
        pairs = [pair for content in signed for pair in pairs_of(purpose, "hanbit-bank", NONCE, content)]
        transaction = Transaction(
            txn=code,
            kid=customer.kid,
            certificate=sha256(customer.certificate),
            relying_party="hanbit-bank",
            purpose=purpose,
            format="cms",
            display=tuple(pairs),
            items=tuple(Item(purpose, sha256(content), "shown") for content in signed),
            nonce=NONCE,
            iat=now,
            exp=now + 300,
            day_key_id=unb64(self.day_key()["day_key_id"]),
            guards_hash=self.world.anchors.guards_hash,
        )
        self.asked[code] = Asked(customer, replace(transaction, **changes), signed, connect, known_only)
        return code

    def day_key(self) -> dict[str, Any]:
        return self.vault("GET", "/v1/day-key")

    def vault(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        content = json.dumps(body).encode() if body else b""
        response = self.world.call("vault", VAULT).request(method, path, content=content)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def transactions_open(self, code: str, body: dict[str, Any]) -> dict[str, Any]:
        if code not in self.asked:
            return self.open_version(code)
        asked = self.asked[code]
        if asked.known_only and not self.knows(asked.customer, code, body):
            raise ConnectFirst(return_to=CONNECT_AT)
        return self.open_use(code)

    def knows(self, customer: Customer, code: str, body: dict[str, Any]) -> bool:
        """Whether a device of this customer signed this code."""
        key = customer.devices.get(unb64(body.get("device", "")))
        if key is not None:
            devices.verify(key, unb64(body["signature"]), CentreProof(unb64(code)).signed())
        return key is not None

    def open_version(self, code: str) -> dict[str, Any]:
        customer = self.customers[code]
        until = self.world.clock() + 600
        made = [
            VersionTicket(guard.guard_id, customer.uid, customer.kid, customer.ver, until)
            for guard in self.world.anchors.guards
        ]
        return {
            "kind": "version",
            "visit": code,
            "uid": b64(customer.uid),
            "kid": b64(customer.kid),
            "ver": customer.ver,
            "algorithm": "P-256",
            "tickets": [tickets.seal(ticket, self.world.ticket_key) for ticket in made],
            "avoid": AVOID,
            "day_key": self.day_key(),
            "connect": code in self.connecting,
        }

    def open_use(self, code: str) -> dict[str, Any]:
        asked = self.asked[code]
        customer = asked.customer
        return {
            "kind": "use",
            "visit": code,
            "transaction": b64(asked.transaction.canonical()),
            "contents": [b64(content) for content in asked.contents],
            "records": [{"record": b64(customer.record), **customer.credential}],
            "tickets": self.transactions_tickets(code, {})["tickets"],
            "certificate": b64(customer.certificate),
            "chain": self.chain(),
            "day_key": self.day_key(),
            "connect": asked.connect,
        }

    def chain(self) -> list[str]:
        return [b64(der(self.world.authority.issuing)), b64(der(self.world.authority.root))]

    def transactions_tickets(self, code: str, _body: dict[str, Any]) -> dict[str, Any]:
        asked = self.asked[code]
        made = [self.attempt_ticket(guard.guard_id, asked) for guard in self.world.anchors.guards]
        return {"tickets": [tickets.seal(ticket, self.world.ticket_key) for ticket in made]}

    def attempt_ticket(self, guard_id: str, asked: Asked) -> AttemptTicket:
        ver = Record.parse(asked.customer.record).ver
        th, until = asked.transaction.hash(), self.world.clock() + 120
        return AttemptTicket(guard_id, asked.customer.uid, ver, th, secrets.token_bytes(16), until)

    def versions_record(self, code: str, body: dict[str, Any]) -> dict[str, Any]:
        self.customers[code].record = unb64(body["record"])
        return {"record_sha256": b64(sha256(unb64(body["record"])))}

    def versions_credential(self, code: str, body: dict[str, Any]) -> dict[str, Any]:
        self.customers[code].credential = self.vault("POST", "/v1/credentials", body)
        return self.customers[code].credential

    def versions_statement(self, code: str, body: dict[str, Any]) -> dict[str, Any]:
        customer = self.customers[code]
        customer.statement = customer.statement or body
        receipts = self.relay(customer.statement)
        if key := unb64(customer.statement["device_key"]):
            customer.devices[device_id(key)] = key
        certificate = self.vault("POST", "/v1/certificates", self.certificate_request(customer, receipts))
        customer.certificate = unb64(certificate["certificate"])
        return {
            "receipts": receipts,
            "certificate": certificate["certificate"],
            "chain": self.chain(),
            "serial": "01",
            "return_to": f"{CENTER}/done",
        }

    def relay(self, statement: dict[str, Any]) -> list[dict[str, Any]]:
        receipts: list[dict[str, Any]] = []
        for guard in self.world.anchors.guards:
            try:
                client = self.world.call(guard.guard_id, guard.origin)
                response = client.post("/v1/statements", json={**statement, "receipts": receipts})
            except httpx2.TransportError:
                continue
            if response.status_code == 200:
                receipts.append(response.json())
        if len(receipts) < self.world.anchors.quorum:
            raise GuardUnavailable
        return receipts

    def certificate_request(self, customer: Customer, receipts: Sequence[dict[str, Any]]) -> dict[str, Any]:
        applicant = registration.applicant_hash(customer.name, "1899-12-31", "1", bytes(16))
        said = registration.sign(
            self.world.registration_key,
            name=customer.name,
            applicant_hash=applicant,
            uid=customer.uid,
            kid=customer.kid,
            authorization_key=unb64(customer.statement["authorization_key"]),
        )
        return {
            "kid": b64(customer.kid),
            "ver": customer.ver,
            "profile": "personal_financial",
            "serial": serials.to_text(serials.from_random(sha256(customer.kid)[:16])),
            "not_before": self.world.clock() // 3600 * 3600,
            "registration_statement": {
                "name": said.name,
                "applicant_hash": b64(said.applicant_hash),
                "uid": b64(said.uid),
                "kid": b64(said.kid),
                "authorization_key": b64(said.authorization_key),
                "replaces": "",
                "signature": b64(said.signature),
            },
            "receipts": list(receipts),
            "previous_signature": "",
        }

    def transactions_activate(self, code: str, body: dict[str, Any]) -> dict[str, Any]:
        asked = self.asked[code]
        transaction, customer = asked.transaction, asked.customer
        if added := body.pop("device", None):
            said = DeviceAddition(customer.uid, transaction.hash(), unb64(added["key"]))
            verify(Record.parse(customer.record).authorization_key, unb64(added["signature"]), said.signed())
            if len(customer.devices) < ROOM:
                customer.devices[device_id(said.device_key)] = said.device_key
        made = self.vault("POST", "/v1/activations", {"transaction": b64(transaction.canonical()), **body})
        chain = [x509.load_der_x509_certificate(customer.certificate), self.world.authority.issuing]
        asked.cms = [
            signed_data(transaction, item, content, unb64(signature), chain)
            for item, content, signature in zip(transaction.items, asked.contents, made["signatures"], strict=True)
        ]
        receipt = {
            "v": 1,
            "transaction": b64(transaction.canonical()),
            "activation": body["activation"],
            "receipts": body["receipts"],
            "attestation": customer.credential["attestation"],
            "certificate": b64(customer.certificate),
            "chain": self.chain(),
            "leaf": made["leaf"],
            "leaf_index": made["leaf_index"],
        }
        asked.done = {"receipt": receipt, "return_to": f"{CENTER}/done"}
        if added:
            asked.done["device_added"] = device_id(unb64(added["key"])) in customer.devices
        return asked.done


class Pad:
    """A PIN pad: what is typed, one after the other, and what stood above it."""

    def __init__(self, *pins: str) -> None:
        self.pins = list(pins)
        self.shown: list[Shown] = []

    def __call__(self, shown: Shown) -> str:
        self.shown.append(shown)
        if not self.pins:
            raise GaveUp
        return self.pins.pop(0)


def enrolled(world: World, name: str = "holder", person: str = NAME) -> tuple[Holder, Customer]:
    """A holder with a certificate whose PIN is `PIN`."""
    holder = world.holder(name)
    code, customer = world.center.new_customer(person)
    holder.enrol(code, lambda _avoid: PIN)
    return holder, customer


def transfer() -> bytes:
    return transfer_content(PAIRS)
