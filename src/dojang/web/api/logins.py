"""A login's steps as JSON, for the pages and for clients without a browser."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field

from dojang.journeys import enter_center, log_in
from dojang.journeys.log_in import LoginDesk
from dojang.serving.bodies import Body
from dojang.values.certificate import Person
from dojang.web.sessions import Sessions

PREFIX: Final = "/api/v1/logins"
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class EnterForm(Body):
    """Which of our own pages the customer comes for."""

    to: Annotated[str, Field(max_length=200)]


class BegunView(Body):
    """A login that waits in this browser, and its page."""

    id: str
    login_url: str
    expires_at: int


class WhoForm(Body):
    """The customer says who they are. `birth_date`: YYYY-MM-DD."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    phone: Annotated[str, Field(pattern=r"^[0-9+ .()-]{7,24}$")]
    birth_date: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class AskedView(Body):
    """The same for everybody, known or not."""

    masked_phone: str
    expires_at: int
    resend_at: int


class CodeForm(Body):
    """Six digits from the text message; spaces are forgiven."""

    code: Annotated[str, Field(pattern=r"^ *([0-9] *){6}$", max_length=24)]


class PinVisit(Body):
    """Where to give the PIN, with a one-time code in the fragment."""

    pin_url: str
    code: str


class LoginView(Body):
    """`redirect_to` is the way back to the relying party, once signed."""

    state: Literal["identify", "sms_code", "pin", "done"]
    relying_party: str
    expires_at: int
    redirect_to: str


class LoginsApi:
    """Reads, hands to the journey, replies."""

    def __init__(self, desk: LoginDesk, sessions: Sessions) -> None:
        self._desk, self._sessions = desk, sessions

    def enter(self, body: EnterForm, request: Request, response: Response) -> BegunView:
        """A login at the centre itself begins."""
        found = enter_center.begin(self._desk, body.to, self._sessions.entered(request, response))
        return BegunView(id=found.id, login_url=f"/login?interaction={found.id}", expires_at=found.expires_at)

    def look(self, interaction: Id, request: Request) -> LoginView:
        """How the login stands."""
        found = log_in.look(self._desk, interaction, self._sessions.required(request))
        state: Literal["identify", "sms_code", "pin", "done"] = "identify" if found.sent is None else "sms_code"
        if found.txn:
            state = "done" if found.redirect_to else "pin"
        return LoginView(
            state=state, relying_party=found.client_id, expires_at=found.expires_at, redirect_to=found.redirect_to
        )

    def identify(self, interaction: Id, body: WhoForm, request: Request) -> AskedView:
        """A code goes out by text message, if the centre knows this person."""
        address = request.client.host if request.client else ""
        person = Person(body.name, body.phone, body.birth_date)
        asked = log_in.identify(self._desk, interaction, self._sessions.required(request), person, address)
        return AskedView(masked_phone=asked.masked_phone, expires_at=asked.expires_at, resend_at=asked.resend_at)

    def sms_code(self, interaction: Id, body: CodeForm, request: Request, response: Response) -> PinVisit:
        """On to the PIN, in a new session."""
        request.state.keep_answer = False
        session, code = self._sessions.required(request), body.code.replace(" ", "")
        opened = log_in.enter_code(
            self._desk, interaction, session, code, renew=lambda: self._sessions.renewed(response)
        )
        return PinVisit(pin_url=opened.pin_url, code=opened.code)


def unstored(response: Response) -> None:
    """No cache keeps an answer that may hold a code."""
    response.headers["Cache-Control"] = "no-store"


def router(desk: LoginDesk, sessions: Sessions) -> APIRouter:
    """Every path of a login."""
    api = LoginsApi(desk, sessions)
    made = APIRouter(prefix=PREFIX, tags=["logins"], dependencies=[Depends(unstored)])
    made.add_api_route("", api.enter, methods=["POST"], status_code=201)
    made.add_api_route("/{interaction}", api.look, methods=["GET"])
    made.add_api_route("/{interaction}/identify", api.identify, methods=["POST"])
    made.add_api_route("/{interaction}/sms-code", api.sms_code, methods=["POST"])
    return made
