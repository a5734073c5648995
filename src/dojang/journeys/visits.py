"""A customer's coming to the PIN page: a one-time code in the fragment, then a bearer in the page's memory alone."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from dojang.authority.profile import Issuer
from dojang.journeys.notices import Notices
from dojang.pin import tickets
from dojang.pin.anchors import Anchors
from dojang.pin.encoding import b64, sha256, unb64
from dojang.pin.messages import DayKey
from dojang.pin.signatures import SigningKey
from dojang.pin.signed import Signed
from dojang.policy.numbers import NUMBERS
from dojang.ports.books import Books
from dojang.ports.certificate_status import CertificateStatus
from dojang.ports.clock import Clock
from dojang.ports.guards import Guards
from dojang.ports.key_vault import KeyVault
from dojang.ports.randomness import Randomness
from dojang.ports.registration_authority import RegistrationAuthority
from dojang.refusals import CodeRefused, NotBase64Url, SignatureRefused, VaultUnavailable, VisitRefused
from dojang.values.transaction import Visit, VisitKind

_SECRET = 32  # bytes of a code and of a bearer


@dataclass(frozen=True, slots=True)
class VisitsDesk:
    """What the journeys of the PIN page need. `chain`: the issuing authority and the root, DER."""

    books: Books
    clock: Clock
    chance: Randomness
    anchors: Anchors
    ticket_key: SigningKey
    pin_origin: str
    vault: KeyVault
    guards: Guards
    status: CertificateStatus
    registration: RegistrationAuthority
    notices: Notices
    issuer: Issuer
    chain: tuple[bytes, ...] = field(repr=False)
    profile: str = "personal_financial"


def give_code(desk: VisitsDesk, kind: VisitKind, subject: str, *, connected: bool, lasts: int) -> str:
    """A new visit's one-time code; it is stored as a hash. In a transaction. `lasts`: how long once opened."""
    secret = desk.chance.token(_SECRET)
    now = desk.clock.now()
    until = now + NUMBERS.transaction.code
    desk.books.visits.add(Visit(sha256(secret), kind, subject, connected, until, until + lasts))
    return b64(secret)


def pin_url(desk: VisitsDesk, code: str) -> str:
    """Where the customer goes. A fragment reaches no server and no log."""
    return f"{desk.pin_origin}/#code={code}"


def kind_of(desk: VisitsDesk, code: str) -> VisitKind:
    """What the code opens. Raises `CodeRefused`: unknown, used or late."""
    return _unused(desk, code).kind


def open_visit(desk: VisitsDesk, code: str, kind: VisitKind, opened: Callable[[Visit], Visit]) -> tuple[str, Visit]:
    """The code is spent, and the visit is as `opened` makes it; with its bearer. In a transaction.

    Raises `CodeRefused`, and what `opened` raises: then nothing is spent.
    """
    unused = _unused(desk, code)
    if unused.kind != kind:
        raise CodeRefused
    secret = desk.chance.token(_SECRET)
    visit = replace(opened(unused), bearer_sha256=sha256(secret))
    desk.books.visits.put(visit)
    return b64(secret), visit


def visit_of(desk: VisitsDesk, bearer: str, kind: VisitKind) -> Visit:
    """The opened visit. Raises `VisitRefused`: unknown, over, or of another kind."""
    visit = desk.books.visits.by_bearer(_hashed(bearer, VisitRefused))
    if visit.kind != kind or desk.clock.now() >= visit.expires_at:
        raise VisitRefused
    return visit


def day_key(desk: VisitsDesk) -> Signed[DayKey]:
    """The vault's HPKE key with enough time left. Raises `VaultUnavailable`, also for a key that is not the vault's."""
    found = desk.vault.day_key()
    now = desk.clock.now()
    try:
        found.check(desk.anchors.vault_key)
    except SignatureRefused:
        raise VaultUnavailable from None
    skew, margin = NUMBERS.time.clock_skew, NUMBERS.transaction.day_key_margin
    if not found.message.not_before - skew <= now <= found.message.not_after - margin:
        raise VaultUnavailable
    return found


def sealed_tickets(
    desk: VisitsDesk, ticket: Callable[[str], tickets.VersionTicket | tickets.AttemptTicket]
) -> tuple[str, ...]:
    """One ticket per guard, in the order of the anchors."""
    return tuple(tickets.seal(ticket(guard.guard_id), desk.ticket_key) for guard in desk.anchors.guards)


def _unused(desk: VisitsDesk, code: str) -> Visit:
    visit = desk.books.visits.by_code(_hashed(code, CodeRefused))
    if visit.bearer_sha256 or desk.clock.now() >= visit.code_expires_at:
        raise CodeRefused
    return visit


def _hashed(text: str, refusal: type[CodeRefused | VisitRefused]) -> bytes:
    try:
        return sha256(unb64(text, _SECRET))
    except NotBase64Url:
        raise refusal from None
