"""A browser's session: a random token in a cookie, its hash in a row."""

import hashlib
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from dojang.pin.encoding import b64
from dojang.policy.numbers import NUMBERS
from dojang.ports.books import Books
from dojang.ports.clock import Clock
from dojang.ports.randomness import Randomness
from dojang.refusals import SessionMissing
from dojang.values.web import Session

# Cookies are shared by all ports of a host, so each app's has a name of its own.
COOKIE: Final = "dojang_center_session"
_TOKEN: Final = 32  # bytes


def session_id(request: Request) -> str:
    """The SHA-256 (hex) of the cookie's token, or nothing. Whether such a session exists is not asked."""
    token = request.cookies.get(COOKIE, "")
    return _id_of(token) if token else ""


class Sessions:
    """The sessions of one site. `origin` says whether the cookie is for https alone."""

    def __init__(self, books: Books, clock: Clock, randomness: Randomness, origin: str) -> None:
        self._books, self._clock, self._randomness = books, clock, randomness
        self._secure = origin.startswith("https://")

    def required(self, request: Request) -> str:
        """The id of the request's session; used late in its life, it lives on. Raises `SessionMissing`."""
        found, now = self._find(request), self._clock.now()
        if found is None:
            raise SessionMissing
        if found.expires_at - now < NUMBERS.session.lifetime // 2:
            self._put(Session(found.id, found.started_at, now + NUMBERS.session.lifetime))
        return found.id

    def entered(self, request: Request, response: Response) -> str:
        """The id of the request's session, or of a new one whose cookie goes with the response."""
        if self._find(request) is not None:
            return self.required(request)
        return self.renewed(response)

    def renewed(self, response: Response) -> str:
        """The id of a new session, whose cookie takes the place of any other: nobody can have planted it."""
        token, now = b64(self._randomness.token(_TOKEN)), self._clock.now()
        self._put(Session(_id_of(token), now, now + NUMBERS.session.lifetime))
        response.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=self._secure, path="/")
        return _id_of(token)

    def _find(self, request: Request) -> Session | None:
        name = session_id(request)
        return self._books.sessions.find(name, self._clock.now()) if name else None

    def _put(self, session: Session) -> None:
        with self._books.transaction():
            self._books.sessions.put(session)


def _id_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
