"""Internet banking: log in with the financial certificate, look at the account, send money by signature."""

import contextlib
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from dojang.demo.bank import evidence, relying_party, sessions, transfers
from dojang.demo.bank.relying_party import Browser, LoggedIn, Party, RelyingParty
from dojang.demo.bank.routes import PROBLEMS, AtDesk, OpenRoute
from dojang.demo.bank.sessions import COOKIE
from dojang.demo.bank.tables import accounts, customers
from dojang.pin.encoding import unb64
from dojang.refusals import CenterUnavailable, LoginRefused, OriginRefused, Refusal
from dojang.serving.bodies import Body

router = APIRouter(route_class=OpenRoute, tags=["internet banking"], responses=PROBLEMS)


class AccountView(Body):
    """The customer's account, and the login that opened it."""

    name: str
    account: str
    balance: int
    sub: str
    id_token: str
    claims: dict[str, Any]


Text = Annotated[str, Query(max_length=512)]


def _own_origin(party: Party, origin: Annotated[str | None, Header()] = None) -> None:
    """SameSite keeps the cookie from other sites' pages; this keeps our neighbours' ports from asking."""
    if origin is not None and origin != party.origin:
        raise OriginRefused


@router.get("/login", status_code=303)
def login(desk: AtDesk, party: Party, browser: Browser = "") -> RedirectResponse:
    """To the certification centre."""
    cookie = browser or secrets.token_urlsafe(32)
    with desk.database.transaction() as connection:
        begun = sessions.begin(connection, desk, cookie)
    url = party.center.login_url(begun.state, begun.nonce, begun.code_verifier)
    return _with_cookie(party, RedirectResponse(url, 303), cookie)


@router.get("/login/callback", status_code=303)
def login_callback(
    desk: AtDesk, party: Party, state: Text, iss: Text = "", code: Text = "", error: Text = "", browser: Browser = ""
) -> RedirectResponse:
    """Back from the certification centre: who signed the login is who is logged in. 403 `login_refused`."""
    # 1. This browser began it, and it comes back once.
    with desk.database.transaction() as connection:
        begun = sessions.returned(connection, desk, browser, state)
    # 2. It was said by our centre and by no other (RFC 9207 2.4).
    if iss != party.center.issuer or error or not code:
        raise LoginRefused
    # 3. The ID token is for us and for this login.
    signed_in = party.center.sign_in(code, begun.code_verifier, begun.nonce)
    # 4. The customer's own signature over this nonce is in it.
    certificate = party.evidence().of_login(*_evidence(signed_in.claims), begun.nonce, desk.now())
    # 5. The signer is a customer whom the bank vouched for itself.
    with desk.database.transaction() as connection:
        customer_number = evidence.customer_of(connection, certificate)
        token = sessions.open_session(connection, desk, customer_number, signed_in)
    return _with_cookie(party, RedirectResponse(f"{party.origin}/banking", 303), token)


@router.get("/account")
def account(desk: AtDesk, session: LoggedIn) -> AccountView:
    """The account of the customer who is logged in. 401 `session_missing`."""
    mine = customers.c.customer_number == session.customer_number
    with desk.database.transaction() as connection:
        row = connection.execute(
            select(customers.c.name, accounts.c.number, accounts.c.balance)
            .select_from(customers.join(accounts))
            .where(mine)
        ).one()
    return AccountView(
        name=row.name,
        account=row.number,
        balance=row.balance,
        sub=session.sub,
        id_token=session.id_token,
        claims=session.claims,
    )


@router.post("/transfers", status_code=201, dependencies=[Depends(_own_origin)])
def order_transfer(
    body: transfers.TransferOrder,
    desk: AtDesk,
    party: Party,
    session: LoggedIn,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=128)] = None,
) -> transfers.TransferAsked:
    """Ask for a signature. The same order under one `Idempotency-Key` is one transfer. 409 `insufficient_funds`."""
    transfer = relying_party.order_transfer(desk, party, session, body, idempotency_key)
    return transfers.TransferAsked(
        transfer_id=transfer.transfer_id, request_id=transfer.request_id, authorize_url=transfer.authorize_url
    )


@router.get("/transfers/{transfer_id}")
def show_transfer(transfer_id: str, desk: AtDesk, session: LoggedIn) -> transfers.TransferView:
    """How a transfer stands."""
    with desk.database.transaction() as connection:
        return transfers.view(transfers.of_customer(connection, session.customer_number, transfer_id))


@router.get("/transfers/{transfer_id}/return", status_code=303)
def transfer_return(transfer_id: str, desk: AtDesk, party: Party, session: LoggedIn) -> RedirectResponse:
    """Back from the signature: its result is fetched, verified and executed. Coming back twice changes nothing."""
    with contextlib.suppress(CenterUnavailable):  # the page that follows says so, and asks again
        relying_party.settle(desk, party, session, transfer_id)
    return RedirectResponse(f"{party.origin}/banking/transfers/{transfer_id}", 303)


def _evidence(claims: dict[str, Any]) -> tuple[bytes, bytes]:
    """(CMS, content) of the claim `signature_evidence`. Raises `LoginRefused`."""
    try:
        found = claims["signature_evidence"]
        return unb64(found["cms"]), unb64(found["content"])
    except (KeyError, TypeError, AttributeError, Refusal):
        raise LoginRefused from None


def _with_cookie(party: RelyingParty, response: RedirectResponse, value: str) -> RedirectResponse:
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        COOKIE,
        value,
        httponly=True,
        samesite="lax",
        secure=party.origin.startswith("https:"),
    )
    return response
