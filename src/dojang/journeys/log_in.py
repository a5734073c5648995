"""A customer logs in at a relying party: name, code from the text message, PIN; the relying party gets a code for it.

Nobody learns from the first step whether the centre knows a person: the answer is the same, and the text message is
sent by `desk.later`, after the answer.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from dojang.disclosure.addresses import with_answer
from dojang.disclosure.authorization import AuthorizationRequest
from dojang.disclosure.id_token import Issuer
from dojang.journeys import sms_code
from dojang.journeys.sign_transaction import OpenedTransaction, new_code, open_login_transaction, result
from dojang.journeys.visits import VisitsDesk
from dojang.pin.encoding import b64, sha256
from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import LANGUAGES, say
from dojang.ports.text_message import TextMessage
from dojang.refusals import (
    CertificateNotValid,
    InteractionExpired,
    InteractionNotFound,
    RelyingPartyUnknown,
    SmsCodeExpired,
    WrongSmsCode,
    WrongStep,
)
from dojang.values.applicant import masked_phone
from dojang.values.certificate import CertificateState, Person
from dojang.values.login import Grant, Interaction, SentCode, SignedIn
from dojang.values.relying_party import CENTER, CENTER_NAME, RelyingParty

_HOUR: Final = 3600
_LIMITS: Final = NUMBERS.text_message


@dataclass(frozen=True, slots=True)
class LoginDesk:
    """What a login needs. `later` runs something after the answer is out; `sender` names who texts.

    Raises `ValueError` for a sender whose name leaves no room in a text message.
    """

    visits: VisitsDesk
    clients: Mapping[str, RelyingParty]
    text_message: TextMessage
    issuer: Issuer
    sender: str
    later: Callable[[Callable[[], object]], object]

    def __post_init__(self) -> None:
        longest = max(_units(_text(self.sender, "", "0" * _LIMITS.digits, language)) for language in LANGUAGES)
        if longest > _LIMITS.characters:
            raise ValueError("the sender's name is too long for a text message")


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer to a name, whoever it is."""

    masked_phone: str
    expires_at: int
    resend_at: int


def begin(desk: LoginDesk, request: AuthorizationRequest, session: str) -> Interaction:
    """A relying party's checked request waits for its customer in this browser."""
    interaction = Interaction(
        id=b64(desk.visits.chance.token(16)),
        begun_in=session,
        session=session,
        client_id=request.client_id,
        redirect_uri=request.redirect_uri,
        state=request.state,
        nonce=request.nonce,
        code_challenge=request.code_challenge,
        expires_at=desk.visits.clock.now() + NUMBERS.login.interaction,
    )
    with desk.visits.books.transaction():
        desk.visits.books.interactions.put(interaction)
    return interaction


def identify(
    desk: LoginDesk,
    interaction_id: str,
    session: str,
    person: Person,
    address: str,
    language: str = LANGUAGES[0],
    *,
    connect: bool = False,
) -> Asked:
    """Say who you are. If the centre knows the person, a text message with a code goes out; the answer doesn't tell.

    A code that was sent before is void, and so is a transaction that waits for the device of a connected browser.
    `connect`: the customer wants to stay connected in this browser. Raises `InteractionNotFound`, `InteractionExpired`,
    `WrongStep`, `RelyingPartyUnknown`, `SmsLimit` (fact: retry_after).
    """
    books, now, code = desk.visits.books, desk.visits.clock.now(), desk.visits.chance.digits(_LIMITS.digits)
    with books.transaction():
        interaction = _mine(desk, interaction_id, session)
        asking = name_of(desk, interaction.client_id)
        if interaction.txn and (interaction.sent or books.transactions.get(interaction.txn).claimed):
            raise WrongStep(expected="pin")
        sms_code.check_limits(desk.visits, interaction.sent, person.phone, address)
        entry = books.certificates.valid_of_person(person)
        sent = SentCode(sha256(code.encode()), entry.kid if entry else b"", now, now + _LIMITS.lifetime, person)
        books.interactions.put(replace(interaction, sent=sent, txn="", connect=connect))
    if entry is not None:
        number, text = entry.person.phone, text_of(desk.sender, asking[language], code, language)
        desk.later(lambda: desk.text_message.send(number, text, "login", f"{interaction_id}-{now}"))
    return Asked(masked_phone(person.phone), sent.expires_at, now + _LIMITS.resend_after)


def text_of(sender: str, relying_party: str, code: str, language: str) -> str:
    """Who, what for, the code, a warning: at most 70 characters, as telephones count them (UCS-2)."""
    room = _LIMITS.characters - _units(_text(sender, "", code, language))
    while relying_party and _units(relying_party) > room:
        relying_party = relying_party[:-1]
    return _text(sender, relying_party, code, language)


def enter_code(
    desk: LoginDesk, interaction_id: str, session: str, code: str, renew: Callable[[], str]
) -> OpenedTransaction:
    """The code from the text message, then on to the PIN. A try is counted before the code is looked at.

    Once it was right, the login goes on in a session that `renew` makes: whoever planted the one before in this browser
    has no part in it. The right code again gets another code for the PIN page, from the session before too, whose
    browser may have lost the answer. Raises `InteractionNotFound`, `InteractionExpired`, `WrongStep`, `SmsCodeExpired`,
    `SmsTriesSpent`, `WrongSmsCode` (fact: tries_left).
    """
    interaction, sent = _try_counted(desk, interaction_id, session)
    is_right = hmac.compare_digest(sha256(code.encode()), sent.code_sha256)
    if not is_right or not sent.kid:
        raise WrongSmsCode(tries_left=_LIMITS.tries - sent.tries)
    opened = None
    if not interaction.txn:
        opened = open_login_transaction(
            desk.visits,
            kid=sent.kid,
            relying_party=interaction.client_id,
            nonce=interaction.nonce.encode(),
            return_to=page_of(desk, interaction),
            connect=interaction.connect,
        )
    txn = _entered(desk, interaction_id, sent, opened.txn if opened else interaction.txn, renew())
    if opened and opened.txn == txn:
        return opened
    return new_code(desk.visits, txn, connected=True)


def look(desk: LoginDesk, interaction_id: str, session: str) -> Interaction:
    """How the login stands. Once it is signed, the way back is made, once: to a relying party with a code for it, to a
    page of ours with nothing but the session.

    Raises `InteractionNotFound`, `InteractionExpired`.
    """
    interaction = _mine(desk, interaction_id, session)
    if interaction.redirect_to or not interaction.txn:
        return interaction
    txn, evidence = interaction.txn, result(desk.visits, interaction.txn)
    if evidence.state != "signed":
        return interaction
    books, code = desk.visits.books, b64(desk.visits.chance.token(32))
    with books.transaction():
        interaction = _mine(desk, interaction_id, session)
        if interaction.redirect_to or interaction.txn != txn:
            return interaction
        entry = books.certificates.get(books.transactions.get(txn).kid)
        if entry.state is not CertificateState.VALID:
            raise CertificateNotValid
        way_back = interaction.redirect_uri
        if interaction.client_id != CENTER:
            way_back = _granted(desk, interaction, code, entry.customer_number, evidence.signed_at)
        done = replace(interaction, redirect_to=way_back)
        books.interactions.put(done)
        until = desk.visits.clock.now() + NUMBERS.login.session
        books.signed_in.put(SignedIn(session, entry.customer_number, until))
    return done


def client_of(desk: LoginDesk, client_id: str) -> RelyingParty:
    """The relying party, while it is registered. Raises `RelyingPartyUnknown`."""
    if client_id not in desk.clients:
        raise RelyingPartyUnknown
    return desk.clients[client_id]


def name_of(desk: LoginDesk, client_id: str) -> Mapping[str, str]:
    """Who asks for the login, by language. Raises `RelyingPartyUnknown`."""
    return CENTER_NAME if client_id == CENTER else client_of(desk, client_id).name


def _granted(desk: LoginDesk, interaction: Interaction, code: str, customer: str, auth_time: int) -> str:
    """The way back to the relying party, with its code, whose grant is kept. In a transaction."""
    books = desk.visits.books
    books.grants.put(
        Grant(
            code_sha256=sha256(code.encode()),
            client_id=interaction.client_id,
            redirect_uri=interaction.redirect_uri,
            code_challenge=interaction.code_challenge,
            nonce=interaction.nonce,
            subject=books.subjects.of(interaction.client_id, customer, b64(desk.visits.chance.token(16))),
            txn=interaction.txn,
            auth_time=auth_time,
            expires_at=desk.visits.clock.now() + NUMBERS.login.code,
        )
    )
    # RFC 9207: the answer names its issuer, so that it is no answer to another's request.
    answer = {"code": code, "state": interaction.state, "iss": desk.issuer.name}
    return with_answer(interaction.redirect_uri, answer)


def page_of(desk: LoginDesk, interaction: Interaction) -> str:
    """Our page where this login goes on."""
    return f"{desk.issuer.name}/login?interaction={interaction.id}"


def in_time(desk: LoginDesk, interaction: Interaction) -> Interaction:
    """The login, before its end. Raises `InteractionExpired`."""
    if desk.visits.clock.now() >= interaction.expires_at:
        raise InteractionExpired
    return interaction


def _mine(desk: LoginDesk, interaction_id: str, session: str) -> Interaction:
    """The interaction, if this session may go on with it."""
    interaction = desk.visits.books.interactions.get(interaction_id)
    if interaction.session != session:
        raise InteractionNotFound
    return in_time(desk, interaction)


def _try_counted(desk: LoginDesk, interaction_id: str, session: str) -> tuple[Interaction, SentCode]:
    """The login and its sent code, with this try on it."""
    books = desk.visits.books
    with books.transaction():
        interaction = in_time(desk, books.interactions.get(interaction_id))
        if session not in (interaction.session, interaction.begun_in):
            raise InteractionNotFound
        if interaction.sent is None:
            raise WrongStep(expected="identify")
        # Once it was right, its time has no end.
        sent = sms_code.counted(interaction.sent, 0 if interaction.txn else desk.visits.clock.now())
        books.interactions.put(replace(interaction, sent=sent))
    return interaction, sent


def _entered(desk: LoginDesk, interaction_id: str, sent: SentCode, txn: str, session: str) -> str:
    """The code was right: its try is given back and the login goes on in `session`. The transaction that counts.

    Raises `SmsCodeExpired` where another code was sent meanwhile.
    """
    books = desk.visits.books
    with books.transaction():
        kept = books.interactions.get(interaction_id)
        if kept.sent is None or replace(kept.sent, tries=sent.tries) != sent:
            raise SmsCodeExpired
        entered = replace(
            kept, sent=replace(kept.sent, tries=kept.sent.tries - 1), txn=kept.txn or txn, session=session
        )
        books.interactions.put(entered)
    return entered.txn


def _text(sender: str, relying_party: str, code: str, language: str) -> str:
    return say(language, "text_message.login", sender=sender, relying_party=relying_party, code=code)


def _units(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2
