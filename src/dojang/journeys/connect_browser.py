"""A browser that its customer stays connected in: it knows who comes, and its device key stands for the text message.

A cookie says who it may be, and gets a masked name for it; the PIN page then opens the transaction with the device key
or sends the customer back for a text message. The PIN follows in either case. A reissue has a new uid: the browsers of
the old one are strangers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from dojang.journeys import log_in
from dojang.journeys.log_in import Asked, LoginDesk
from dojang.journeys.sign_transaction import OpenedTransaction, new_code, open_login_transaction
from dojang.journeys.visits import VisitsDesk
from dojang.pin import signed
from dojang.pin.devices import device_id
from dojang.pin.encoding import b64, sha256
from dojang.pin.messages import Statement
from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import LANGUAGES
from dojang.refusals import ConnectFirst, InteractionNotFound, WrongStep
from dojang.values.applicant import masked_name, masked_phone
from dojang.values.certificate import CertificateEntry, CertificateState
from dojang.values.device import Connection, Device
from dojang.values.login import Interaction

_TOKEN: Final = 32  # bytes
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Connected:
    """Whose browser it is, and which of hers; their certificate is valid now."""

    entry: CertificateEntry = field(repr=False)
    device: Device

    @property
    def name(self) -> str:
        """홍*동."""
        return masked_name(self.entry.person.name)

    @property
    def phone(self) -> str:
        """010-****-1234."""
        return masked_phone(self.entry.person.phone)


def who(desk: VisitsDesk, token: str) -> Connected | None:
    """The customer who stays connected in the browser with this cookie; None for any other browser."""
    connection = _connection(desk, token)
    return None if connection is None else _connected(desk, connection)


def renewed(desk: VisitsDesk, token: str) -> str:
    """The cookie's next token, where it is due; empty where the one at hand stays.

    The one at hand stays good until the next is used, for the answer that brings it may be lost.
    """
    now, fresh = desk.clock.now(), b64(desk.chance.token(_TOKEN))
    with desk.books.transaction():
        connection = _connection(desk, token)
        if connection is None or now < connection.renewed_at + NUMBERS.device.cookie_renewal:
            return ""
        turned = replace(connection, token_sha256=_hashed(fresh), previous_sha256=_hashed(token), renewed_at=now)
        desk.books.connections.put(replace(turned, expires_at=now + _DAY * NUMBERS.device.connected_days))
    return fresh


def go_on(
    desk: LoginDesk, interaction_id: str, session: str, token: str, renew: Callable[[], str]
) -> OpenedTransaction:
    """Straight to the PIN page, which opens the code in the device that the customer connected, and in nothing else.

    The login goes on in a session that `renew` makes, as after a text message; a text message sent before is void.
    Asked again, it is another code. Raises `ConnectFirst` for a browser that nobody is connected in,
    `InteractionNotFound`, `InteractionExpired`, `RelyingPartyUnknown`, `WrongStep` after the code of a text message.
    """
    connected = who(desk.visits, token)
    if connected is None:
        raise ConnectFirst
    interaction = _going_on(desk, interaction_id, session)
    log_in.name_of(desk, interaction.client_id)
    kid, opened = connected.entry.kid, None
    if not _waits_for(desk, interaction, kid):
        opened = open_login_transaction(
            desk.visits,
            kid=kid,
            relying_party=interaction.client_id,
            nonce=interaction.nonce.encode(),
            return_to=log_in.page_of(desk, interaction),
            connected=False,
        )
    txn = _opened(desk, interaction_id, kid, opened.txn if opened else interaction.txn, renew())
    if opened and opened.txn == txn:
        return opened
    return new_code(desk.visits, txn, connected=False)


def send_code(
    desk: LoginDesk,
    interaction_id: str,
    session: str,
    token: str,
    address: str,
    language: str = LANGUAGES[0],
    *,
    connect: bool,
) -> Asked:
    """A text message to the customer who stays connected here: nobody types who they are again.

    `connect`: this browser, whose device key is gone, is to be connected anew. Raises `ConnectFirst`, and as
    `log_in.identify`.
    """
    connected = who(desk.visits, token)
    if connected is None:
        raise ConnectFirst
    person = connected.entry.person
    return log_in.identify(desk, interaction_id, session, person, address, language, connect=connect)


def stay(desk: LoginDesk, interaction_id: str, session: str) -> str:
    """The token for the cookie of a browser whose customer wanted to stay connected, once the login is done.

    Empty where she did not want it, or where the browser brought no device key or was one too many. Asked again, it is
    another token, and the one before is void. Raises `InteractionNotFound`, `InteractionExpired`.
    """
    interaction = log_in.look(desk, interaction_id, session)
    if not interaction.connect or not interaction.redirect_to:
        return ""
    request = desk.visits.books.transactions.get(interaction.txn)
    return _connect(desk.visits, desk.visits.books.certificates.get(request.kid), request.device)


def stay_after_issuance(desk: VisitsDesk, application_id: str) -> str:
    """The same for a browser that was connected with a new PIN, once the application's certificate is valid."""
    version = desk.books.versions.of_application(application_id)
    if version is None or not version.statement or not version.connect:
        return ""
    entry = desk.books.certificates.find(version.kid)
    if entry is None or entry.state is not CertificateState.VALID:
        return ""
    return _connect(desk, entry, device_id(signed.parse(Statement, version.statement).message.device_key))


def _connect(desk: VisitsDesk, entry: CertificateEntry, device: bytes) -> str:
    """A new connection of this browser, in the place of any other; none for a device that the centre does not know."""
    now, token = desk.clock.now(), b64(desk.chance.token(_TOKEN))
    with desk.books.transaction():
        if desk.books.devices.find(entry.uid, device) is None:
            return ""
        until = now + _DAY * NUMBERS.device.connected_days
        desk.books.connections.put(
            Connection(_hashed(token), b"", entry.uid, device, entry.customer_number, now, until)
        )
    return token


def _connection(desk: VisitsDesk, token: str) -> Connection | None:
    return desk.books.connections.find(_hashed(token), desk.clock.now()) if token else None


def _connected(desk: VisitsDesk, connection: Connection) -> Connected | None:
    entry = desk.books.certificates.valid_of_customer(connection.customer_number)
    if entry is None or entry.uid != connection.uid or desk.clock.now() >= entry.not_after:
        return None
    device = desk.books.devices.find(connection.uid, connection.device)
    return None if device is None else Connected(entry, device)


def _going_on(desk: LoginDesk, interaction_id: str, session: str) -> Interaction:
    """The login, for its session or the one that it began in, whose browser may have lost the answer."""
    interaction = log_in.in_time(desk, desk.visits.books.interactions.get(interaction_id))
    if session not in (interaction.session, interaction.begun_in):
        raise InteractionNotFound
    return _without_sms(interaction)


def _without_sms(interaction: Interaction) -> Interaction:
    """Raises `WrongStep` once the code of a text message was right."""
    if interaction.txn and interaction.sent is not None:
        raise WrongStep(expected="pin")
    return interaction


def _waits_for(desk: LoginDesk, interaction: Interaction, kid: bytes) -> bool:
    return bool(interaction.txn) and desk.visits.books.transactions.get(interaction.txn).kid == kid


def _opened(desk: LoginDesk, interaction_id: str, kid: bytes, txn: str, session: str) -> str:
    """The login goes on in `session` and waits for this kid's transaction: `txn`, or the one of a faster tab."""
    books = desk.visits.books
    with books.transaction():
        kept = _without_sms(books.interactions.get(interaction_id))
        counts = kept.txn if _waits_for(desk, kept, kid) else txn
        books.interactions.put(replace(kept, sent=None, txn=counts, session=session, connect=False))
    return counts


def _hashed(token: str) -> bytes:
    return sha256(token.encode())
