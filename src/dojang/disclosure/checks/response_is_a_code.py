"""Only the code flow (OpenID Connect Core 3.1), answered in the query."""

from dojang.disclosure.authorization import Asked


def check(asked: Asked) -> None:
    """Raises `AuthorizationRefused`: no token ever travels in an address."""
    if asked.one("response_type") != "code":
        raise asked.refuse("unsupported_response_type")
    if asked.one("response_mode") not in ("", "query"):
        raise asked.refuse("invalid_request")
