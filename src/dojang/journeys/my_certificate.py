"""A customer looks at their own certificate: how it stands, what it was used for, and the receipt of each use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from dojang.authority.certificate import policy_of
from dojang.authority.validity import KST
from dojang.journeys import enter_center, log_in
from dojang.journeys.log_in import LoginDesk
from dojang.pin.encoding import parse_canonical
from dojang.refusals import InvalidField, RelyingPartyUnknown, TransactionNotFound
from dojang.values.applicant import masked_name
from dojang.values.certificate import CertificateEntry, CertificateState
from dojang.values.transaction import SignedPlace, SigningPurpose, TransactionRequest

PAGE: Final = 20

Standing = Literal["valid", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class MyCertificate:
    """The valid one, or else the newest. `policy`: its certificate policy's OID; `days_left` by the Korean calendar, 0
    on the last day.

    `reason` and `revoked_at` of a revoked one alone; `last_used`: 0 where nothing that is still kept was signed.
    """

    holder: str
    serial: str
    policy: str
    not_before: int
    not_after: int
    state: Standing
    reason: str
    revoked_at: int
    last_used: int
    days_left: int


@dataclass(frozen=True, slots=True)
class Used:
    """One signature. `relying_party`: its name by language; `payee` is masked; of a transfer `payee`, `bank` and
    `amount` are as in the signed content, of a revocation `reason`; empty where there is none."""

    txn: str
    purpose: SigningPurpose
    relying_party: Mapping[str, str]
    signed_at: int
    payee: str = field(default="", repr=False)
    bank: str = field(default="", repr=False)
    amount: str = field(default="", repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """One page, the newest first. `before` leads to the next one; empty on the last."""

    used: tuple[Used, ...]
    before: str


def look(desk: LoginDesk, session: str) -> MyCertificate | None:
    """The customer's valid certificate, or else the newest; None if they never had one. Raises `ConnectFirst`."""
    had = _had(desk, session)
    if not had:
        return None
    entry = next((one for one in had if one.state is CertificateState.VALID), had[0])
    now = desk.visits.clock.now()
    newest = desk.visits.books.transactions.signed_by([entry.kid], 1)
    return MyCertificate(
        holder=masked_name(entry.person.name),
        serial=entry.serial,
        policy=policy_of(entry.der),
        not_before=entry.not_before,
        not_after=entry.not_after,
        state=_standing(entry, now),
        reason=entry.reason,
        revoked_at=entry.revoked_at,
        last_used=newest[0].signed.signed_at if newest and newest[0].signed else 0,
        days_left=max(0, (_korean_day(entry.not_after) - _korean_day(now)).days),
    )


def history(desk: LoginDesk, session: str, before: str = "") -> History:
    """What the customer signed, with certificates that they had before too. Raises `ConnectFirst`, `InvalidField`."""
    kids = [entry.kid for entry in _had(desk, session)]
    place = _place(before) if before else None
    found = desk.visits.books.transactions.signed_by(kids, PAGE + 1, place)
    shown, last = found[:PAGE], found[:PAGE][-1:]
    more = f"{last[0].place.signed_at}.{last[0].txn}" if len(found) > PAGE and last[0].place else ""
    return History(tuple(_used(desk, request) for request in shown), more)


def receipt(desk: LoginDesk, session: str, txn: str) -> bytes:
    """The customer's receipt, canonical JSON. Raises `ConnectFirst`, `TransactionNotFound`: for others' too."""
    kids = {entry.kid for entry in _had(desk, session)}
    request = desk.visits.books.transactions.get(txn)
    if request.kid not in kids or request.signed is None:
        raise TransactionNotFound
    return request.signed.receipt


def _had(desk: LoginDesk, session: str) -> tuple[CertificateEntry, ...]:
    customer = enter_center.signed_in(desk.visits, session).customer_number
    return desk.visits.books.certificates.of_customer(customer)


def _standing(entry: CertificateEntry, now: int) -> Standing:
    if entry.state is CertificateState.REVOKED:
        return "revoked"
    return "valid" if now < entry.not_after else "expired"


def _korean_day(at: int) -> datetime:
    return datetime.fromtimestamp(at, KST).replace(hour=0, minute=0, second=0)


def _place(before: str) -> SignedPlace:
    at, _, txn = before.partition(".")
    if not (at.isascii() and at.isdigit() and len(at) < 16 and txn):
        raise InvalidField(field="before")
    return SignedPlace(int(at), txn)


def _used(desk: LoginDesk, request: TransactionRequest) -> Used:
    said = _pairs(request)
    return Used(
        txn=request.txn,
        purpose=request.purpose,
        relying_party=_name(desk, request.relying_party),
        signed_at=request.signed.signed_at if request.signed else 0,
        payee=masked_name(said["payee"]) if said.get("payee") else "",
        bank=said.get("bank", ""),
        amount=said.get("amount", ""),
        reason=said.get("reason", "") if request.purpose == "revocation" else "",
    )


def _pairs(request: TransactionRequest) -> dict[str, str]:
    """What was signed, by name; a login's content is no pairs."""
    if request.purpose == "login":
        return {}
    return {name: text for item in request.items for name, text in parse_canonical(item.content)["pairs"]}


def _name(desk: LoginDesk, client_id: str) -> Mapping[str, str]:
    """A relying party that has left since goes by its id."""
    try:
        return log_in.name_of(desk, client_id)
    except RelyingPartyUnknown:
        return {"ko": client_id, "en": client_id}
