"""An authorization code is redeemed by whom it was given to, once, in time, with the verifier of its challenge."""

import hashlib
import hmac
import re
from typing import Final

from dojang.pin.encoding import b64
from dojang.refusals import GrantRefused
from dojang.values.login import Grant

_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 4.1


def check(grant: Grant, client_id: str, redirect_uri: str, code_verifier: str, now: int) -> None:
    """Raises `GrantRefused`. Whether the code was used before is asked by whoever redeems it, durably.

    1. the client's own, 2. in time, 3. the request's redirect_uri (RFC 6749 4.1.3), 4. the verifier (RFC 7636 4.6).
    """
    # 1
    if grant.client_id != client_id:
        raise GrantRefused
    # 2
    if now >= grant.expires_at:
        raise GrantRefused
    # 3
    if grant.redirect_uri != redirect_uri:
        raise GrantRefused
    # 4
    challenge = b64(hashlib.sha256(code_verifier.encode()).digest())
    if not _VERIFIER.fullmatch(code_verifier) or not hmac.compare_digest(challenge, grant.code_challenge):
        raise GrantRefused
