"""The customer's side of a transaction: the PIN page opens T, the customer agrees with the PIN, the vault signs once.

One activation may claim the request; the same one again gets the same result.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from cryptography import x509

from dojang.journeys import devices, sign_transaction, visits
from dojang.journeys.devices import DeviceProof, NewDevice
from dojang.journeys.visits import VisitsDesk
from dojang.pin import signed
from dojang.pin.encoding import b64, canonical, sha256
from dojang.pin.messages import Activation, Attestation, ConfirmReceipt, DayKey
from dojang.pin.record import Record
from dojang.pin.signed import Signed
from dojang.pin.tickets import AttemptTicket
from dojang.policy.numbers import NUMBERS
from dojang.ports.key_vault import VaultSignatures
from dojang.refusals import (
    ActivationRefused,
    ActivationReplayed,
    ConnectFirst,
    Refusal,
    SignatureRefused,
    TicketExpired,
    Unavailable,
)
from dojang.signing.cms import signed_data
from dojang.signing.what_is_signed import Transaction
from dojang.values.revocation import RevocationState
from dojang.values.transaction import SignedResult, TransactionRequest, Visit
from dojang.values.version import CustomerVersion

RECEIPT_FORM: Final = 1


@dataclass(frozen=True, slots=True)
class OpenedUse:
    """What the PIN page needs to show, ask and sign. `connect`: the customer wants to stay connected here."""

    bearer: str
    transaction: bytes
    contents: tuple[bytes, ...]
    version: CustomerVersion
    tickets: tuple[str, ...]
    certificate: bytes
    day_key: Signed[DayKey]
    connect: bool


@dataclass(frozen=True, slots=True)
class Completed:
    """`receipt`: the customer's, canonical JSON. `device_added`: the browser that came with it is known."""

    receipt: bytes
    return_to: str
    device_added: bool = False


def open_use(desk: VisitsDesk, code: str, proof: DeviceProof | None = None) -> OpenedUse:
    """The code is spent and T is built now. One that was not given out after SMS opens in a known browser alone.

    Raises `CodeRefused`, `ConnectFirst` (fact return_to: where SMS can be had; nothing is spent), `ActivationReplayed`,
    `CertificateNotValid`, `VaultUnavailable`.
    """
    key = visits.day_key(desk)
    now = desk.clock.now()
    with desk.books.transaction():
        bearer, visit = visits.open_visit(
            desk, code, "use", lambda unused: _opened(desk, _proven(desk, unused, code, proof), key.message, now)
        )
        request = desk.books.transactions.get(visit.subject)
        version = desk.books.versions.get(sign_transaction.valid_entry(desk, request.kid).uid)
        certificate = desk.books.certificates.get(request.kid).der
    return OpenedUse(
        bearer,
        visit.transaction,
        tuple(item.content for item in request.items),
        version,
        _tickets(desk, version, visit.transaction),
        certificate,
        key,
        request.connect,
    )


def fresh_tickets(desk: VisitsDesk, bearer: str) -> tuple[str, ...]:
    """n tickets for the same th. Raises `VisitRefused`, `TicketExpired` after T's end."""
    visit = visits.visit_of(desk, bearer, "use")
    transaction = Transaction.parse(visit.transaction)
    if desk.clock.now() > transaction.exp:
        raise TicketExpired
    entry = sign_transaction.valid_entry(desk, transaction.kid)
    return _tickets(desk, desk.books.versions.get(entry.uid), visit.transaction)


def activate(
    desk: VisitsDesk,
    bearer: str,
    activation: Signed[Activation],
    sealed: bytes,
    receipts: Sequence[Signed[ConfirmReceipt]],
    new_device: NewDevice | None = None,
) -> Completed:
    """The vault has signed what T says, the CMS is verified and kept, and then the customer's new browser, if any.

    `sealed` only passes through. Raises `VisitRefused`, `ActivationRefused` (activation or addition not by this
    version's AK for this visit's T), `NotAPublicKey` (the browser's), `ActivationReplayed`
    (another activation has claimed the request), what the vault refuses (the claim is then given back), and
    `VaultUnavailable`: the same request again.
    """
    visit = visits.visit_of(desk, bearer, "use")
    request = _claimed(desk, visit, activation, new_device)
    done = request.signed or _complete(desk, visit, request, _sign(desk, visit, request, activation, sealed, receipts))
    added = new_device is not None and devices.add(desk, visit, new_device)
    return Completed(done.receipt, request.return_to, added)


def _proven(desk: VisitsDesk, unused: Visit, code: str, proof: DeviceProof | None) -> Visit:
    """The visit with the known device that it is opened in. Raises `ConnectFirst` where it takes one."""
    request = desk.books.transactions.get(unused.subject)
    version = desk.books.versions.get(sign_transaction.valid_entry(desk, request.kid).uid)
    known = devices.proven(desk, version.uid, code, proof)
    if known is None and not unused.connected:
        raise ConnectFirst(return_to=request.connect_at)
    return replace(unused, device=known.id if known else b"")


def _opened(desk: VisitsDesk, unused: Visit, key: DayKey, now: int) -> Visit:
    """The visit with its T. Raises as `open_use`."""
    request = desk.books.transactions.get(unused.subject)
    if request.claimed:
        raise ActivationReplayed
    transaction = sign_transaction.build(
        request,
        certificate=sha256(sign_transaction.valid_entry(desk, request.kid).der),
        day_key_id=key.day_key_id,
        guards_hash=desk.anchors.guards_hash,
        now=now,
    )
    return replace(unused, transaction=transaction.canonical(), expires_at=transaction.exp + NUMBERS.time.clock_skew)


def _tickets(desk: VisitsDesk, version: CustomerVersion, transaction: bytes) -> tuple[str, ...]:
    until = min(desk.clock.now() + NUMBERS.ticket.attempt, Transaction.parse(transaction).exp)
    th = sha256(transaction)
    return visits.sealed_tickets(
        desk, lambda guard_id: AttemptTicket(guard_id, version.uid, version.ver, th, desk.chance.token(16), until)
    )


def _claimed(
    desk: VisitsDesk, visit: Visit, activation: Signed[Activation], new_device: NewDevice | None
) -> TransactionRequest:
    """The request, claimed by this activation and no other. Raises `ActivationRefused`, `ActivationReplayed`."""
    claim = activation.message.hash(activation.signature)
    with desk.books.transaction():
        request = desk.books.transactions.get(visit.subject)
        if request.claimed == claim:
            return request
        if request.claimed:
            raise ActivationReplayed
        version = desk.books.versions.get(sign_transaction.valid_entry(desk, request.kid).uid)
        _check_activation(visit, version, activation)
        if new_device is not None:
            devices.check_addition(version, activation.message.th, new_device)
        request = replace(request, claimed=claim)
        desk.books.transactions.put(request)
    return request


def _check_activation(visit: Visit, version: CustomerVersion, activation: Signed[Activation]) -> None:
    """AK agrees to exactly this visit's T. The vault checks the same again, and the rest."""
    transaction, said = Transaction.parse(visit.transaction), activation.message
    of_this = (version.uid, version.ver, transaction.hash(), transaction.iat, transaction.exp)
    if (said.uid, said.ver, said.th, said.iat, said.exp) != of_this:
        raise ActivationRefused
    try:
        activation.check(Record.parse(version.record).authorization_key)
    except SignatureRefused:
        raise ActivationRefused from None


def _sign(
    desk: VisitsDesk,
    visit: Visit,
    request: TransactionRequest,
    activation: Signed[Activation],
    sealed: bytes,
    receipts: Sequence[Signed[ConfirmReceipt]],
) -> SignedResult:
    """What the vault signed, as CMS that holds, and the customer's receipt. A refusal gives the claim back."""
    entry = desk.books.certificates.get(request.kid)
    version = desk.books.versions.get(entry.uid)
    try:
        made = desk.vault.activate(visit.transaction, activation, sealed, receipts)
    except Unavailable:
        raise
    except Refusal:
        _give_back(desk, request)
        raise
    receipt = {
        "v": RECEIPT_FORM,
        "transaction": b64(visit.transaction),
        "activation": activation.as_json(),
        "receipts": [receipt.as_json() for receipt in receipts],
        "attestation": signed.parse(Attestation, version.attestation).as_json(),
        "certificate": b64(entry.der),
        "chain": [b64(der) for der in desk.chain],
        "leaf": b64(made.leaf),
        "leaf_index": made.leaf_index,
    }
    cms = _cms(desk, Transaction.parse(visit.transaction), request, entry.der, made)
    return SignedResult(cms, entry.der, canonical(receipt), desk.clock.now(), not visit.connected)


def _cms(
    desk: VisitsDesk, transaction: Transaction, request: TransactionRequest, certificate: bytes, made: VaultSignatures
) -> tuple[bytes, ...]:
    """One SignedData per item. Raises `SignatureRefused` for a signature that does not hold."""
    chain = [x509.load_der_x509_certificate(der) for der in (certificate, *desk.chain)]
    if len(made.signatures) != len(request.items):
        raise SignatureRefused
    return tuple(
        signed_data(transaction, item, content.content, signature, chain)
        for item, content, signature in zip(transaction.items, request.items, made.signatures, strict=True)
    )


def _give_back(desk: VisitsDesk, request: TransactionRequest) -> None:
    with desk.books.transaction():
        kept = desk.books.transactions.get(request.txn)
        if kept.claimed == request.claimed and kept.signed is None:
            desk.books.transactions.put(replace(kept, claimed=b""))


def _complete(desk: VisitsDesk, visit: Visit, request: TransactionRequest, done: SignedResult) -> SignedResult:
    """The first result is kept, and is everybody's. A revocation goes only forward from here."""
    with desk.books.transaction():
        kept = desk.books.transactions.get(request.txn)
        if kept.signed is not None:
            return kept.signed
        desk.books.transactions.put(replace(kept, claimed=request.claimed, signed=done, device=visit.device))
        wish = desk.books.revocations.find(request.txn)
        if wish is not None:
            desk.books.revocations.put(replace(wish, state=RevocationState.SIGNED))
    return done
