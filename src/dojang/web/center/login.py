"""The login's pages: who asks, who you are, the code from the text message, then on to the PIN page and back.

What a page says does not tell whether the centre knows a person: not before the SMS code was right.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from dojang import problems
from dojang.journeys import log_in, resume_login
from dojang.journeys.log_in import LoginDesk
from dojang.journeys.sign_transaction import OpenedTransaction
from dojang.policy.numbers import NUMBERS
from dojang.policy.refusal_words import told
from dojang.policy.wording import say
from dojang.refusals import (
    ActivationReplayed,
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
from dojang.values.certificate import Person
from dojang.values.login import Interaction, SentCode
from dojang.values.relying_party import CENTER
from dojang.web.api.logins import stay_connected
from dojang.web.forms import Form, Forms
from dojang.web.sessions import Sessions

LOGIN: Final = "/login"
NO_STORE: Final = {"Cache-Control": "no-store"}
_LIMITS: Final = NUMBERS.text_message
_PHONE: Final = re.compile(r"[0-9+ .()-]{7,24}")
_CODE: Final = re.compile(rf"[0-9]{{{_LIMITS.digits}}}")
_DATE: Final = re.compile(r"([0-9]{4})[-./ ]*([0-9]{2})[-./ ]*([0-9]{2})[./]?")
_LONGEST_NAME: Final = 200
Problems = list[tuple[str, str]]


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
        if found.txn:
            return self._page(request, "login_pin", found, first=resume_login.is_first_here(self.desk, found))
        if found.sent is not None and not self._asks_anew(request):
            return self._code_page(request, found, found.sent)
        return self._who_page(request, found, {}, [])

    def identify(self, request: Request, form: Form) -> Response:
        """The customer said who they are: the next page is the same for everybody."""
        found = self._look(request, form.get("interaction", ""))
        language = self.pages.view(request).language
        person, wrong = _person(language, form)
        if wrong:
            return self._who_page(request, found, form, wrong, 422)

        def act(_name: str) -> str:
            session, address = self.sessions.required(request), _address(request)
            log_in.identify(self.desk, found.id, session, person, address, language)
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
            resume_login.send_again(self.desk, found.id, session, _address(request), language)
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
            entered = log_in.look(self.desk, interaction, renewed[-1])
            first = resume_login.is_first_here(self.desk, entered)
            return login_page(interaction) if first else self._pin_page(request, opened)

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
                return self._pin_page(request, resume_login.to_pin(self.desk, interaction, session))
            except ActivationReplayed:
                return login_page(interaction)

        return _to(self.forms.again(request, form, act))

    def cancel(self, request: Request, form: Form) -> Response:
        """Back to the relying party, without a login."""
        interaction, session = id_of(form.get("interaction", "")), self.sessions.required(request)
        return _to(self.forms.once(request, form, lambda _name: resume_login.give_up(self.desk, interaction, session)))

    def _look(self, request: Request, interaction: str) -> Interaction:
        try:
            return log_in.look(self.desk, id_of(interaction), self.sessions.required(request))
        except SessionMissing:
            raise InteractionNotFound from None

    def _asks_anew(self, request: Request) -> bool:
        """The customer typed a wrong number and goes back to mend it."""
        return request.query_params.get("who") == "again"

    def _pin_page(self, request: Request, opened: OpenedTransaction) -> str:
        return f"{opened.pin_url}&{self.pages.view(request).fragment()}"

    def _said(self, request: Request, refusal: Refusal) -> str:
        return told(self.pages.view(request).language, refusal).sentence

    def _who_page(
        self, request: Request, found: Interaction, form: dict[str, str], wrong: Problems, status: int = 200
    ) -> Response:
        typed = {name: form.get(name, "") for name in ("name", "phone", "birth_date")}
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


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def id_of(text: str) -> str:
    """An id as we make them: anything else names nothing, and is not asked of a database."""
    return text if text.isascii() and text.isprintable() else ""


def _person(language: str, form: dict[str, str]) -> tuple[Person, Problems]:
    """Who the form says, and what of it is not a name, a telephone number or a date."""
    name, phone, born = (form.get(field, "").strip() for field in ("name", "phone", "birth_date"))
    wrong: Problems = []
    if not name.isprintable() or not 1 <= len(name) <= _LONGEST_NAME:
        wrong.append(("name", say(language, "login.name_wrong")))
    if not _PHONE.fullmatch(phone) or sum(letter.isdigit() for letter in phone) < 7:
        wrong.append(("phone", say(language, "login.phone_wrong")))
    birth_date = _birth_date(born)
    if not birth_date:
        wrong.append(("birth_date", say(language, "login.birth_date_wrong")))
    return Person(name, phone, birth_date), wrong


def _birth_date(text: str) -> str:
    """YYYY-MM-DD of a day that there is, however its parts are kept apart; else nothing."""
    found = _DATE.fullmatch(text)
    try:
        return date.fromisoformat("-".join(found.groups())).isoformat() if found else ""
    except ValueError:
        return ""
