"""RFC 6749 3.1: request parameters must not be included more than once."""

from dojang.disclosure.authorization import Asked


def check(asked: Asked) -> None:
    """Raises `AuthorizationRefused(invalid_request)`."""
    names = [name for name, _ in asked.parameters]
    if len(set(names)) != len(names):
        raise asked.refuse("invalid_request")
