"""A customer comes for their own certificate: the centre is a relying party of its own login.

The steps, checks and limits are those of any login (`log_in`). Nobody gets a code: what is true afterwards is that the
browser's session has its customer, and the way goes on to the page that was asked for.
"""

from dataclasses import replace
from typing import Final

from dojang.disclosure.authorization import AuthorizationRequest
from dojang.journeys import log_in, request_signature
from dojang.journeys.log_in import LoginDesk
from dojang.journeys.visits import VisitsDesk
from dojang.pin.encoding import b64
from dojang.refusals import ConnectFirst, InvalidField
from dojang.values.login import Interaction, SignedIn
from dojang.values.relying_party import CENTER

HOME: Final = "/certificates"
# Where a login may lead. Compared whole: an address that somebody else wrote leads nowhere.
WAYS: Final = frozenset(
    {HOME, f"{HOME}/history", f"{HOME}/devices", f"{HOME}/stay-connected", f"{HOME}/revoke", f"{HOME}/revocation"}
)
_NONCE: Final = 32


def begin(desk: LoginDesk, to: str, session: str) -> Interaction:
    """A login that leads to one of our own pages waits in this browser. Raises `InvalidField` for any other address."""
    if to not in WAYS:
        raise InvalidField(field="to")
    return _begin(desk, to, session)


def begin_for_signature(desk: LoginDesk, request_id: str, session: str) -> Interaction:
    """A login that leads to a signature request which waits. Raises `SignatureRequestNotFound`, `RelyingPartyUnknown`.

    Whose request it is, is asked once it is known who logged in.
    """
    request_signature.asked_by(desk, request_id)
    return _begin(desk, request_signature.page_of(request_id), session)


def signed_in(desk: VisitsDesk, session: str) -> SignedIn:
    """Whose browser it is. Raises `ConnectFirst` where nobody has logged in, or too long ago."""
    found = desk.books.signed_in.find(session, desk.clock.now())
    if found is None:
        raise ConnectFirst
    return found


def sign_out(desk: VisitsDesk, session: str) -> None:
    """Nobody is logged in in this browser; in another, whoever was still is."""
    with desk.books.transaction():
        found = desk.books.signed_in.find(session, desk.clock.now())
        if found is not None:
            desk.books.signed_in.put(replace(found, expires_at=desk.clock.now()))


def _begin(desk: LoginDesk, to: str, session: str) -> Interaction:
    nonce = b64(desk.visits.chance.token(_NONCE))
    request = AuthorizationRequest(CENTER, redirect_uri=to, state="", nonce=nonce, code_challenge="")
    return log_in.begin(desk, request, session)
