"""The nonce is what the customer signs: 16 to 128 bytes of printable ASCII."""

from dojang.disclosure.authorization import Asked


def check(asked: Asked) -> None:
    """Raises `AuthorizationRefused(invalid_request)`."""
    nonce = asked.one("nonce")
    if not (16 <= len(nonce) <= 128 and nonce.isascii() and nonce.isprintable()):
        raise asked.refuse("invalid_request")
