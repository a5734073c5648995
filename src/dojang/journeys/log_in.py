"""A customer logs in at a relying party: name, code from the text message, PIN; the relying party gets a code for it.

Nobody learns from the first step whether the centre knows a person: the answer is the same, and the text message is
sent by `desk.later`, after the answer.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from dojang.disclosure.authorization import AuthorizationRequest
from dojang.disclosure.id_token import Issuer
from dojang.journeys.sign_transaction import OpenedTransaction, new_code, open_login_transaction, result
from dojang.journeys.visits import VisitsDesk
from dojang.pin.encoding import b64, sha256
from dojang.policy.numbers import NUMBERS
from dojang.ports.text_message import TextMessage
from dojang.refusals import (
    InteractionExpired,
    InteractionNotFound,
    SmsCodeExpired,
    SmsLimit,
    SmsTriesSpent,
    WrongSmsCode,
    WrongStep,
)
from dojang.values.applicant import masked_phone
from dojang.values.certificate import Person
from dojang.values.login import Grant, Interaction, SentCode, SignedIn
from dojang.values.relying_party import RelyingParty

_HOUR: Final = 3600
_LIMITS: Final = NUMBERS.text_message


@dataclass(frozen=True, slots=True)
class LoginDesk:
    """What a login needs. `later` runs something after the answer is out; `sender` names who texts."""

    visits: VisitsDesk
    clients: Mapping[str, RelyingParty]
    text_message: TextMessage
    issuer: Issuer
    sender: str
    later: Callable[[Callable[[], object]], object]


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


def identify(desk: LoginDesk, interaction_id: str, session: str, person: Person, address: str) -> Asked:
    """Say who you are. If the centre knows the person, a text message with a code goes out; the answer doesn't tell.

    Raises `InteractionNotFound`, `InteractionExpired`, `WrongStep`, `SmsLimit` (fact: retry_after).
    """
    books, now, code = desk.visits.books, desk.visits.clock.now(), desk.visits.chance.digits(_LIMITS.digits)
    with books.transaction():
        interaction = _mine(desk, interaction_id, session)
        if interaction.txn:
            raise WrongStep(expected="pin")
        _within_limits(desk, interaction, person, address, now)
        entry = books.certificates.valid_of_person(person)
        sent = SentCode(sha256(code.encode()), person, entry.kid if entry else b"", now, now + _LIMITS.lifetime)
        books.interactions.put(replace(interaction, sent=sent))
    if sent.kid:
        text = text_of(desk.sender, code)
        desk.later(lambda: desk.text_message.send(person.phone, text, "login", f"{interaction_id}-{now}"))
    return Asked(masked_phone(person.phone), sent.expires_at, now + _LIMITS.resend_after)


def text_of(sender: str, code: str) -> str:
    """At most 70 characters: who, what for, the code, a warning."""
    return f"[{sender}] 로그인 확인번호 {code}\n남에게 알려주지 마세요"


def enter_code(desk: LoginDesk, interaction_id: str, session: str, code: str) -> OpenedTransaction:
    """The code from the text message, then on to the PIN. A try is counted before the code is looked at.

    Raises `InteractionNotFound`, `InteractionExpired`, `WrongStep`, `SmsCodeExpired`, `SmsTriesSpent`, `WrongSmsCode`
    (fact: tries_left).
    """
    books, now = desk.visits.books, desk.visits.clock.now()
    with books.transaction():
        interaction = _mine(desk, interaction_id, session)
        sent = interaction.sent
        if sent is None:
            raise WrongStep(expected="identify")
        if interaction.txn:
            txn = interaction.txn
        else:
            txn = ""
            if now >= sent.expires_at:
                raise SmsCodeExpired
            if sent.wrong >= _LIMITS.tries:
                raise SmsTriesSpent
            books.interactions.put(replace(interaction, sent=replace(sent, wrong=sent.wrong + 1)))
    if not hmac.compare_digest(sha256(code.encode()), sent.code_sha256) or not sent.kid:
        raise WrongSmsCode(tries_left=max(0, _LIMITS.tries - sent.wrong - 1))
    if txn:
        return new_code(desk.visits, txn, connected=True)
    return _to_the_pin(desk, interaction, sent)


def _to_the_pin(desk: LoginDesk, interaction: Interaction, sent: SentCode) -> OpenedTransaction:
    opened = open_login_transaction(
        desk.visits,
        kid=sent.kid,
        relying_party=interaction.client_id,
        nonce=interaction.nonce.encode(),
        return_to=f"{desk.issuer.name}/login?interaction={interaction.id}",
    )
    with desk.visits.books.transaction():
        desk.visits.books.interactions.put(replace(interaction, sent=sent, txn=opened.txn))
    return opened


def look(desk: LoginDesk, interaction_id: str, session: str) -> Interaction:
    """How the login stands. Once it is signed, the way back with the authorization code is made, once.

    Raises `InteractionNotFound`, `InteractionExpired`.
    """
    interaction = _mine(desk, interaction_id, session)
    if interaction.redirect_to or not interaction.txn or result(desk.visits, interaction.txn).state != "signed":
        return interaction
    books, now, code = desk.visits.books, desk.visits.clock.now(), b64(desk.visits.chance.token(32))
    with books.transaction():
        interaction = _mine(desk, interaction_id, session)
        if interaction.redirect_to or interaction.sent is None:
            return interaction
        customer = books.certificates.get(interaction.sent.kid).customer_number
        subject = books.subjects.of(interaction.client_id, customer, b64(desk.visits.chance.token(16)))
        books.grants.put(
            Grant(
                code_sha256=sha256(code.encode()),
                client_id=interaction.client_id,
                redirect_uri=interaction.redirect_uri,
                code_challenge=interaction.code_challenge,
                nonce=interaction.nonce,
                subject=subject,
                txn=interaction.txn,
                auth_time=result(desk.visits, interaction.txn).signed_at,
                expires_at=now + NUMBERS.login.code,
            )
        )
        # RFC 9207: the answer names its issuer, so that it is no answer to another's request.
        answer = urlencode({"code": code, "state": interaction.state, "iss": desk.issuer.name})
        done = replace(interaction, redirect_to=f"{interaction.redirect_uri}?{answer}")
        books.interactions.put(done)
        books.signed_in.put(SignedIn(session, customer, now + NUMBERS.login.session))
    return done


def _mine(desk: LoginDesk, interaction_id: str, session: str) -> Interaction:
    """The interaction, if this browser began it."""
    interaction = desk.visits.books.interactions.get(interaction_id)
    if interaction.session != session:
        raise InteractionNotFound
    if desk.visits.clock.now() >= interaction.expires_at:
        raise InteractionExpired
    return interaction


def _within_limits(desk: LoginDesk, interaction: Interaction, person: Person, address: str, now: int) -> None:
    """Against guessing who is a customer, and against text messages at our cost (domain rule 18)."""
    if interaction.sent is not None and now < interaction.sent.sent_at + _LIMITS.resend_after:
        raise SmsLimit(retry_after=interaction.sent.sent_at + _LIMITS.resend_after - now)
    digits = "".join(letter for letter in person.phone if letter.isdigit())
    buckets = {
        f"sms-number:{digits}": _LIMITS.per_number_per_hour,
        f"sms-prefix:{digits[:-4]}": NUMBERS.login.sms_per_prefix,
        f"identify-address:{address}": NUMBERS.login.identify_per_address,
    }
    tries = desk.visits.books.tries
    for bucket, limit in buckets.items():
        tries.add(bucket, now)
        if tries.count(bucket, now - _HOUR) > limit:
            raise SmsLimit(retry_after=_HOUR)
