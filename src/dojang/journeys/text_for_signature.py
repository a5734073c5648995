"""A text message for a signature in a connected browser whose device could not open it: its key is gone."""

import hmac
from dataclasses import replace
from typing import Final

from dojang.journeys import connect_browser, log_in, request_signature, sms_code
from dojang.journeys.log_in import Asked, LoginDesk
from dojang.journeys.sign_transaction import OpenedTransaction
from dojang.pin.encoding import sha256
from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import LANGUAGES
from dojang.refusals import ConnectFirst, SignatureRequestNotFound, WrongSmsCode, WrongStep
from dojang.values.applicant import masked_phone
from dojang.values.login import SentCode

_LIMITS: Final = NUMBERS.text_message


def send_code(
    desk: LoginDesk, request_id: str, session: str, token: str, address: str, language: str = LANGUAGES[0]
) -> Asked:
    """A text message to the customer who stays connected here. A code that was sent before is void.

    Raises `ConnectFirst`, `SignatureRequestNotFound` for another customer's too, `RelyingPartyUnknown`, `SmsLimit`
    (fact: retry_after).
    """
    books, now, code = desk.visits.books, desk.visits.clock.now(), desk.visits.chance.digits(_LIMITS.digits)
    connected = connect_browser.who(desk.visits, token)
    if connected is None:
        raise ConnectFirst
    entry, person = connected.entry, connected.entry.person
    with books.transaction():
        request = request_signature.waiting(desk, request_id)
        if request.customer_number != entry.customer_number:
            raise SignatureRequestNotFound
        asking = log_in.client_of(desk, request.client_id).name[language]
        sms_code.check_limits(desk.visits, request.sent, person.phone, address)
        sent = SentCode(sha256(code.encode()), entry.kid, now, now + _LIMITS.lifetime, person)
        books.signature_requests.put(replace(request, sent=sent, sent_in=session))
    text = log_in.text_of(desk.sender, asking, code, language)
    desk.later(lambda: desk.text_message.send(person.phone, text, "login", f"{request_id}-{now}"))
    return Asked(masked_phone(person.phone), sent.expires_at, now + _LIMITS.resend_after)


def enter_code(desk: LoginDesk, request_id: str, session: str, code: str) -> OpenedTransaction:
    """The code from the text message, then on to the PIN. A try is counted before the code is looked at.

    Raises `SignatureRequestNotFound`, `WrongStep`, `SmsCodeExpired`, `SmsTriesSpent`, `WrongSmsCode` (fact:
    tries_left), and as `open_request`.
    """
    books = desk.visits.books
    with books.transaction():
        request = request_signature.waiting(desk, request_id)
        if request.sent is None or request.sent_in != session:
            raise WrongStep(expected="identify")
        sent = sms_code.counted(request.sent, desk.visits.clock.now())
        books.signature_requests.put(replace(request, sent=sent))
    if not hmac.compare_digest(sha256(code.encode()), sent.code_sha256):
        raise WrongSmsCode(tries_left=_LIMITS.tries - sent.tries)
    return request_signature.open_waiting(desk, request, connected=True)
