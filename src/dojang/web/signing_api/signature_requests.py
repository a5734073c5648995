"""Signature requests: pushed and fetched by a relying party that signs its calls, opened by the customer's browser."""

import json
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from dojang.journeys import redeem_login, request_signature, text_for_signature
from dojang.journeys.log_in import LoginDesk
from dojang.journeys.request_signature import Pushed
from dojang.serving.bodies import B64, Body
from dojang.values.relying_party import RelyingParty
from dojang.values.transaction import ContentItem
from dojang.web import connected
from dojang.web.api.logins import AskedView, CodeForm, Id, PinVisit, address_of, renew_connection, unstored
from dojang.web.api.visit_bodies import Nothing
from dojang.web.sessions import Sessions

PREFIX: Final = "/api/v1/signature-requests"
OPEN_PREFIX: Final = "/api/v1/signatures"


class ProvenBody(Body):
    """A relying party's call: signed by its own key (RFC 7523), each assertion once."""

    client_assertion_type: Annotated[str, Field(max_length=100)]
    client_assertion: Annotated[str, Field(max_length=4096)]


class ItemForm(Body):
    """One content: canonical JSON of name/value pairs, from which everything that is shown comes."""

    label: Annotated[str, Field(min_length=1, max_length=500)]
    content: B64
    binding: Literal["shown"]


class PushForm(ProvenBody):
    """What the customer `sub` is to sign. One item: the result carries one signature."""

    purpose: Literal["transfer"]
    format: Literal["cms"]
    items: Annotated[list[ItemForm], Field(min_length=1, max_length=1)]
    sub: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
    redirect_uri: Annotated[str, Field(max_length=2000)]
    state: Annotated[str, Field(min_length=1, max_length=512)]


class PushedView(Body):
    """Where to send the customer."""

    request_id: str
    authorize_url: str
    expires_at: int


class ResultView(Body):
    """`cms`, `content`, `certificate`, `chain` and `receipt` once signed."""

    state: Literal["pending", "signed", "expired"]
    cms: B64
    content: B64
    certificate: B64
    chain: list[B64]
    receipt: dict[str, Any]


class SignatureRequestsApi:
    """Reads, hands to the journey, replies."""

    def __init__(self, desk: LoginDesk, sessions: Sessions) -> None:
        self._desk, self._sessions = desk, sessions

    def push(self, body: PushForm) -> PushedView:
        """The request waits for its customer."""
        items = tuple(ContentItem(item.label, item.content) for item in body.items)
        pushed = Pushed(body.purpose, items, body.sub, body.redirect_uri, body.state)
        request = request_signature.push(self._desk, self._client(body), pushed)
        return PushedView(
            request_id=request.id,
            authorize_url=f"{self._desk.issuer.name}{request_signature.page_of(request.id)}",
            expires_at=request.expires_at,
        )

    def result(self, request_id: Id, body: ProvenBody) -> ResultView:
        """How it stands."""
        found = request_signature.result_of(self._desk, self._client(body), request_id)
        return ResultView(
            state=found.state,
            cms=found.cms[0] if found.cms else b"",
            content=found.contents[0] if found.contents else b"",
            certificate=found.certificate,
            chain=list(found.chain),
            receipt=json.loads(found.receipt) if found.receipt else {},
        )

    def open(self, request_id: Id, request: Request, response: Response) -> PinVisit:
        """The customer's browser, logged in here or connected, goes on to the PIN."""
        request.state.keep_answer = False
        token = connected.token_of(request)
        session = self._sessions.entered(request, response) if token else self._sessions.required(request)
        opened = request_signature.open_request(self._desk, request_id, session, token)
        renew_connection(self._desk, token, response)
        return PinVisit(pin_url=opened.pin_url, code=opened.code)

    def send_code(self, request_id: Id, _body: Nothing, request: Request, response: Response) -> AskedView:
        """A code goes out by text message to the customer who stays connected here."""
        session, token = self._sessions.entered(request, response), connected.token_of(request)
        asked = text_for_signature.send_code(self._desk, request_id, session, token, address_of(request))
        return AskedView.of(asked)

    def sms_code(self, request_id: Id, body: CodeForm, request: Request) -> PinVisit:
        """On to the PIN."""
        request.state.keep_answer = False
        session, code = self._sessions.required(request), body.code.replace(" ", "")
        opened = text_for_signature.enter_code(self._desk, request_id, session, code)
        return PinVisit(pin_url=opened.pin_url, code=opened.code)

    def _client(self, body: ProvenBody) -> RelyingParty:
        return redeem_login.authenticate(self._desk, body.client_assertion_type, body.client_assertion)


def router(desk: LoginDesk, sessions: Sessions) -> APIRouter:
    """Every path of a signature request."""
    api = SignatureRequestsApi(desk, sessions)
    made = APIRouter(tags=["signature requests"], dependencies=[Depends(unstored)])
    made.add_api_route(PREFIX, api.push, methods=["POST"], status_code=201)
    made.add_api_route(f"{PREFIX}/{{request_id}}/result", api.result, methods=["POST"])
    made.add_api_route(f"{OPEN_PREFIX}/{{request_id}}/open", api.open, methods=["POST"])
    made.add_api_route(f"{OPEN_PREFIX}/{{request_id}}/text-message", api.send_code, methods=["POST"])
    made.add_api_route(f"{OPEN_PREFIX}/{{request_id}}/sms-code", api.sms_code, methods=["POST"])
    return made
