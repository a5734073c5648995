"""Where a customer arrives from a relying party: who asks, and how a client without a browser goes on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dojang import problems
from dojang.journeys import log_in, request_signature
from dojang.journeys.log_in import LoginDesk
from dojang.refusals import InteractionNotFound, Refusal, SessionMissing
from dojang.web.api import logins
from dojang.web.sessions import Sessions
from dojang.web.signing_api import signature_requests

HEADERS: Final = {
    "Cache-Control": "no-store",
    # No script, no style, no picture, no form, nobody's frame.
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Asking:
    """A relying party that waits for its customer, and where its request goes on."""

    name: Mapping[str, str]
    next_call: str


class ArrivalPages:
    """Reads, hands to a journey, replies."""

    def __init__(self, desk: LoginDesk, sessions: Sessions) -> None:
        self._desk, self._sessions = desk, sessions

    def login(self, request: Request, interaction: str = "") -> Response:
        """Who asks for a login. One that is signed goes back to the relying party."""
        try:
            found = log_in.look(self._desk, _id(interaction), self._sessions.required(request))
        except SessionMissing:
            return refused(InteractionNotFound())
        except Refusal as refusal:
            return refused(refusal)
        if found.redirect_to:
            return RedirectResponse(found.redirect_to, 303, headers=HEADERS)
        next_call = f"{logins.PREFIX}/{found.id}/identify"
        return _page("login", lambda: Asking(log_in.name_of(self._desk, found.client_id), next_call))

    def sign(self, request: str = "") -> Response:
        """Who asks for a signature."""
        next_call = f"{signature_requests.OPEN_PREFIX}/{request}/open"
        return _page("sign", lambda: Asking(request_signature.asked_by(self._desk, _id(request)).name, next_call))


def router(desk: LoginDesk, sessions: Sessions) -> APIRouter:
    """`/login` and `/sign`."""
    pages = ArrivalPages(desk, sessions)
    made = APIRouter(include_in_schema=False)
    made.add_api_route("/login", pages.login, methods=["GET"])
    made.add_api_route("/sign", pages.sign, methods=["GET"])
    return made


def _id(text: str) -> str:
    """An id as we make them: anything else names nothing, and is not asked of a database."""
    return text if text.isascii() and text.isprintable() else ""


def _page(name: str, asking: Callable[[], Asking]) -> Response:
    try:
        found = asking()
    except Refusal as refusal:
        return refused(refusal)
    said = {"ko": found.name["ko"], "en": found.name["en"], "next_call": found.next_call}
    return _filled(name, said, 200)


def refused(refusal: Refusal) -> Response:
    """Nobody is sent anywhere: the page that says so."""
    return _filled("refused", {"code": refusal.code}, problems.status(refusal))


def _filled(name: str, said: dict[str, str], status: int) -> Response:
    template = Template(files(__package__).joinpath("templates", f"{name}.html").read_text("utf-8"))
    page = template.substitute({place: escape(text) for place, text in said.items()})
    return HTMLResponse(page, status, HEADERS)
