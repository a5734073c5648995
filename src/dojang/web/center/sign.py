"""The signature's pages: who asks, what is signed, the comparison code; then on to the PIN page and back."""

from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from dojang.journeys import connect_browser, enter_center, request_signature
from dojang.journeys.log_in import LoginDesk
from dojang.journeys.request_signature import Asked, page_of
from dojang.policy.wording import say, sentences
from dojang.refusals import ActivationReplayed, ConnectFirst, SessionMissing
from dojang.serving.pages import Pages
from dojang.signing.what_is_signed import Pairs
from dojang.values.comparison_code import comparison_code
from dojang.values.money import won_in_english, won_in_korean, written_won
from dojang.web import connected
from dojang.web.api.logins import renew_connection
from dojang.web.center.login import LOOK_AGAIN, NO_STORE, id_of, login_page
from dojang.web.forms import Form, Forms
from dojang.web.sessions import Sessions

SIGN: Final = "/sign"
_IN_WORDS: Final = {"ko": won_in_korean, "en": won_in_english}


@dataclass(frozen=True, slots=True)
class SignPages:
    """Reads, hands to a journey, shows."""

    desk: LoginDesk
    sessions: Sessions
    forms: Forms
    pages: Pages

    def show(self, request: Request, request_id: str = "") -> Response:
        """What is asked for, to the customer it is meant for; to anybody else only who asks."""
        name = id_of(request_id)
        try:
            asked = request_signature.look(self.desk, name, self._session(request), connected.token_of(request))
        except ConnectFirst:
            return self._login_first(request, name)
        if asked.state == "signed":
            return RedirectResponse(asked.return_to, 303, headers=NO_STORE)
        if asked.state == "checking":
            return self._page(request, "sign_checking", name, look_at=self._now + LOOK_AGAIN)
        return self._ready(request, asked)

    def login(self, request: Request, form: Form) -> Response:
        """To the centre's own login, which leads back here."""
        name, response = id_of(form.get("request", "")), _to("")

        def act(_name: str) -> str:
            session = self.sessions.entered(request, response)
            return login_page(enter_center.begin_for_signature(self.desk, name, session).id)

        response.headers["Location"] = self.forms.once(request, form, act)
        return response

    def pin(self, request: Request, form: Form) -> Response:
        """On to the PIN page; where the PIN was right already, back to see how it stands."""
        name, token, response = id_of(form.get("request", "")), connected.token_of(request), _to("")
        session = self._session(request)

        def act(_name: str) -> str:
            try:
                opened = request_signature.open_request(self.desk, name, session, token)
            except ActivationReplayed:
                return page_of(name)
            return f"{opened.pin_url}&{self.pages.view(request).fragment(page_of(name))}"

        response.headers["Location"] = self.forms.again(request, form, act)
        renew_connection(self.desk, token, response)
        return response

    def cancel(self, request: Request, form: Form) -> Response:
        """Back to the relying party, without a signature; where the PIN was right already, to see how it stands."""
        name, token, session = id_of(form.get("request", "")), connected.token_of(request), self._session(request)

        def act(_name: str) -> str:
            try:
                return request_signature.give_up(self.desk, name, session, token)
            except ActivationReplayed:
                return page_of(name)

        return _to(self.forms.once(request, form, act))

    def _session(self, request: Request) -> str:
        """The request's session; none is needed in a connected browser."""
        try:
            return self.sessions.required(request)
        except SessionMissing:
            return ""

    @property
    def _now(self) -> int:
        return self.desk.visits.clock.now()

    def _ready(self, request: Request, asked: Asked) -> Response:
        language = self.pages.view(request).language
        return self._page(
            request,
            "sign",
            asked.request.id,
            party=asked.client.name[language],
            pairs=in_words(language, asked.pairs),
            comparison=comparison_code(asked.request.id),
            expires_at=asked.request.expires_at,
            known=connect_browser.who(self.desk.visits, connected.token_of(request)),
        )

    def _login_first(self, request: Request, name: str) -> Response:
        language = self.pages.view(request).language
        client = request_signature.asked_by(self.desk, name)
        return self._page(request, "sign_login", name, party=client.name[language])

    def _page(self, request: Request, page: str, name: str, status: int = 200, **facts: Any) -> Response:
        shown = {"request_id": name, "now": self._now, "here": page_of(name), "address": SIGN}
        return self.pages.page(request, page, status, **{**shown, **facts})


def router(pages: SignPages) -> APIRouter:
    """`/sign` and its steps."""
    made = APIRouter(prefix=SIGN, include_in_schema=False)

    def show(http: Request, request: str = "") -> Response:
        return pages.show(http, request)

    made.add_api_route("", show, methods=["GET"])
    made.add_api_route("/login", pages.login, methods=["POST"])
    made.add_api_route("/pin", pages.pin, methods=["POST"])
    made.add_api_route("/cancel", pages.cancel, methods=["POST"])
    return made


def in_words(language: str, pairs: Pairs) -> list[tuple[str, str]]:
    """The pairs as they are signed: names that we know in this language's words, an amount of won in words besides."""
    return [(_name(language, name), _value(language, name, value)) for name, value in pairs]


def _name(language: str, name: str) -> str:
    key = f"signed.{name}"
    return say(language, key) if key in sentences(language) else name


def _value(language: str, name: str, value: str) -> str:
    amount = written_won(value) if name == "amount" else None
    if amount is None:
        return value
    return say(language, "sign.amount", digits=f"{amount:,}", words=_IN_WORDS[language](amount))


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303, headers=NO_STORE)
