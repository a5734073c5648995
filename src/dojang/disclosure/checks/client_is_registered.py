"""RFC 6749 3.1.2.4: an unknown client is told to the person, never redirected."""

from dojang.disclosure.authorization import Asked
from dojang.refusals import RelyingPartyUnknown


def check(asked: Asked) -> None:
    """Raises `RelyingPartyUnknown`."""
    if asked.one("client_id") not in asked.clients:
        raise RelyingPartyUnknown
