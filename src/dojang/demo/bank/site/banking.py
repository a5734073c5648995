"""Internet banking's first page: the account of whoever is logged in, or the way to log in."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection, Row, or_, select

from dojang.demo.bank import sessions
from dojang.demo.bank.relying_party import Browser
from dojang.demo.bank.routes import AtDesk
from dojang.demo.bank.sessions import COOKIE, Session
from dojang.demo.bank.site.forms import Form
from dojang.demo.bank.site.frame import ThePages
from dojang.demo.bank.tables import NEWEST_FIRST, accounts, customers, transfers
from dojang.demo.bank.transfers import pairs_of
from dojang.refusals import SessionMissing

router = APIRouter(include_in_schema=False)

_LISTED = 10


@dataclass(frozen=True, slots=True)
class Account:
    """Whose it is, its number and what is in it."""

    name: str
    number: str
    balance: int


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the account: a transfer that was asked for here, or money that came in."""

    transfer_id: str
    incoming: bool
    other: str
    amount: int
    state: str
    at: int


@router.get("/banking")
def banking(request: Request, pages: ThePages, desk: AtDesk, browser: Browser = "") -> HTMLResponse:
    """The account, or the login button with what became of an earlier login."""
    with desk.database.transaction() as connection:
        try:
            session = sessions.of_cookie(connection, desk, browser)
        except SessionMissing:
            ended = sessions.has_ended(connection, desk, browser)
            left = request.query_params.get("left") == "1" and not ended
            return pages.page(request, "login", ended=ended, left=left)
        mine = account_of(connection, session)
        listed = _movements(connection, session, mine.number)
    return pages.page(request, "account", mine=mine, listed=listed)


@router.post("/banking/logout")
def log_out(desk: AtDesk, _form: Form, browser: Browser = "") -> RedirectResponse:
    """Nobody is logged in here any more."""
    with desk.database.transaction() as connection:
        sessions.close_session(connection, browser)
    response = RedirectResponse("/banking?left=1", 303)
    response.delete_cookie(COOKIE)
    return response


def account_of(connection: Connection, session: Session) -> Account:
    """Name, account number and balance of who is logged in."""
    row = connection.execute(
        select(customers.c.name, accounts.c.number, accounts.c.balance)
        .select_from(customers.join(accounts))
        .where(customers.c.customer_number == session.customer_number)
    ).one()
    return Account(row.name, row.number, row.balance)


def _movements(connection: Connection, session: Session, account: str) -> list[Movement]:
    """The newest first."""
    mine = transfers.c.customer_number == session.customer_number
    received = (transfers.c.to_account == account) & (transfers.c.state == "executed")
    rows = connection.execute(select(transfers).where(or_(mine, received)).order_by(NEWEST_FIRST).limit(_LISTED))
    return [_movement(connection, row, incoming=row.customer_number != session.customer_number) for row in rows]


def _movement(connection: Connection, row: Row[Any], *, incoming: bool) -> Movement:
    if incoming:
        sender = select(customers.c.name).where(customers.c.customer_number == row.customer_number)
        other = str(connection.scalar(sender))
    else:
        other = pairs_of(row)["payee"]
    return Movement(row.transfer_id, incoming, other, row.amount, row.state, row.executed_at or row.requested_at)
