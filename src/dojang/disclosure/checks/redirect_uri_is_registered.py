"""RFC 9700 4.1.3: exact comparison of the whole address, with nothing added."""

from dojang.disclosure.authorization import Asked
from dojang.refusals import RelyingPartyUnknown


def check(asked: Asked) -> None:
    """Raises `RelyingPartyUnknown`: an address that is not the client's is nowhere to send anybody."""
    if asked.one("redirect_uri") not in asked.clients[asked.one("client_id")].redirect_uris:
        raise RelyingPartyUnknown
