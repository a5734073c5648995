"""What every app's forms share: how one is read, and the key under which it is acted on once."""

import re
import secrets
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from dojang.refusals import ContentTypeRefused, IdempotencyKeyMissing, InvalidField

KEY: Final = "idempotency_key"
LED_TO: Final = 303  # the status under which the outcome of a form is kept that led somewhere
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_FORM: Final = "application/x-www-form-urlencoded"


def new_key() -> str:
    """For a form that is about to be shown."""
    return secrets.token_urlsafe(16)


def key_of(form: dict[str, str]) -> str:
    """The form's own key. Raises `IdempotencyKeyMissing`, or `InvalidField` for one that we never gave out."""
    key = form.get(KEY, "")
    if not key:
        raise IdempotencyKeyMissing
    if not _KEY.fullmatch(key):
        raise InvalidField(field=KEY)
    return key


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, each name once; what stands in the query is none.

    Raises `ContentTypeRefused` for anything but a form, `InvalidField`.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise ContentTypeRefused
    try:
        pairs = parse_qsl((await request.body()).decode("ascii"), keep_blank_values=True, max_num_fields=64)
    except ValueError:
        raise InvalidField(field="body") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise InvalidField(field="body")
    return form
