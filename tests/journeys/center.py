"""A centre at one moment, and a customer who plays the PIN page's part with keys of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from dojang.adapters.in_memory.clock import MemoryClock
from dojang.adapters.in_memory.randomness import MemoryRandomness
from dojang.adapters.in_memory.text_message import MemoryTextMessage
from dojang.authority import ceremony, keys, serials
from dojang.authority.profile import ISSUING, ROOT, Addresses, Issuer
from dojang.journeys import first_version, give_consent
from dojang.journeys.devices import DeviceProof, NewDevice
from dojang.journeys.first_version import Issued, OpenedVersion, VersionDoor
from dojang.journeys.give_consent import Completed, OpenedUse
from dojang.journeys.notices import Notices
from dojang.journeys.sign_transaction import OpenedTransaction, open_login_transaction
from dojang.journeys.visits import VisitsDesk
from dojang.pin.devices import CentreProof, DeviceAddition, device_id
from dojang.pin.encoding import sha256, unb64
from dojang.pin.messages import Activation, ConfirmReceipt, Credential, NamedKey, Statement, activation_info
from dojang.pin.record import KeyStretching, MaskedShare, Record, record_hash
from dojang.pin.sealing import seal
from dojang.pin.signatures import SigningKey
from dojang.pin.signed import Signed
from dojang.ports.books import Books
from dojang.ports.key_vault import AttestedKey
from dojang.proofing.evidence import judge
from dojang.refusals import BankUnavailable, StatusUnavailable, VaultUnavailable
from dojang.signing.what_is_signed import Transaction
from dojang.values.application import (
    Application,
    BankCustomer,
    CallProof,
    Consent,
    Details,
    HolderKind,
    Identity,
    Medium,
    MediumProof,
    Route,
)
from tests.journeys.parties import CENTER, Bank, Guards, Reached, Status, Vault, anchors, seed

START = 1_900_000_000
LABEL = "Chrome · Windows"
SENDER = "도장 인증센터"
NAME, PHONE, BORN = "홍길동", "01012345678", "1899-12-31"
BACK = f"{CENTER}/login?interaction=1"
PIN_ORIGIN = "http://pin.dojang.localhost:8014"


@cache
def authority() -> tuple[bytes, bytes, Issuer, ec.EllipticCurvePrivateKey]:
    """Root and issuing authority, DER, and the issuing key."""
    addresses = Addresses("http://127.0.0.1:8030", f"{CENTER}/practice")
    root_key, issuing_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = ceremony.make_root(root_key, addresses, serials.from_random(bytes(16)), START - 60)
    request = ceremony.make_request(issuing_key)
    below = Issuer.of(root.x509, ROOT, addresses)
    issuing = ceremony.sign_issuing(request, below, root_key, serials.from_random(seed("issuing")[:16]), START - 60)
    return root.der, issuing.der, Issuer.of(issuing.x509, ISSUING, addresses), issuing_key


class Center:
    """The desk and everybody behind it. `again` is the same centre after a restart."""

    def __init__(self, books: Books) -> None:
        root, issuing, issuer, issuing_key = authority()
        self.books, self.clock, self.chance = books, MemoryClock(START), MemoryRandomness()
        self.vault = Vault(self.clock.now, issuer, issuing_key)
        self.guards, self.bank, self.status = Guards(self.clock.now), Bank(), Status()
        self.vault.registration_key = self.bank.key.public
        ticket_key = SigningKey(seed("ticket"))
        self.anchors = anchors(self.guards, self.vault, self.bank, ticket_key, root)
        self.guards.guards_hash, self.guards.ticket_key = self.anchors.guards_hash, ticket_key.public
        self.to_vault = Reached(self.vault, books, VaultUnavailable)
        self.to_bank = Reached(self.bank, books, BankUnavailable)
        self.to_status = Reached(self.status, books, StatusUnavailable)
        self.to_guards = Reached(self.guards, books, VaultUnavailable)
        self.phone = MemoryTextMessage()
        self.waiting: list[Callable[[], object]] = []
        self.desk = VisitsDesk(
            books=books,
            clock=self.clock,
            chance=self.chance,
            anchors=self.anchors,
            ticket_key=ticket_key,
            pin_origin=PIN_ORIGIN,
            vault=self.to_vault,
            guards=self.to_guards,
            status=self.to_status,
            registration=self.to_bank,
            notices=Notices(self.phone, SENDER, self.waiting.append),
            issuer=issuer,
            chain=(issuing, root),
        )

    def send(self) -> None:
        """The answers are out."""
        waiting, self.waiting[:] = list(self.waiting), []
        for act in waiting:
            act()

    def application(self, name: str = "a-1", number: str = "1000001", **facts: Any) -> Application:
        """One whose seven steps all hold now."""
        now = self.clock.now()
        customer = BankCustomer(
            number, facts.get("holder", NAME), BORN, (), (Medium.ONE_TIME_CODE,), mobile_key=b"", exposed=False
        )
        return Application(
            name,
            HolderKind.PERSONAL,
            "session",
            now,
            now + 1800,
            consents=(Consent("service", 1, "00", agreed=True),),
            agreed_at=now,
            identity=Identity(customer, now),
            call=CallProof(Route.ARS, now),
            medium=MediumProof(Medium.ONE_TIME_CODE, now),
            details=Details(facts.get("holder", NAME), facts.get("phone", PHONE), BORN, now),
        )

    def proven(self, name: str = "a-1", number: str = "1000001", **facts: Any) -> str:
        """Its application is kept; the code for the PIN page."""
        application = self.application(name, number, **facts)
        with self.books.transaction():
            self.books.applications.add(application)
        return self.code(name)

    def code(self, application: str, *, connect: bool = False) -> str:
        applicant = judge(self.books.applications.get(application), self.clock.now())
        return VersionDoor(self.desk).open_version_visit(applicant, connect=connect)

    def login(self, *, connected: bool = True, connect: bool = False, number: str = "1000001") -> OpenedTransaction:
        """A login of this customer waits."""
        entry = self.books.certificates.valid_of_customer(number)
        assert entry is not None
        return open_login_transaction(
            self.desk,
            kid=entry.kid,
            relying_party="hanbit-bank",
            nonce=b"a nonce of the bank's",
            return_to=BACK,
            connected=connected,
            connect=connect,
        )

    def enrolled(self, name: str = "a-1", number: str = "1000001", **facts: Any) -> "Customer":
        customer = Customer(self, name)
        customer.open(self.proven(name, number, **facts))
        customer.make_all()
        return customer


class DeviceKey:
    """A browser's key, as WebCrypto keeps it."""

    def __init__(self, name: str = "laptop") -> None:
        self._key = ec.derive_private_key(int.from_bytes(seed(name)), ec.SECP256R1())
        self.spki = keys.spki_of(self._key.public_key())
        self.id = device_id(self.spki)

    def sign(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    def proof(self, code: str) -> DeviceProof:
        return DeviceProof(self.id, self.sign(CentreProof(unb64(code)).signed()))


@dataclass
class Customer:
    """The page's part of a first version and of a use. Shares and PIN play no part: the centre never sees them."""

    center: Center
    name: str = "a-1"
    guards: tuple[str, ...] = ("guard-1", "guard-2", "guard-3")

    def __post_init__(self) -> None:
        self.ak = SigningKey(seed(f"ak {self.name}"))

    def open(self, code: str) -> OpenedVersion:
        self.visit = first_version.open_version(self.center.desk, code)
        return self.visit

    def record(self, **changes: Any) -> bytes:
        known = self.center.anchors
        shares = tuple(
            MaskedShare(guard.guard_id, guard.index, bytes(32), seed(f"{guard.guard_id} {self.name}"))
            for guard in known.guards
            if guard.guard_id in self.guards
        )
        record = Record(
            stretching=KeyStretching(),
            salt=bytes(16),
            uid=self.visit.uid,
            ver=self.visit.ver,
            threshold=known.threshold,
            guards=len(known.guards),
            guards_hash=known.guards_hash,
            shares=shares,
            commitment=bytes(32),
            authorization_key=self.ak.public,
        )
        return replace(record, **changes).canonical()

    def credential(self, **changes: Any) -> Credential:
        credential = Credential(
            uid=self.visit.uid,
            kid=self.visit.kid,
            algorithm="P-256",
            day_key_id=self.visit.day_key.message.day_key_id,
            guards_hash=self.center.anchors.guards_hash,
            ver=self.visit.ver,
            authorization_key=self.ak.public,
            record_sha256=record_hash(self.record()),
        )
        return replace(credential, **changes)

    def make_credential(self, credential: Credential) -> AttestedKey:
        sealed = seal(bytes(32), self.visit.day_key.message.public_key, credential.info())
        signature = self.ak.sign(credential.signed(sealed))
        return first_version.make_credential(self.center.desk, self.visit.bearer, credential, sealed, signature)

    def statement(self, **changes: Any) -> Signed[Statement]:
        statement = Statement(
            uid=self.visit.uid,
            ver=self.visit.ver,
            authorization_key=self.ak.public,
            record_sha256=record_hash(self.record()),
            guards_hash=self.center.anchors.guards_hash,
            pin="new",
            keys=tuple(NamedKey(guard_id, seed(f"{guard_id} {self.name}")) for guard_id in self.guards),
        )
        changed = replace(statement, **changes)
        return Signed(changed, self.ak.sign(changed.signed()))

    def keep_record(self) -> bytes:
        return first_version.keep_record(self.center.desk, self.visit.bearer, self.record())

    def state(self, statement: Signed[Statement] | None = None) -> Issued:
        statement = statement or self.statement()
        return first_version.take_statement(self.center.desk, self.visit.bearer, statement)

    def make_all(self) -> Issued:
        self.keep_record()
        self.make_credential(self.credential())
        return self.state()

    def agree(self, code: str, proof: DeviceProof | None = None, **changes: Any) -> "Agreed":
        """The page opened the code and the PIN was right at guards 1 and 2."""
        opened = give_consent.open_use(self.center.desk, code, proof)
        transaction = Transaction.parse(opened.transaction)
        key = opened.day_key.message
        sealed = seal(bytes(32), key.public_key, activation_info(transaction.hash(), transaction.kid, key.day_key_id))
        said = Activation(
            uid=self.visit.uid,
            ver=self.visit.ver,
            th=transaction.hash(),
            iat=transaction.iat,
            exp=transaction.exp,
            sealed_sha256=sha256(sealed),
            attempts=(bytes(32),),
        )
        said = replace(said, **changes)
        activation = Signed(said, self.ak.sign(said.signed()))
        receipts = [
            self.center.guards.confirmed(guard_id, activation, self.ak.public) for guard_id in ("guard-1", "guard-2")
        ]
        return Agreed(self.center, self.ak, opened, activation, sealed, receipts)


@dataclass(frozen=True)
class Agreed:
    """An activation that waits to be handed in."""

    center: Center
    ak: SigningKey
    opened: OpenedUse
    activation: Signed[Activation]
    sealed: bytes
    receipts: Sequence[Signed[ConfirmReceipt]]

    def hand_in(self, bearer: str = "", new_device: NewDevice | None = None) -> Completed:
        return give_consent.activate(
            self.center.desk, bearer or self.opened.bearer, self.activation, self.sealed, self.receipts, new_device
        )

    def adding(self, device: DeviceKey, ak: SigningKey | None = None, **changes: Any) -> NewDevice:
        """The customer's AK adds this browser beside this activation."""
        said = DeviceAddition(self.activation.message.uid, self.activation.message.th, device.spki)
        return NewDevice(device.spki, (ak or self.ak).sign(replace(said, **changes).signed()), LABEL)
