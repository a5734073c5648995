"""OpenID Connect Core 6: request objects are not supported, and that is said, not passed over."""

from dojang.disclosure.authorization import Asked, OAuthError

_ERRORS: dict[str, OAuthError] = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}


def check(asked: Asked) -> None:
    """Raises `AuthorizationRefused`."""
    for name, error in _ERRORS.items():
        if asked.one(name):
            raise asked.refuse(error)
