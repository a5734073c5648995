"""A relying party asks a customer whom it knows to sign; the customer opens it in a browser that is logged in here, or
that she stays connected in.

`token` is that of a connected browser's cookie. Another customer's browser gets the answer for a request that there is
not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from dojang.disclosure.addresses import is_way_back, with_answer
from dojang.journeys import connect_browser
from dojang.journeys.log_in import LoginDesk, client_of
from dojang.journeys.sign_transaction import (
    OpenedTransaction,
    check_contents,
    new_code,
    open_signature_transaction,
    result,
)
from dojang.pin.encoding import b64, canonical, sha256
from dojang.policy.numbers import NUMBERS
from dojang.refusals import (
    ActivationReplayed,
    CertificateNotFound,
    ConnectFirst,
    SignatureRequestNotFound,
    SignatureRequestRefused,
)
from dojang.signing.what_is_signed import Pairs, pairs_of
from dojang.values.login import SignatureRequest
from dojang.values.relying_party import RelyingParty
from dojang.values.transaction import ContentItem, SigningPurpose, TransactionResult
from dojang.values.web import KeptAnswer

# What claims a transaction that its customer gave up: the hash of no activation.
_GIVEN_UP: Final = sha256(b"given up")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as its customer sees it. `pairs` come from the very bytes that are signed.

    `checking`: the PIN was right and the vault has been asked; `signed`: `return_to` leads back with it.
    """

    request: SignatureRequest
    client: RelyingParty
    pairs: Pairs
    state: Literal["ready", "checking", "signed"]
    return_to: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a relying party asks for. `subject` is the customer's name there, from an earlier login; `state` names the
    request there, so that the same state is the same request."""

    purpose: SigningPurpose
    items: Sequence[ContentItem]
    subject: str
    redirect_uri: str
    state: str


def push(desk: LoginDesk, client: RelyingParty, pushed: Pushed) -> SignatureRequest:
    """The request waits for its customer; pushed again, it is the one that waits already.

    Raises `SignatureRequestRefused` for a subject or an address that is not this client's, `TransactionRefused` for
    contents that cannot be shown, `IdempotencyKeyReused` for a state that named another request.
    """
    books, now = desk.visits.books, desk.visits.clock.now()
    if not is_way_back(client, pushed.redirect_uri):
        raise SignatureRequestRefused
    check_contents(client.client_id, pushed.purpose, pushed.items)
    customer = books.subjects.customer(client.client_id, pushed.subject)
    if customer is None:
        raise SignatureRequestRefused
    request = SignatureRequest(
        id=b64(desk.visits.chance.token(16)),
        client_id=client.client_id,
        customer_number=customer,
        purpose=pushed.purpose,
        items=tuple(pushed.items),
        redirect_uri=pushed.redirect_uri,
        state=pushed.state,
        expires_at=now + NUMBERS.login.signature_request,
    )
    asked = KeptAnswer(f"push {client.client_id}", sha256(pushed.state.encode()).hex(), _fingerprint(pushed), now)
    with books.transaction():
        kept = books.idempotency.begin(asked)
        if kept.body:
            return books.signature_requests.get(kept.body.decode())
        books.signature_requests.put(request)
        books.idempotency.finish(replace(asked, status=201, body=request.id.encode()))
    return request


def asked_by(desk: LoginDesk, request_id: str) -> RelyingParty:
    """Who asks, as long as it waits. Raises `SignatureRequestNotFound`, `RelyingPartyUnknown`."""
    return client_of(desk, waiting(desk, request_id).client_id)


def page_of(request_id: str) -> str:
    """The path of the page where the customer signs."""
    return f"/sign?request={request_id}"


def look(desk: LoginDesk, request_id: str, session: str, token: str = "") -> Asked:
    """The request for the customer who is logged in or connected in this browser, as often as it is asked for.

    Raises `ConnectFirst`, `RelyingPartyUnknown`, and `SignatureRequestNotFound` for another customer's too, and once it
    is over or given up.
    """
    books, now = desk.visits.books, desk.visits.clock.now()
    request, _ = _of_customer(desk, request_id, session, token)
    client = client_of(desk, request.client_id)
    pairs = tuple(
        pair for item in request.items for pair in pairs_of(request.purpose, request.client_id, b"", item.content)
    )
    opened = books.transactions.get(request.txn) if request.txn else None
    if opened and opened.signed:
        return Asked(request, client, pairs, "signed", opened.return_to)
    if opened and opened.claimed not in (b"", _GIVEN_UP):
        return Asked(request, client, pairs, "checking", "")
    if now >= request.expires_at:
        raise SignatureRequestNotFound
    return Asked(request, client, pairs, "ready", "")


def give_up(desk: LoginDesk, request_id: str, session: str, token: str = "") -> str:
    """The request is over and cannot be signed any more; the way back says that the customer did not want it.

    Raises `ConnectFirst`, `SignatureRequestNotFound`, and `ActivationReplayed` once the PIN was right.
    """
    books = desk.visits.books
    with books.transaction():
        request, _ = _of_customer(desk, request_id, session, token)
        if request.txn:
            opened = books.transactions.get(request.txn)
            if opened.claimed not in (b"", _GIVEN_UP):
                raise ActivationReplayed
            books.transactions.put(replace(opened, claimed=_GIVEN_UP))
        over = min(request.expires_at, desk.visits.clock.now())
        books.signature_requests.put(replace(request, expires_at=over))
    return _way_back(desk, request, {"error": "access_denied"})


def open_request(desk: LoginDesk, request_id: str, session: str, token: str = "") -> OpenedTransaction:
    """On to the PIN, with a code; in a browser that is connected and not logged in it opens in her device alone.

    Raises `SignatureRequestNotFound`, `ConnectFirst`, `CertificateNotFound`.
    """
    _, logged_in = _of_customer(desk, request_id, session, token)
    return open_waiting(desk, waiting(desk, request_id), connected=logged_in)


def open_waiting(desk: LoginDesk, request: SignatureRequest, *, connected: bool) -> OpenedTransaction:
    """On to the PIN, for the customer whom the caller knows. `connected`: after a text message. Raises as above."""
    books = desk.visits.books
    if request.txn:
        return new_code(desk.visits, request.txn, connected=connected)
    entry = books.certificates.valid_of_customer(request.customer_number)
    if entry is None:
        raise CertificateNotFound
    opened = open_signature_transaction(
        desk.visits,
        kid=entry.kid,
        relying_party=request.client_id,
        purpose=request.purpose,
        items=request.items,
        return_to=_way_back(desk, request, {}),
        connected=connected,
        connect_at=f"{desk.issuer.name}/sign?request={request.id}",
    )
    # Opened twice at once: the first one counts, and the other transaction's code is given to nobody.
    with books.transaction():
        kept = books.signature_requests.get(request.id)
        txn = kept.txn or opened.txn
        books.signature_requests.put(replace(kept, txn=txn))
    return opened if txn == opened.txn else new_code(desk.visits, txn, connected=connected)


def waiting(desk: LoginDesk, request_id: str) -> SignatureRequest:
    """The request, as long as it waits. Raises `SignatureRequestNotFound`."""
    request = desk.visits.books.signature_requests.get(request_id)
    if desk.visits.clock.now() >= request.expires_at:
        raise SignatureRequestNotFound
    return request


def result_of(desk: LoginDesk, client: RelyingParty, request_id: str) -> TransactionResult:
    """How it stands. Raises `SignatureRequestNotFound`, for another client's too."""
    request = desk.visits.books.signature_requests.get(request_id)
    if request.client_id != client.client_id:
        raise SignatureRequestNotFound
    if request.txn:
        return result(desk.visits, request.txn)
    late = desk.visits.clock.now() >= request.expires_at
    return TransactionResult("expired" if late else "pending")


def _of_customer(desk: LoginDesk, request_id: str, session: str, token: str) -> tuple[SignatureRequest, bool]:
    """The request of whoever is known in this browser, and whether they are logged in."""
    signed_in = desk.visits.books.signed_in.find(session, desk.visits.clock.now())
    connected = None if signed_in else connect_browser.who(desk.visits, token)
    if signed_in is None and connected is None:
        raise ConnectFirst
    request = desk.visits.books.signature_requests.get(request_id)
    known = {signed_in and signed_in.customer_number, connected and connected.entry.customer_number}
    if request.customer_number not in known:
        raise SignatureRequestNotFound
    return request, signed_in is not None


def _way_back(desk: LoginDesk, request: SignatureRequest, answer: dict[str, str]) -> str:
    told = {**answer, "request_id": request.id, "state": request.state, "iss": desk.issuer.name}
    return with_answer(request.redirect_uri, told)


def _fingerprint(pushed: Pushed) -> bytes:
    items = [[item.label, b64(item.content)] for item in pushed.items]
    return sha256(canonical([pushed.purpose, items, pushed.subject, pushed.redirect_uri]))
