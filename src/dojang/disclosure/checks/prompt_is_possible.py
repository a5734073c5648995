"""OpenID Connect Core 3.1.2.1: a login always asks for the PIN, so `prompt=none` can't be answered with yes."""

from dojang.disclosure.authorization import Asked


def check(asked: Asked) -> None:
    """Raises `AuthorizationRefused(login_required)`."""
    if "none" in asked.one("prompt").split(" "):
        raise asked.refuse("login_required")
