"""OpenID Connect Core 3.1.2.1: `openid` must be asked for. Nothing else is given here."""

from dojang.disclosure.authorization import Asked


def check(asked: Asked) -> None:
    """Raises `AuthorizationRefused(invalid_scope)`."""
    if asked.one("scope").split(" ") != ["openid"]:
        raise asked.refuse("invalid_scope")
