"""RFC 7636 with S256 for every client, whatever else authenticates it (RFC 9700 2.1.1)."""

import re

from dojang.disclosure.authorization import Asked

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def check(asked: Asked) -> None:
    """Raises `AuthorizationRefused(invalid_request)`: no challenge, plain, or no SHA-256 in base64url."""
    if asked.one("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(asked.one("code_challenge")):
        raise asked.refuse("invalid_request")
