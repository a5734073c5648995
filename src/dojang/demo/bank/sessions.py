"""Who stands before the bank's pages: logins under way and sessions, each bound to one browser's cookie."""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from dojang.demo.bank.center_client import SignedIn
from dojang.demo.bank.desk import Desk
from dojang.demo.bank.tables import logins, sessions
from dojang.pin.encoding import sha256
from dojang.policy.numbers import NUMBERS
from dojang.refusals import LoginRefused, SessionMissing

COOKIE: Final = "dojang_bank_session"
LIFETIME: Final = NUMBERS.session.lifetime


@dataclass(frozen=True, slots=True)
class Login:
    """A login under way: what goes to the centre, and what must come back."""

    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True, slots=True)
class Session:
    """A customer who has logged in with their certificate."""

    customer_number: str
    sub: str
    id_token: str
    claims: dict[str, Any]


def begin(connection: Connection, desk: Desk, cookie: str) -> Login:
    """A new login for the browser that holds `cookie`. The code verifier has 256 random bits (RFC 7636 7.1)."""
    now = desk.now()
    login = Login(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    connection.execute(delete(logins).where(logins.c.expires_at <= now))
    connection.execute(
        insert(logins).values(
            state=login.state,
            browser_sha256=sha256(cookie.encode()),
            nonce=login.nonce,
            code_verifier=login.code_verifier,
            expires_at=now + LIFETIME,
        )
    )
    return login


def returned(connection: Connection, desk: Desk, cookie: str, state: str) -> Login:
    """The login that `state` belongs to, once, in the browser that began it. Raises `LoginRefused`."""
    row = connection.execute(
        delete(logins)
        .where(
            logins.c.state == state,
            logins.c.browser_sha256 == sha256(cookie.encode()),
            logins.c.expires_at > desk.now(),
        )
        .returning(logins)
    ).one_or_none()
    if row is None:
        raise LoginRefused
    return Login(row.state, row.nonce, row.code_verifier)


def open_session(connection: Connection, desk: Desk, customer_number: str, signed_in: SignedIn) -> str:
    """A new session; the cookie's value, new as well, so that nobody can have planted it."""
    now, token = desk.now(), secrets.token_urlsafe(32)
    connection.execute(delete(sessions).where(sessions.c.expires_at <= now - LIFETIME))
    connection.execute(
        insert(sessions).values(
            token_sha256=sha256(token.encode()),
            customer_number=customer_number,
            sub=signed_in.claims["sub"],
            id_token=signed_in.id_token,
            claims=signed_in.claims,
            expires_at=now + LIFETIME,
        )
    )
    return token


def of_cookie(connection: Connection, desk: Desk, cookie: str) -> Session:
    """Raises `SessionMissing`."""
    row = connection.execute(
        select(sessions).where(sessions.c.token_sha256 == sha256(cookie.encode()), sessions.c.expires_at > desk.now())
    ).one_or_none()
    if row is None:
        raise SessionMissing
    return Session(row.customer_number, row.sub, row.id_token, row.claims)


def has_ended(connection: Connection, desk: Desk, cookie: str) -> bool:
    """Whether that browser was logged in until its time was over, not long ago."""
    mine = sessions.c.token_sha256 == sha256(cookie.encode())
    return connection.execute(select(sessions).where(mine, sessions.c.expires_at <= desk.now())).first() is not None


def close_session(connection: Connection, cookie: str) -> None:
    """Nobody is logged in with that cookie any more."""
    connection.execute(delete(sessions).where(sessions.c.token_sha256 == sha256(cookie.encode())))
