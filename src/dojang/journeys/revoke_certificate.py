"""A customer ends their own certificate: a reason, the PIN, and nobody can sign with it any more.

From the signature on the story goes only forward, by the customer's next look or by the job: the vault revokes what
its own log says was consented to and destroys the key; the books say so, and every browser is signed out; the status
service hears of it; the notice goes out. Each step is durable before the next and may be done again.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Literal

import structlog

from dojang.journeys import devices, enter_center, issue_certificate
from dojang.journeys.sign_transaction import OpenedTransaction, new_code, open_signature_transaction, result
from dojang.journeys.visits import VisitsDesk
from dojang.pin import signed
from dojang.pin.encoding import b64, unb64
from dojang.pin.messages import Activation
from dojang.refusals import (
    CertificateNotFound,
    InvalidField,
    Refusal,
    RevocationNotFound,
    Unavailable,
)
from dojang.signing.what_is_signed import RevocationAsked
from dojang.values.certificate import CUSTOMERS_REASONS, CertificateEntry, CertificateState, facts_of
from dojang.values.relying_party import CENTER
from dojang.values.revocation import Revocation, RevocationState
from dojang.values.transaction import ContentItem

WAY_BACK: Final = "/certificates/revocation"
_BATCH: Final = 50

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Progress:
    """How it stands. `revoked_at`: 0 until revoked; `published`: the status service has heard of it."""

    state: Literal["pin", "expired", "signed", "revoked", "refused"]
    serial: str
    reason: str
    revoked_at: int
    published: bool


def ask(desk: VisitsDesk, session: str, reason: str) -> OpenedTransaction:
    """On to the PIN, with a code. The same wish again, as long as nobody agreed to it, gets another code.

    Raises `InvalidField` for a reason that is not the customer's to give, `ConnectFirst`, `CertificateNotFound`.
    """
    books = desk.books
    if reason not in CUSTOMERS_REASONS:
        raise InvalidField(field="reason")
    customer = enter_center.signed_in(desk, session).customer_number
    entry = books.certificates.valid_of_customer(customer)
    if entry is None:
        raise CertificateNotFound
    earlier = books.revocations.newest_of(session)
    is_same = earlier is not None and (earlier.kid, earlier.reason) == (entry.kid, reason)
    if earlier and is_same and not books.transactions.get(earlier.txn).claimed:
        return new_code(desk, earlier.txn, connected=True)
    return _asked(desk, session, entry, reason)


def look(desk: VisitsDesk, session: str) -> Progress:
    """How the revocation stands that this browser asked for last; what is signed is carried out now, if it can be.

    Raises `RevocationNotFound`.
    """
    found = desk.books.revocations.newest_of(session)
    if found is None:
        raise RevocationNotFound
    # The job goes on where somebody does not answer.
    with suppress(Unavailable):
        found = _revoked(desk, found)
        _tell(desk, found)
    return _progress(desk, found)


def finish_all(desk: VisitsDesk) -> None:
    """What customers signed is carried out and told to the status service, and they have their notice."""
    book = desk.books.revocations
    try:
        for revocation in book.in_state(RevocationState.SIGNED, _BATCH):
            found = _revoked(desk, revocation)
            with suppress(Unavailable):
                _tell(desk, found)
        for revocation in book.in_state(RevocationState.REVOKED, _BATCH):
            _notify(desk, revocation)
    except Unavailable as unavailable:
        log.warning("revocations_not_finished", code=unavailable.code)


def _asked(desk: VisitsDesk, session: str, entry: CertificateEntry, reason: str) -> OpenedTransaction:
    """A new transaction waits, and is known as a revocation's."""
    wish = RevocationAsked(entry.serial, reason, b64(desk.chance.token(16)))
    opened = open_signature_transaction(
        desk,
        kid=entry.kid,
        relying_party=CENTER,
        purpose="revocation",
        items=(ContentItem("revocation", wish.content()),),
        return_to=desk.anchors.center_origin + WAY_BACK,
        connected=True,
    )
    with desk.books.transaction():
        desk.books.revocations.add(
            Revocation(
                id=wish.request,
                session=session,
                customer_number=entry.customer_number,
                kid=entry.kid,
                serial=entry.serial,
                reason=reason,
                txn=opened.txn,
                asked_at=desk.clock.now(),
            )
        )
    return opened


def _revoked(desk: VisitsDesk, revocation: Revocation) -> Revocation:
    """What is signed is revoked by the vault and in the books. Raises `VaultUnavailable`."""
    if revocation.state is not RevocationState.SIGNED:
        return revocation
    try:
        since = desk.vault.revoke(*_consent(desk, revocation.txn))
    except Unavailable:
        raise
    except Refusal as refusal:
        log.error("revocation_refused", serial=revocation.serial, code=refusal.code)
        return _kept(desk, revocation, RevocationState.REFUSED)
    return _kept(desk, revocation, RevocationState.REVOKED, since)


def _consent(desk: VisitsDesk, txn: str) -> tuple[bytes, bytes, int]:
    """T, SHA-256 of the activation, and where the vault's log has its leaf: as the customer's receipt says."""
    done = desk.books.transactions.get(txn).signed
    if done is None:
        raise RuntimeError("a revocation is signed without a signature")
    receipt = json.loads(done.receipt)
    activation = signed.read(Activation, receipt["activation"])
    return unb64(receipt["transaction"]), activation.message.hash(activation.signature), receipt["leaf_index"]


def _kept(desk: VisitsDesk, revocation: Revocation, state: RevocationState, since: int = 0) -> Revocation:
    """All at once: the certificate revoked, its record and browsers forgotten, its holder signed out everywhere."""
    books = desk.books
    with books.transaction():
        kept = books.revocations.find(revocation.txn)
        if kept is None or kept.state is not RevocationState.SIGNED:
            return kept or revocation
        entry = books.certificates.get(kept.kid)
        if state is RevocationState.REVOKED and entry.state is CertificateState.VALID:
            ended = replace(entry, state=CertificateState.REVOKED, reason=kept.reason, revoked_at=since)
            books.certificates.put(ended)
            books.versions.remove(entry.uid)
            devices.end(desk, entry.uid)
            books.signed_in.end(entry.customer_number)
        kept = replace(kept, state=state)
        books.revocations.put(kept)
    return kept


def _tell(desk: VisitsDesk, revocation: Revocation) -> None:
    """The status service has heard. Raises `StatusUnavailable`; what it refuses is the job's to say (`tell_all`)."""
    entry = desk.books.certificates.get(revocation.kid)
    if entry.state is not CertificateState.REVOKED:
        return
    try:
        issue_certificate.tell(desk, entry)
    except Unavailable:
        raise
    except Refusal as refusal:
        log.error("fact_refused", serial=entry.serial, code=refusal.code)


def _notify(desk: VisitsDesk, revocation: Revocation) -> None:
    """The holder has a text message, once. Raises `BankUnavailable`."""
    books = desk.books
    number = books.certificates.get(revocation.kid).person.phone
    desk.notices.certificate_revoked(number, revocation.id)
    with books.transaction():
        books.revocations.put(replace(revocation, state=RevocationState.DONE))


def _progress(desk: VisitsDesk, revocation: Revocation) -> Progress:
    entry = desk.books.certificates.get(revocation.kid)
    state: Literal["pin", "expired", "signed", "revoked", "refused"]
    match revocation.state:
        case RevocationState.ASKED:
            state = "expired" if result(desk, revocation.txn).state == "expired" else "pin"
        case RevocationState.SIGNED:
            state = "signed"
        case RevocationState.REFUSED:
            state = "refused"
        case _:
            state = "revoked"
    published = state == "revoked" and entry.told == len(facts_of(entry))
    return Progress(state, revocation.serial, revocation.reason, entry.revoked_at, published)
