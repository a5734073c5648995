"""A login's steps as JSON, for the pages and for clients without a browser."""

from typing import Annotated, Final, Literal, Self

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field

from dojang.journeys import connect_browser, enter_center, log_in
from dojang.journeys.log_in import Asked, LoginDesk
from dojang.serving.bodies import Body
from dojang.values.certificate import Person
from dojang.web import connected
from dojang.web.api.visit_bodies import Nothing
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
    """The customer says who they are. `birth_date`: YYYY-MM-DD; `connect`: they want to stay connected here."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    phone: Annotated[str, Field(pattern=r"^[0-9+ .()-]{7,24}$")]
    birth_date: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    connect: bool = False


class AskedView(Body):
    """The same for everybody, known or not."""

    masked_phone: str
    expires_at: int
    resend_at: int

    @classmethod
    def of(cls, asked: Asked) -> Self:
        """As the journey says it."""
        return cls(masked_phone=asked.masked_phone, expires_at=asked.expires_at, resend_at=asked.resend_at)


class CodeForm(Body):
    """Six digits from the text message; spaces are forgiven."""

    code: Annotated[str, Field(pattern=r"^ *([0-9] *){6}$", max_length=24)]


class PinVisit(Body):
    """Where to give the PIN, with a one-time code in the fragment."""

    pin_url: str
    code: str


class ConnectForm(Body):
    """`connect`: a connected browser that lost its key is to be connected anew."""

    connect: bool = False


class ConnectedView(Body):
    """Who stays connected in this browser, masked."""

    name: str
    phone: str


class LoginView(Body):
    """`redirect_to` is the way back to the relying party, once signed; `connected`: who stays connected here."""

    state: Literal["identify", "sms_code", "pin", "done"]
    relying_party: str
    expires_at: int
    redirect_to: str
    connect: bool
    connected: ConnectedView | None


class LoginsApi:
    """Reads, hands to the journey, replies."""

    def __init__(self, desk: LoginDesk, sessions: Sessions) -> None:
        self._desk, self._sessions = desk, sessions

    def enter(self, body: EnterForm, request: Request, response: Response) -> BegunView:
        """A login at the centre itself begins."""
        found = enter_center.begin(self._desk, body.to, self._sessions.entered(request, response))
        return BegunView(id=found.id, login_url=f"/login?interaction={found.id}", expires_at=found.expires_at)

    def look(self, interaction: Id, request: Request, response: Response) -> LoginView:
        """How the login stands. Once it is signed, a browser that is to stay connected has its cookie."""
        session = self._sessions.required(request)
        found = log_in.look(self._desk, interaction, session)
        if found.redirect_to:
            stay_connected(self._desk, found.id, session, response)
        state: Literal["identify", "sms_code", "pin", "done"] = "identify" if found.sent is None else "sms_code"
        if found.txn:
            state = "done" if found.redirect_to else "pin"
        who = connect_browser.who(self._desk.visits, connected.token_of(request))
        return LoginView(
            state=state,
            relying_party=found.client_id,
            expires_at=found.expires_at,
            redirect_to=found.redirect_to,
            connect=found.connect,
            connected=ConnectedView(name=who.name, phone=who.phone) if who else None,
        )

    def identify(self, interaction: Id, body: WhoForm, request: Request) -> AskedView:
        """A code goes out by text message, if the centre knows this person."""
        session, person = self._sessions.required(request), Person(body.name, body.phone, body.birth_date)
        asked = log_in.identify(self._desk, interaction, session, person, address_of(request), connect=body.connect)
        return AskedView.of(asked)

    def sms_code(self, interaction: Id, body: CodeForm, request: Request, response: Response) -> PinVisit:
        """On to the PIN, in a new session."""
        request.state.keep_answer = False
        session, code = self._sessions.required(request), body.code.replace(" ", "")
        opened = log_in.enter_code(
            self._desk, interaction, session, code, renew=lambda: self._sessions.renewed(response)
        )
        return PinVisit(pin_url=opened.pin_url, code=opened.code)

    def go_on(self, interaction: Id, _body: Nothing, request: Request, response: Response) -> PinVisit:
        """In a connected browser straight to the PIN, in a new session: its device key alone opens the code."""
        request.state.keep_answer = False
        token = connected.token_of(request)
        opened = connect_browser.go_on(
            self._desk,
            interaction,
            self._sessions.required(request),
            token,
            renew=lambda: self._sessions.renewed(response),
        )
        renew_connection(self._desk, token, response)
        return PinVisit(pin_url=opened.pin_url, code=opened.code)

    def send_code(self, interaction: Id, body: ConnectForm, request: Request) -> AskedView:
        """A code goes out by text message to the customer who stays connected here."""
        session, token = self._sessions.required(request), connected.token_of(request)
        asked = connect_browser.send_code(
            self._desk, interaction, session, token, address_of(request), connect=body.connect
        )
        return AskedView.of(asked)


def address_of(request: Request) -> str:
    """Where a call comes from, for the limits."""
    return request.client.host if request.client else ""


def stay_connected(desk: LoginDesk, interaction: str, session: str, response: Response) -> None:
    """The browser of a login that is done has its cookie, if its customer wanted to stay connected."""
    connected.keep(response, connect_browser.stay(desk, interaction, session), desk.issuer.name)


def renew_connection(desk: LoginDesk, token: str, response: Response) -> None:
    """A connected browser that was used has a new cookie, where it is due."""
    connected.keep(response, connect_browser.renewed(desk.visits, token), desk.issuer.name)


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
    made.add_api_route("/{interaction}/connected", api.go_on, methods=["POST"])
    made.add_api_route("/{interaction}/connected/text-message", api.send_code, methods=["POST"])
    return made
