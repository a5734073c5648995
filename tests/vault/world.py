"""A vault with everyone around it: guards, a registration authority, a root, and customers, all made here."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.authority import ceremony, registration
from dojang.authority.profile import ROOT, Addresses, Issuer
from dojang.authority.registration import RegistrationStatement
from dojang.authority.serials import from_random, to_text
from dojang.pin import messages, sealing
from dojang.pin.anchors import Anchors, GuardAnchor
from dojang.pin.encoding import sha256
from dojang.pin.messages import ConfirmReceipt, DayKey, VersionReceipt
from dojang.pin.signatures import SigningKey
from dojang.pin.version import Secrets
from dojang.signing.what_is_signed import Item, Transaction, login_content
from dojang.vault import keys
from dojang.vault.activation import ActivationRequest
from dojang.vault.certificates import CertificateRequest, certify
from dojang.vault.credentials import CredentialRequest, make_credential
from dojang.vault.database import Database
from dojang.vault.day_keys import DayKeys
from dojang.vault.desk import VaultDesk
from dojang.vault.masters import ALLOWED, SoftwareMaster

START = 1_800_000_000
ADDRESSES = Addresses("http://127.0.0.1:8030", "http://127.0.0.1:8001/practice")
GUARDS = tuple(SigningKey(bytes([index]) * 32) for index in (1, 2, 3))
STRANGER = SigningKey(b"\x09" * 32)
REGISTRATION = SigningKey(b"\x0a" * 32)
CENTER = SigningKey(b"\x0b" * 32)
ISSUING, ANCHORS = "issuing.pem", "anchors.json"
NAME = "김도장"
APPLICANT_HASH = sha256(b"applicant")


@dataclass
class Clock:
    """Time stands still until a test moves it."""

    now: int = START

    def __call__(self) -> int:
        return self.now


@dataclass(frozen=True)
class Customer:
    """One kid of one uid, and the version whose R only she has."""

    uid: bytes = field(default_factory=lambda: os.urandom(16))
    kid: bytes = field(default_factory=lambda: os.urandom(16))
    ver: int = 1
    r: bytes = field(default_factory=lambda: os.urandom(31) + b"\x00")
    record_sha256: bytes = field(default_factory=lambda: os.urandom(32))

    @property
    def secrets(self) -> Secrets:
        return Secrets.of(self.r, self.uid, self.ver)

    @property
    def key(self) -> SigningKey:
        """AK."""
        return self.secrets.authorization_key()

    @property
    def activation_secret(self) -> bytes:
        """A_kid."""
        return self.secrets.activation_secret(self.kid)


@dataclass(frozen=True)
class World:
    """The vault's desk, and its folder."""

    desk: VaultDesk
    clock: Clock
    folder: Path

    @property
    def anchors(self) -> Anchors:
        return self.desk.anchors

    def day_key(self) -> DayKey:
        return self.desk.day_keys.current()[0]

    def credential(self, customer: Customer, **changed: object) -> messages.Credential:
        """What she asks for in step 3."""
        made = messages.Credential(
            uid=customer.uid,
            kid=customer.kid,
            algorithm="P-256",
            day_key_id=self.day_key().day_key_id,
            guards_hash=self.anchors.guards_hash,
            ver=customer.ver,
            authorization_key=customer.key.public,
            record_sha256=customer.record_sha256,
        )
        return replace(made, **changed)  # type: ignore[arg-type]

    def credential_request(self, customer: Customer, **changed: object) -> CredentialRequest:
        """Sealed and signed by AK'."""
        credential = self.credential(customer, **changed)
        sealed = sealing.seal(customer.activation_secret, self.day_key().public_key, credential.info())
        return CredentialRequest(credential, sealed, customer.key.sign(credential.signed(sealed)))

    def statement(self, customer: Customer, **changed: object) -> RegistrationStatement:
        """What the registration authority signs for her."""
        said: dict[str, object] = {
            "name": NAME,
            "applicant_hash": APPLICANT_HASH,
            "uid": customer.uid,
            "kid": customer.kid,
            "authorization_key": customer.key.public,
        }
        return registration.sign(REGISTRATION, **(said | changed))  # type: ignore[arg-type]

    def version_receipt(self, customer: Customer, guard: int, **changed: object) -> VersionReceipt:
        """What guard 1, 2 or 3 says about her version."""
        made = VersionReceipt(
            guards_hash=self.anchors.guards_hash,
            guard_id=f"guard-{guard}",
            uid=customer.uid,
            ver=customer.ver,
            authorization_key_sha256=sha256(customer.key.public),
            record_sha256=customer.record_sha256,
            state="live",
            seq=7,
            time=self.clock.now,
        )
        return replace(made, **changed)  # type: ignore[arg-type]

    def certificate_request(self, customer: Customer, **statement: object) -> CertificateRequest:
        """All that is needed."""
        return CertificateRequest(
            kid=customer.kid,
            ver=customer.ver,
            profile="personal_financial",
            serial=to_text(from_random(os.urandom(16))),
            not_before=self.clock.now,
            statement=self.statement(customer, **statement),
            receipts=tuple(
                (receipt, GUARDS[guard - 1].sign(receipt.signed()))
                for guard in (1, 2)
                for receipt in [self.version_receipt(customer, guard)]
            ),
            previous_signature=b"",
        )

    def enrolled(self, customer: Customer | None = None) -> tuple[Customer, bytes]:
        """A customer with a certificate (DER)."""
        customer = customer or Customer()
        make_credential(self.credential_request(customer), self.desk)
        return customer, certify(self.certificate_request(customer), self.desk).certificate

    def transaction(self, customer: Customer, certificate: bytes, **changed: object) -> Transaction:
        """A login."""
        nonce = os.urandom(16)
        content = login_content("hanbit", nonce)
        made = Transaction(
            txn="txn-1",
            kid=customer.kid,
            certificate=sha256(certificate),
            relying_party="hanbit",
            purpose="login",
            format="cms",
            display=(("relying_party", "hanbit"),),
            items=(Item("login", sha256(content), "shown"),),
            nonce=nonce,
            iat=self.clock.now,
            exp=self.clock.now + 300,
            day_key_id=self.day_key().day_key_id,
            guards_hash=self.anchors.guards_hash,
        )
        return replace(made, **changed)  # type: ignore[arg-type]

    def sealed(self, customer: Customer, transaction: Transaction) -> bytes:
        """A_kid for this T."""
        info = messages.activation_info(transaction.hash(), transaction.kid, transaction.day_key_id)
        return sealing.seal(customer.activation_secret, self.day_key().public_key, info)

    def activation(
        self, customer: Customer, transaction: Transaction, sealed: bytes, **changed: object
    ) -> messages.Activation:
        """Her consent."""
        made = messages.Activation(
            uid=customer.uid,
            ver=customer.ver,
            th=transaction.hash(),
            iat=transaction.iat,
            exp=transaction.exp,
            sealed_sha256=sha256(sealed),
            attempts=(sha256(b"attempt-1"), sha256(b"attempt-2")),
        )
        return replace(made, **changed)  # type: ignore[arg-type]

    def confirm_receipt(
        self, customer: Customer, activation: messages.Activation, signature: bytes, guard: int, **changed: object
    ) -> ConfirmReceipt:
        """What guard 1, 2 or 3 says about her activation."""
        made = ConfirmReceipt(
            guards_hash=self.anchors.guards_hash,
            guard_id=f"guard-{guard}",
            uid=customer.uid,
            ver=customer.ver,
            authorization_key_sha256=sha256(customer.key.public),
            th=activation.th,
            activation_sha256=activation.hash(signature),
            seq=11,
            time=self.clock.now,
        )
        return replace(made, **changed)  # type: ignore[arg-type]

    def activation_request(
        self,
        customer: Customer,
        transaction: Transaction,
        *,
        sealed: bytes | None = None,
        activation: messages.Activation | None = None,
        signed_by: SigningKey | None = None,
        data: bytes | None = None,
    ) -> ActivationRequest:
        """All that is needed, with two guards' receipts for whatever the activation is."""
        sealed = self.sealed(customer, transaction) if sealed is None else sealed
        activation = activation or self.activation(customer, transaction, sealed)
        signature = (signed_by or customer.key).sign(activation.signed())
        return ActivationRequest(
            transaction=transaction.canonical() if data is None else data,
            activation=activation,
            signature=signature,
            sealed=sealed,
            receipts=tuple(
                (receipt, GUARDS[guard - 1].sign(receipt.signed()))
                for guard in (1, 2)
                for receipt in [self.confirm_receipt(customer, activation, signature, guard)]
            ),
        )


def found(folder: Path, open_database: Callable[[], Database], clock: Clock) -> World:
    """A vault as its founders leave it: its keys, a root above it, the anchors."""
    material = keys.init(folder)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = ceremony.make_root(root_key, ADDRESSES, from_random(bytes(16)), clock.now - 3600)
    issuing = ceremony.sign_issuing(
        x509.load_pem_x509_csr(material.issuing_request),
        Issuer.of(root.x509, ROOT, ADDRESSES),
        root_key,
        from_random(b"\x02" * 16),
        clock.now - 3600,
    )
    (folder / ISSUING).write_bytes(issuing.pem)
    (folder / ANCHORS).write_bytes(anchors_of(material, root.x509.public_bytes(Encoding.DER)).canonical())
    return World(opened(folder, open_database(), clock), clock, folder)


def opened(folder: Path, database: Database, clock: Clock) -> VaultDesk:
    """The vault that is there, as after a restart."""
    master = SoftwareMaster.open(folder, ALLOWED)
    identity = keys.identity_key(folder)
    issuing = x509.load_pem_x509_certificate((folder / ISSUING).read_bytes())
    return VaultDesk(
        master=master,
        identity=identity,
        anchors=Anchors.parse((folder / ANCHORS).read_bytes()),
        issuer=keys.issuer(issuing, master, ADDRESSES),
        day_keys=DayKeys(folder, identity, clock),
        database=database,
        now=clock,
    )


def anchors_of(material: keys.PublicMaterial, root: bytes) -> Anchors:
    """Two of three guards."""
    return Anchors(
        threshold=2,
        guards=tuple(
            GuardAnchor(f"guard-{index}", index, f"http://127.0.0.1:{8010 + index}", key.public)
            for index, key in enumerate(GUARDS, start=1)
        ),
        vault_key=material.identity_key,
        log_key=material.log_key,
        center_origin="http://center.dojang.localhost:8001",
        ticket_key=SigningKey(b"\x0c" * 32).public,
        registration_key=REGISTRATION.public,
        root_certificate=root,
    )
