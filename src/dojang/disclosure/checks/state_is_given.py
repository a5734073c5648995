"""The client's own tie between its request and the answer; asked of everyone, whatever else protects them."""

from dojang.disclosure.authorization import Asked


def check(asked: Asked) -> None:
    """Raises `AuthorizationRefused(invalid_request)` for a missing state or one of more than 512 characters."""
    if not 0 < len(asked.one("state")) <= 512:
        raise asked.refuse("invalid_request")
