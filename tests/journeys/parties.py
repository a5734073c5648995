"""The other parties of the PIN page's journeys, in this process and as honest as they have to be; each can be down."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from dojang.authority import certificate, keys, registration, serials
from dojang.authority.lint import rehearse
from dojang.authority.profile import Issuer, plan
from dojang.pin import tickets
from dojang.pin.anchors import Anchors, GuardAnchor
from dojang.pin.encoding import sha256
from dojang.pin.messages import (
    Activation,
    Attestation,
    ConfirmReceipt,
    Credential,
    DayKey,
    Statement,
    VersionReceipt,
    activation_info,
    leaf,
)
from dojang.pin.sealing import unseal
from dojang.pin.signatures import SigningKey
from dojang.pin.signed import Signed
from dojang.ports.books import Books
from dojang.ports.guards import RelayAnswer, RemovalAnswer
from dojang.ports.key_vault import AttestedKey, CertificateRequest, VaultSignatures
from dojang.refusals import (
    ActivationReplayed,
    FactOutOfOrder,
    FactRefused,
    GuardUnavailable,
    KidTaken,
    ReceiptRefused,
    RegistrationRefused,
    RevocationRefused,
    StatementRefused,
    Unavailable,
)
from dojang.signing.attributes import signed_attributes
from dojang.signing.what_is_signed import Transaction, revocation_of
from dojang.values.certificate import StatusFact
from dojang.values.registration import RegistrationStatement

CENTER = "http://center.dojang.localhost:8001"


def seed(name: str) -> bytes:
    return sha256(name.encode())


class Vault:
    """`KeyVault`: idempotent, and exact about what it is asked to sign."""

    def __init__(self, now: Callable[[], int], issuer: Issuer, issuing_key: ec.EllipticCurvePrivateKey) -> None:
        self.now, self.issuer, self.issuing_key = now, issuer, issuing_key
        self.identity = SigningKey(seed("vault"))
        self.registration_key = b""
        self.quorum = 2
        self.day = X25519PrivateKey.from_private_bytes(seed("day key"))
        self.lasts = 86_400
        self.made: dict[bytes, tuple[Credential, AttestedKey, ec.EllipticCurvePrivateKey]] = {}
        self.issued: dict[bytes, tuple[CertificateRequest, bytes]] = {}
        self.ended: set[bytes] = set()
        self.used: dict[bytes, tuple[bytes, VaultSignatures]] = {}
        self.name: str = ""
        self.revoked: dict[bytes, tuple[bytes, int]] = {}

    def day_key(self) -> Signed[DayKey]:
        public = self.day.public_key().public_bytes_raw()
        key = DayKey(bytes(16), public, self.now() - 10, self.now() + self.lasts)
        return Signed(key, self.identity.sign(key.signed()))

    def make_credential(self, credential: Credential, sealed: bytes, signature: bytes) -> AttestedKey:
        unseal(sealed, self.day, credential.info(), 32)
        if credential.kid not in self.made:
            key = ec.generate_private_key(ec.SECP256R1())
            spki = keys.spki_of(key.public_key())
            said = Attestation(
                credential.uid,
                credential.ver,
                credential.kid,
                credential.authorization_key,
                credential.record_sha256,
                sha256(spki),
                bytes(64),
            )
            attested = AttestedKey(Signed(said, self.identity.sign(said.signed())), spki, bytes(16))
            self.made[credential.kid] = (credential, attested, key)
        return self.made[credential.kid][1]

    def certify(self, request: CertificateRequest) -> bytes:
        if request.kid in self.issued:
            earlier, der = self.issued[request.kid]
            if replace(request, receipts=earlier.receipts) != earlier:
                raise KidTaken
            return der
        credential, attested, _ = self.made[request.kid]
        statement = registration.check(request.statement, self.registration_key)
        if statement.authorization_key != credential.authorization_key:
            raise RegistrationRefused
        if sum(receipt.message.state == "live" for receipt in request.receipts) < self.quorum:
            raise ReceiptRefused
        planned = plan(
            request.profile,
            self.issuer,
            holder_name=self.name or statement.name,
            kid=request.kid,
            spki=attested.spki,
            serial=serials.from_text(request.serial),
            not_before=request.not_before,
        )
        der = certificate.sign(rehearse(planned), self.issuing_key).der
        self.issued[request.kid] = (request, der)
        self.ended.add(statement.replaces)
        return der

    def activate(
        self,
        transaction: bytes,
        activation: Signed[Activation],
        sealed: bytes,
        receipts: Sequence[Signed[ConfirmReceipt]],
    ) -> VaultSignatures:
        t = Transaction.parse(transaction)
        if len({receipt.message.guard_id for receipt in receipts}) < self.quorum:
            raise ReceiptRefused
        unseal(sealed, self.day, activation_info(t.hash(), t.kid, t.day_key_id), 32)
        this = activation.message.hash(activation.signature)
        if t.hash() not in self.used:
            key = self.made[t.kid][2]
            how = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
            made = tuple(key.sign(signed_attributes(t, item), how) for item in t.items)
            logged = leaf(bytes(16), len(self.used), "use", t.kid, t.hash(), this)
            self.used[t.hash()] = (this, VaultSignatures(made, logged, len(self.used)))
        if self.used[t.hash()][0] != this:
            raise ActivationReplayed
        return self.used[t.hash()][1]

    def revoke(self, transaction: bytes, activation_sha256: bytes, leaf_index: int) -> int:
        t = Transaction.parse(transaction)
        revocation_of(t)
        if self.used.get(t.hash(), (b"", None))[0] != activation_sha256:
            raise RevocationRefused(check="leaf")
        signatures = self.used[t.hash()][1]
        if signatures.leaf_index != leaf_index:
            raise RevocationRefused(check="leaf")
        if t.kid in self.ended and self.revoked.get(t.kid, (b"", 0))[0] != t.hash():
            raise RevocationRefused(check="ended")
        self.ended.add(t.kid)
        return self.revoked.setdefault(t.kid, (t.hash(), self.now()))[1]


class Guards:
    """`Guards`: version keys are taken as staged where the statement names them."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now
        self.keys = {f"guard-{index}": SigningKey(seed(f"guard {index}")) for index in (1, 2, 3)}
        self.guards_hash = b""
        self.down: set[str] = set()
        self.taken: dict[str, Signed[VersionReceipt]] = {}
        self.asked: list[tuple[str, int]] = []
        self.ticket_key = b""
        self.removed: list[tuple[str, bytes, bytes]] = []
        self.change: Callable[[Signed[VersionReceipt]], Signed[VersionReceipt]] = lambda receipt: receipt

    def relay(
        self, statement: Signed[Statement], guard_ids: Sequence[str], shown: Sequence[Signed[VersionReceipt]]
    ) -> Mapping[str, RelayAnswer]:
        return {guard_id: self._one(guard_id, statement, shown) for guard_id in guard_ids}

    def remove_device(self, sealed: Mapping[str, str]) -> Mapping[str, RemovalAnswer]:
        return {guard_id: self._remove(guard_id, ticket) for guard_id, ticket in sealed.items()}

    def _remove(self, guard_id: str, text: str) -> RemovalAnswer:
        if guard_id in self.down:
            return GuardUnavailable(guard_id=guard_id)
        ticket = tickets.open_device_removal(text, self.ticket_key, guard_id, self.now())
        self.removed.append((guard_id, ticket.uid, ticket.device))
        return None

    def _one(self, guard_id: str, statement: Signed[Statement], shown: Sequence[Signed[VersionReceipt]]) -> RelayAnswer:
        self.asked.append((guard_id, len(shown)))
        if guard_id in self.down:
            return GuardUnavailable(guard_id=guard_id)
        named = any(key.guard_id == guard_id for key in statement.message.keys)
        if not named and len(shown) < 2:
            return StatementRefused()
        return self.change(self.receipt(guard_id, statement.message, "live" if named else "erased"))

    def receipt(self, guard_id: str, statement: Statement, state: Any) -> Signed[VersionReceipt]:
        said = VersionReceipt(
            self.guards_hash,
            guard_id,
            statement.uid,
            statement.ver,
            sha256(statement.authorization_key),
            statement.record_sha256,
            state,
            1,
            self.now(),
        )
        return Signed(said, self.keys[guard_id].sign(said.signed()))

    def confirmed(self, guard_id: str, activation: Signed[Activation], ak: bytes) -> Signed[ConfirmReceipt]:
        a = activation.message
        this = a.hash(activation.signature)
        said = ConfirmReceipt(self.guards_hash, guard_id, a.uid, a.ver, sha256(ak), a.th, this, 2, self.now())
        return Signed(said, self.keys[guard_id].sign(said.signed()))


class Bank:
    """`RegistrationAuthority`: one statement per application."""

    def __init__(self) -> None:
        self.key = SigningKey(seed("registration"))
        self.said: dict[str, RegistrationStatement] = {}
        self.change: Callable[[RegistrationStatement], RegistrationStatement] = lambda statement: statement

    def vouch(
        self, *, application: str, name: str, uid: bytes, kid: bytes, authorization_key: bytes, replaces: bytes
    ) -> RegistrationStatement:
        statement = registration.sign(
            self.key,
            name=name,
            applicant_hash=sha256(name.encode()),
            uid=uid,
            kid=kid,
            authorization_key=authorization_key,
            replaces=replaces,
        )
        if self.said.setdefault(application, statement) != statement:
            raise RegistrationRefused
        return self.change(statement)


class Status:
    """`CertificateStatus`: every fact in order, the same one again without effect."""

    def __init__(self) -> None:
        self.facts: dict[str, list[StatusFact]] = {}

    def put(self, fact: StatusFact) -> None:
        taken = self.facts.setdefault(fact.serial, [])
        if fact.sequence > len(taken) + 1:
            raise FactOutOfOrder(expected=len(taken) + 1)
        if fact.sequence <= len(taken):
            if taken[fact.sequence - 1] != fact:
                raise FactRefused
            return
        taken.append(fact)


@dataclass
class Reached:
    """A party seen from the centre: never inside a transaction; down, or lost after it acted, when told so."""

    party: Any
    books: Books
    unavailable: type[Unavailable]
    down: bool = False
    lose: int = 0
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        act = getattr(self.party, name)

        def reached(*args: Any, **named: Any) -> Any:
            assert not self.books.in_transaction, "a network call inside a transaction"
            self.calls.append(name)
            if self.down:
                raise self.unavailable
            answer = act(*args, **named)
            if self.lose:
                self.lose -= 1
                raise self.unavailable
            return answer

        return reached


def anchors(guards: Guards, vault: Vault, bank: Bank, ticket_key: SigningKey, root: bytes) -> Anchors:
    return Anchors(
        threshold=2,
        guards=tuple(
            GuardAnchor(name, index, f"http://127.0.0.1:801{index}", key.public)
            for index, (name, key) in enumerate(guards.keys.items(), 1)
        ),
        vault_key=vault.identity.public,
        log_key=SigningKey(seed("log")).public,
        center_origin=CENTER,
        ticket_key=ticket_key.public,
        registration_key=bank.key.public,
        root_certificate=root,
    )
