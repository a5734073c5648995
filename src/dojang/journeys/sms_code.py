"""The code of a text message: how often it may be sent, and how often tried."""

from dataclasses import replace
from typing import Final

from dojang.journeys.visits import VisitsDesk
from dojang.policy.numbers import NUMBERS
from dojang.refusals import SmsCodeExpired, SmsLimit, SmsTriesSpent
from dojang.values.login import SentCode

_HOUR: Final = 3600
_LIMITS: Final = NUMBERS.text_message


def counted(sent: SentCode, now: int) -> SentCode:
    """The code with one more try on it. Raises `SmsCodeExpired`, `SmsTriesSpent`."""
    if now >= sent.expires_at:
        raise SmsCodeExpired
    if sent.tries >= _LIMITS.tries:
        raise SmsTriesSpent
    return replace(sent, tries=sent.tries + 1)


def check_limits(desk: VisitsDesk, before: SentCode | None, phone: str, address: str) -> None:
    """Against guessing who is a customer, and against text messages at our cost (domain rule 18).

    What is refused is not counted: it ends with the transaction. Raises `SmsLimit` (fact: retry_after).
    """
    now = desk.clock.now()
    if before is not None and now < before.sent_at + _LIMITS.resend_after:
        raise SmsLimit(retry_after=before.sent_at + _LIMITS.resend_after - now)
    digits = "".join(letter for letter in phone if letter.isdigit())
    buckets = {
        f"sms-number:{digits}": _LIMITS.per_number_per_hour,
        f"sms-prefix:{digits[:-4]}": NUMBERS.login.sms_per_prefix,
        f"identify-address:{address}": NUMBERS.login.identify_per_address,
    }
    for bucket, limit in buckets.items():
        desk.books.tries.add(bucket, now)
        if desk.books.tries.count(bucket, now - _HOUR) > limit:
            raise SmsLimit(retry_after=_HOUR)
