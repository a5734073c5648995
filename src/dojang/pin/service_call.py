"""A call from one of our services to another, signed over method, path, body, time and nonce.

The header is `Dojang-Call: caller=...;time=...;nonce=...;signature=...`; the audience is part of what is signed, so a
call taken from one service is none at another.
"""

import re
from dataclasses import dataclass
from typing import Final

from dojang.pin import labels
from dojang.pin.encoding import b64, encode, sha256, unb64
from dojang.pin.signatures import SigningKey, verify
from dojang.refusals import CallRefused, NotBase64Url, SignatureRefused

HEADER: Final = "Dojang-Call"
_FORM: Final = re.compile(
    r"caller=([a-z0-9-]{1,64});time=(\d{1,15});nonce=([A-Za-z0-9_-]{22});signature=([A-Za-z0-9_-]{86})"
)


@dataclass(frozen=True, slots=True)
class Call:
    """What is called: `path` with its query, as sent."""

    audience: str
    method: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Credentials:
    """The parsed header."""

    caller: str
    time: int
    nonce: bytes
    signature: bytes


def _signed(call: Call, caller: str, time: int, nonce: bytes) -> bytes:
    return encode(labels.SERVICE_CALL, caller, call.audience, call.method, call.path, sha256(call.body), time, nonce)


def sign(call: Call, caller: str, key: SigningKey, time: int, nonce: bytes) -> str:
    """The header's value. `nonce` is 16 fresh bytes."""
    signature = key.sign(_signed(call, caller, time, nonce))
    return f"caller={caller};time={time};nonce={b64(nonce)};signature={b64(signature)}"


def parse(header: str) -> Credentials:
    """Raises `CallRefused`."""
    found = _FORM.fullmatch(header)
    if found is None:
        raise CallRefused
    try:
        return Credentials(found[1], int(found[2]), unb64(found[3], 16), unb64(found[4], 64))
    except NotBase64Url:
        raise CallRefused from None


def check(credentials: Credentials, call: Call, public: bytes) -> None:
    """Raises `CallRefused` unless `public` signed exactly this call."""
    try:
        verify(public, credentials.signature, _signed(call, credentials.caller, credentials.time, credentials.nonce))
    except SignatureRefused:
        raise CallRefused from None
