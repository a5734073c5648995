"""A relying party asks, the customer agrees with the PIN, the vault signs exactly that, once.

The request becomes T when the PIN page opens it. One activation may claim the request; the same one again gets the same
result.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from dojang.journeys import visits
from dojang.journeys.visits import VisitsDesk
from dojang.pin.encoding import b64, sha256
from dojang.policy.numbers import NUMBERS
from dojang.refusals import (
    ActivationReplayed,
    CertificateNotValid,
)
from dojang.signing.what_is_signed import Item, Transaction, login_content, pairs_of
from dojang.values.certificate import CertificateEntry, CertificateState
from dojang.values.transaction import (
    ContentItem,
    SigningPurpose,
    TransactionRequest,
    TransactionResult,
)

_NONCE: Final = 32
_LASTS: Final = NUMBERS.transaction.lifetime + NUMBERS.time.clock_skew


@dataclass(frozen=True, slots=True)
class OpenedTransaction:
    """A transaction that waits for its customer."""

    txn: str
    code: str
    pin_url: str


def open_login_transaction(
    desk: VisitsDesk,
    *,
    kid: bytes,
    relying_party: str,
    nonce: bytes,
    return_to: str,
    connected: bool = True,
    connect: bool = False,
) -> OpenedTransaction:
    """A login waits: its content is a fixed label, the relying party and its nonce.

    `connected`: after SMS; else a known device has to open it. `connect`: the customer wants to stay connected.

    Raises `CertificateNotValid`, `CertificateNotFound`, `TransactionRefused` for a nonce outside of 16 to 128 bytes.
    """
    items = (ContentItem("login", login_content(relying_party, nonce)),)
    request = _request(desk, kid, relying_party, "login", items, nonce, return_to)
    return _waiting(desk, replace(request, connect=connect, connect_at=return_to), connected=connected)


def open_signature_transaction(
    desk: VisitsDesk,
    *,
    kid: bytes,
    relying_party: str,
    purpose: SigningPurpose,
    items: tuple[ContentItem, ...],
    return_to: str,
    connected: bool,
    connect: bool = False,
    connect_at: str = "",
) -> OpenedTransaction:
    """A signature waits. `connected`: the customer stands in a session of ours that passed SMS; else a known device has
    to open it, or sends its customer to `connect_at`.

    Raises `CertificateNotValid`, `CertificateNotFound`, `TransactionRefused` for contents that cannot be shown.
    """
    request = _request(desk, kid, relying_party, purpose, items, desk.chance.token(_NONCE), return_to)
    return _waiting(desk, replace(request, connect=connect, connect_at=connect_at), connected=connected)


def new_code(desk: VisitsDesk, txn: str, *, connected: bool) -> OpenedTransaction:
    """Another code for a transaction that nobody has agreed to yet: the first was lost or is late.

    Raises `TransactionNotFound`, `ActivationReplayed`.
    """
    with desk.books.transaction():
        request = desk.books.transactions.get(txn)
        if request.claimed:
            raise ActivationReplayed
        until = desk.clock.now() + NUMBERS.transaction.code
        desk.books.transactions.put(replace(request, expires_at=until))
        return _with_code(desk, txn, connected=connected)


def check_contents(
    relying_party: str, purpose: SigningPurpose, items: Sequence[ContentItem], nonce: bytes = bytes(_NONCE)
) -> None:
    """Raises `TransactionRefused` for contents that no T can carry or no page can show."""
    build(
        TransactionRequest("check", bytes(16), relying_party, purpose, tuple(items), nonce, "", 0),
        certificate=bytes(32),
        day_key_id=bytes(16),
        guards_hash=bytes(32),
        now=0,
    )


def result(desk: VisitsDesk, txn: str) -> TransactionResult:
    """What the relying party may know. Raises `TransactionNotFound`."""
    request = desk.books.transactions.get(txn)
    if request.signed is None:
        late = desk.clock.now() >= request.expires_at + _LASTS
        return TransactionResult("expired" if late else "pending")
    done = request.signed
    return TransactionResult(
        "signed",
        done.cms,
        tuple(item.content for item in request.items),
        done.certificate,
        desk.chain,
        done.receipt,
        done.signed_at,
        done.by_device,
    )


def _request(
    desk: VisitsDesk,
    kid: bytes,
    relying_party: str,
    purpose: SigningPurpose,
    items: tuple[ContentItem, ...],
    nonce: bytes,
    return_to: str,
) -> TransactionRequest:
    txn, until = b64(desk.chance.token(16)), desk.clock.now() + NUMBERS.transaction.code
    return TransactionRequest(txn, kid, relying_party, purpose, items, nonce, return_to, until)


def _waiting(desk: VisitsDesk, request: TransactionRequest, *, connected: bool) -> OpenedTransaction:
    check_contents(request.relying_party, request.purpose, request.items, request.nonce)
    valid_entry(desk, request.kid)
    with desk.books.transaction():
        desk.books.transactions.add(request)
        return _with_code(desk, request.txn, connected=connected)


def _with_code(desk: VisitsDesk, txn: str, *, connected: bool) -> OpenedTransaction:
    code = visits.give_code(desk, "use", txn, connected=connected, lasts=_LASTS)
    return OpenedTransaction(txn, code, visits.pin_url(desk, code))


def valid_entry(desk: VisitsDesk, kid: bytes) -> CertificateEntry:
    entry = desk.books.certificates.get(kid)
    if entry.state is not CertificateState.VALID or desk.clock.now() >= entry.not_after:
        raise CertificateNotValid
    return entry


def build(
    request: TransactionRequest, *, certificate: bytes, day_key_id: bytes, guards_hash: bytes, now: int
) -> Transaction:
    """T. Raises `TransactionRefused`."""
    shown = [pairs_of(request.purpose, request.relying_party, request.nonce, item.content) for item in request.items]
    return Transaction(
        txn=request.txn,
        kid=request.kid,
        certificate=certificate,
        relying_party=request.relying_party,
        purpose=request.purpose,
        format="cms",
        display=tuple(pair for pairs in shown for pair in pairs),
        items=tuple(Item(item.label, sha256(item.content), "shown") for item in request.items),
        nonce=request.nonce,
        iat=now,
        exp=now + NUMBERS.transaction.lifetime,
        day_key_id=day_key_id,
        guards_hash=guards_hash,
    ).checked()
