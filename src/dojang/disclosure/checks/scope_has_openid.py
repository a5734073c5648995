"""OpenID Connect Core 3.1.2.1: `openid` must be asked for. Other scopes are passed over: nothing else is given here."""

from dojang.disclosure.authorization import Asked


def check(asked: Asked) -> None:
    """Raises `AuthorizationRefused(invalid_scope)`."""
    if "openid" not in asked.one("scope").split(" "):
        raise asked.refuse("invalid_scope")
