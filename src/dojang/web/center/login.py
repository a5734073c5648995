"""The login's pages: who asks, who you are, the code from the text message, then on to the PIN page and back.

What a page says does not tell whether the centre knows a person: not before the SMS code was right.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from dojang import problems
from dojang.journeys import connect_browser, log_in, resume_login
from dojang.journeys.log_in import LoginDesk
from dojang.journeys.sign_transaction import OpenedTransaction
from dojang.policy.numbers import NUMBERS
from dojang.policy.refusal_words import told
from dojang.policy.wording import say
from dojang.refusals import (
    ActivationReplayed,
    ConnectFirst,
    InteractionNotFound,
    Refusal,
    SessionMissing,
    SmsCodeExpired,
    SmsLimit,
    SmsTriesSpent,
    WrongSmsCode,
    WrongStep,
)
from dojang.serving.pages import Pages
from dojang.values.applicant import masked_phone
from dojang.values.login import Interaction, SentCode
from dojang.values.relying_party import CENTER
from dojang.web import connected
from dojang.web.api.logins import address_of, renew_connection, stay_connected
from dojang.web.center.who_form import FIELDS, Problems, person_of
from dojang.web.forms import Form, Forms
from dojang.web.sessions import Sessions

LOGIN: Final = "/login"
LOOK_AGAIN: Final = 2  # seconds between two looks at a signature that is under way
NO_STORE: Final = {"Cache-Control": "no-store"}
_LIMITS: Final = NUMBERS.text_message
_CODE: Final = re.compile(rf"[0-9]{{{_LIMITS.digits}}}")


@dataclass(frozen=True, slots=True)
class LoginPages:
    """Reads, hands to a journey, shows."""

    desk: LoginDesk
    sessions: Sessions
    forms: Forms
    pages: Pages

    def show(self, request: Request, interaction: str = "") -> Response:
        """How the login stands; one that is signed goes back to the relying party."""
        found = self._look(request, interaction)
        if found.redirect_to:
            back = RedirectResponse(found.redirect_to, 303, headers=NO_STORE)
            stay_connected(self.desk, found.id, self.sessions.required(request), back)
            return back
        if resume_login.is_checking(self.desk, found):
            return self._page(request, "sign_checking", found, look_at=self.desk.visits.clock.now() + LOOK_AGAIN)
        if request.query_params.get("who") == "again" and resume_login.may_identify(found):
            return self._who_page(request, found, {}, [])
        known = connect_browser.who(self.desk.visits, connected.token_of(request))
        if found.txn and (found.sent is not None or known):
            first = resume_login.is_first_here(self.desk, found)
            return self._page(request, "login_pin", found, first=first, known=known if found.sent is None else None)
        if found.sent is not None:
            return self._code_page(request, found, found.sent)
        if known:
            return self._page(request, "login_connected", found, known=known, problems=[])
        return self._who_page(request, found, {}, [])

    def identify(self, request: Request, form: Form) -> Response:
        """The customer said who they are: the next page is the same for everybody."""
        found = self._look(request, form.get("interaction", ""))
        language = self.pages.view(request).language
        person, wrong = person_of(language, form)
        if wrong:
            return self._who_page(request, found, form, wrong, 422)

        def act(_name: str) -> str:
            session, address, stay = self.sessions.required(request), address_of(request), "connect" in form
            log_in.identify(self.desk, found.id, session, person, address, language, connect=stay)
            return login_page(found.id)

        try:
            return _to(self.forms.once(request, form, act))
        except SmsLimit as limit:
            return self._who_page(request, found, form, [("", self._said(request, limit))], problems.status(limit))

    def again(self, request: Request, form: Form) -> Response:
        """Another text message; the code before is void."""
        found = self._look(request, form.get("interaction", ""))

        def act(_name: str) -> str:
            session, language = self.sessions.required(request), self.pages.view(request).language
            resume_login.send_again(self.desk, found.id, session, address_of(request), language)
            return login_page(found.id)

        try:
            return _to(self.forms.once(request, form, act))
        except SmsLimit as limit:
            return self._code_again(request, found.id, ("", self._said(request, limit)), problems.status(limit))

    def code(self, request: Request, form: Form) -> Response:
        """The SMS code: on to the PIN page, or first to what the relying party is told, in a session of its own."""
        interaction, code = id_of(form.get("interaction", "")), "".join(form.get("code", "").split())
        if not _CODE.fullmatch(code):
            return self._no_code(request, interaction)
        response = _to("")
        session = self.sessions.required(request)

        def act(_name: str) -> str:
            renewed: list[str] = []

            def renew() -> str:
                renewed.append(self.sessions.renewed(response))
                return renewed[-1]

            opened = log_in.enter_code(self.desk, interaction, session, code, renew)
            return self._onwards(request, interaction, renewed[-1], opened)

        try:
            response.headers["Location"] = self.forms.again(request, form, act)
        except (WrongSmsCode, SmsCodeExpired, SmsTriesSpent) as refusal:
            wrong = "code", self._said(request, refusal)
            return self._code_again(request, interaction, wrong, problems.status(refusal))
        return response

    def pin(self, request: Request, form: Form) -> Response:
        """On to the PIN page once more; where the PIN was right already, back to see how the login stands."""
        interaction, session = id_of(form.get("interaction", "")), self.sessions.required(request)

        def act(_name: str) -> str:
            try:
                return self._pin_page(request, interaction, resume_login.to_pin(self.desk, interaction, session))
            except ActivationReplayed:
                return login_page(interaction)

        return _to(self.forms.again(request, form, act))

    def connected(self, request: Request, form: Form) -> Response:
        """In a connected browser straight to the PIN page, or first to what the relying party is told."""
        interaction, token, response = id_of(form.get("interaction", "")), connected.token_of(request), _to("")
        session = self.sessions.required(request)

        def act(_name: str) -> str:
            renewed: list[str] = []

            def renew() -> str:
                renewed.append(self.sessions.renewed(response))
                return renewed[-1]

            opened = connect_browser.go_on(self.desk, interaction, session, token, renew)
            return self._onwards(request, interaction, renewed[-1], opened)

        try:
            response.headers["Location"] = self.forms.again(request, form, act)
        except ConnectFirst:  # disconnected meanwhile, somewhere else
            return _to(login_page(interaction))
        renew_connection(self.desk, token, response)
        return response

    def text(self, request: Request, form: Form) -> Response:
        """A text message to the customer who stays connected in this browser, whose device key is gone."""
        found, token = self._look(request, form.get("interaction", "")), connected.token_of(request)

        def act(_name: str) -> str:
            session, language = self.sessions.required(request), self.pages.view(request).language
            stay, address = "connect" in form, address_of(request)
            connect_browser.send_code(self.desk, found.id, session, token, address, language, connect=stay)
            return login_page(found.id)

        return _to(self.forms.once(request, form, act))

    def cancel(self, request: Request, form: Form) -> Response:
        """Back to the relying party, without a login."""
        interaction, session = id_of(form.get("interaction", "")), self.sessions.required(request)
        return _to(self.forms.once(request, form, lambda _name: resume_login.give_up(self.desk, interaction, session)))

    def _look(self, request: Request, interaction: str) -> Interaction:
        try:
            return log_in.look(self.desk, id_of(interaction), self.sessions.required(request))
        except SessionMissing:
            raise InteractionNotFound from None

    def _onwards(self, request: Request, interaction: str, session: str, opened: OpenedTransaction) -> str:
        """The PIN page; before the first login at a relying party, the page that says what it learns."""
        first = resume_login.is_first_here(self.desk, log_in.look(self.desk, interaction, session))
        return login_page(interaction) if first else self._pin_page(request, interaction, opened)

    def _pin_page(self, request: Request, interaction: str, opened: OpenedTransaction) -> str:
        return f"{opened.pin_url}&{self.pages.view(request).fragment(login_page(interaction))}"

    def _said(self, request: Request, refusal: Refusal) -> str:
        return told(self.pages.view(request).language, refusal).sentence

    def _who_page(
        self, request: Request, found: Interaction, form: dict[str, str], wrong: Problems, status: int = 200
    ) -> Response:
        typed = {name: form.get(name, "") for name in (*FIELDS, "connect")}
        return self._page(request, "login", found, status, typed=typed, problems=wrong, errors=dict(wrong))

    def _no_code(self, request: Request, interaction: str) -> Response:
        """Anything but six digits is no try."""
        language = self.pages.view(request).language
        return self._code_again(request, interaction, ("code", say(language, "login_code.code_wrong")), 422)

    def _code_again(self, request: Request, interaction: str, wrong: tuple[str, str], status: int) -> Response:
        found = self._look(request, interaction)
        if found.sent is None:
            raise WrongStep(expected="identify")
        return self._code_page(request, found, found.sent, wrong, status)

    def _code_page(
        self, request: Request, found: Interaction, sent: SentCode, wrong: tuple[str, str] = ("", ""), status: int = 200
    ) -> Response:
        now, left, (field, sentence) = self.desk.visits.clock.now(), _LIMITS.tries - sent.tries, wrong
        state = "spent" if left <= 0 else "expired" if now >= sent.expires_at else "open"
        if field and state != "open":  # there is no field any more to mend it in
            field, sentence = "", say(self.pages.view(request).language, f"login_code.{state}")
        return self._page(
            request,
            "login_code",
            found,
            status,
            state=state,
            left=left,
            phone=masked_phone(sent.person.phone),
            expires_at=sent.expires_at,
            resend_at=sent.sent_at + _LIMITS.resend_after,
            problems=[(field, sentence)] if sentence else [],
            error=sentence if field else "",
        )

    def _page(self, request: Request, name: str, found: Interaction, status: int = 200, **facts: Any) -> Response:
        language = self.pages.view(request).language
        party = log_in.name_of(self.desk, found.client_id)[language]
        shown = {"party": party, "interaction": found.id, "now": self.desk.visits.clock.now(), "address": LOGIN}
        shown["shares"] = found.client_id != CENTER
        return self.pages.page(request, name, status, here=login_page(found.id), **shown, **facts)


def router(pages: LoginPages) -> APIRouter:
    """`/login` and its steps."""
    made = APIRouter(prefix=LOGIN, include_in_schema=False)
    made.add_api_route("", pages.show, methods=["GET"])
    steps: dict[str, Callable[..., Response]] = {
        "identify": pages.identify,
        "again": pages.again,
        "code": pages.code,
        "pin": pages.pin,
        "connected": pages.connected,
        "text": pages.text,
        "cancel": pages.cancel,
    }
    for name, step in steps.items():
        made.add_api_route(f"/{name}", step, methods=["POST"])
    return made


def login_page(interaction: str) -> str:
    """Where a login goes on."""
    return f"{LOGIN}?{urlencode({'interaction': interaction})}"


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303, headers=NO_STORE)


def id_of(text: str) -> str:
    """An id as we make them: anything else names nothing, and is not asked of a database."""
    return text if text.isascii() and text.isprintable() else ""
