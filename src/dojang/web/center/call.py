"""Step five: one of the registered phones rings, and the number on the screen is pressed on it."""

import re
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dojang.journeys import prove_identity as journey
from dojang.journeys.prove_identity import Mine
from dojang.policy.refusal_words import told
from dojang.policy.wording import say
from dojang.refusals import (
    BankUnavailable,
    CallExpired,
    CallTriesSpent,
    DepartureUnknown,
    NotAbroad,
    PhoneNotRegistered,
    Refusal,
)
from dojang.values.application import Application, PhoneKind, RegisteredPhone, Route, Step
from dojang.values.factors import CallState
from dojang.web.center.wizard import Entered, Wizard, live, path
from dojang.web.forms import Form
from dojang.web.page_calls import check_origin

_INDEX: Final = re.compile("[0-9]{1,2}")
CHECK: Final = f"{path(Step.CALL)}/check"
STATE: Final = f"{path(Step.CALL)}/state"
_FIELDS: Final = dict.fromkeys((PhoneNotRegistered.code, NotAbroad.code, DepartureUnknown.code), "phone")
# The call is over without a proof, as the pages say it.
_OVER: Final = {CallExpired.code: "expired", CallTriesSpent.code: "spent"}
_RINGING: Final = (CallState.CALLING.value, CallState.ANSWERED.value, "wrong_key")


class CallPages:
    """Reads, hands to the journey, replies."""

    def __init__(self, wizard: Wizard) -> None:
        self._wizard = wizard

    def show(self, request: Request) -> Response:
        """The phones to choose from, or the call under way."""
        return self._wizard.read(Step.CALL, request, self._draw)

    def ring(self, request: Request, form: Form) -> Response:
        """The chosen phone rings."""
        chosen = form.get("phone", "")

        def act(mine: Mine, name: str) -> str:
            application = journey.resume(mine, self._wizard.desk)
            index = int(chosen)
            journey.ask_for_call(mine, _route(application, index), index, name, self._wizard.desk)
            return path(Step.CALL)

        wrong = () if _INDEX.fullmatch(chosen) else ("phone",)
        return self._wizard.send(Step.CALL, request, form, act, self._draw_choice, wrong)

    def check(self, request: Request, form: Form) -> Response:
        """Was it pressed? Asked as often as somebody likes."""

        def act(mine: Mine, _name: str) -> str:
            application = journey.resume(mine, self._wizard.desk)
            if self._wizard.after(application) == path(Step.CALL):  # else a page that watched was told already
                application = journey.listen(mine, self._wizard.desk)
            after = self._wizard.after(application)
            return path(Step.CALL, "not_yet") if after == path(Step.CALL) else after

        return self._wizard.send(Step.CALL, request, form, act, self._draw, again=True)

    def state(self, request: Request) -> Response:
        """The call in words, for a page that watches it; `over`: there is something new for the page to show."""
        check_origin(request.headers, self._wizard.pages.origin)
        language = self._wizard.pages.view(request).language
        try:
            call = journey.listen(self._wizard.mine(request), self._wizard.desk).placed_call
        except BankUnavailable as refusal:
            return live(told(language, refusal).sentence, over=False)
        except Refusal as refusal:
            return live(told(language, refusal).sentence, over=True)
        if call is None:
            return live(say(language, "issue_call.passed"), over=True)
        return live(_words(language, call.state, call.tries_left), over=call.state not in _RINGING)

    def _draw(self, request: Request, application: Application, entered: Entered) -> Response:
        call = application.placed_call
        if call is None or not call.call_id or "choose" in request.query_params:
            return self._draw_choice(request, application, entered)
        now = self._wizard.desk.clock.now()
        state = "expired" if now >= call.expires_at else call.state
        if entered.refusal and entered.refusal.code in _OVER:
            state, entered = _OVER[entered.refusal.code], Entered()
        language = self._wizard.pages.view(request).language
        return self._wizard.page(
            request,
            application,
            Step.CALL,
            entered,
            call=call,
            state=state,
            said=_words(language, state, call.tries_left),
            ringing=state in _RINGING,
            phone=_phones(application).index(call.phone) if call.phone in _phones(application) else 0,
            check=CHECK,
            watch=STATE,
        )

    def _draw_choice(self, request: Request, application: Application, entered: Entered) -> Response:
        return self._wizard.page(
            request,
            application,
            Step.CALL,
            entered,
            name="phone",
            phones=list(enumerate(_phones(application))),
            abroad=request.query_params.get("choose") == "abroad",
            fields=_FIELDS,
        )


def router(wizard: Wizard) -> APIRouter:
    """`/issue/call` and what is asked below it."""
    pages = CallPages(wizard)
    made = APIRouter(include_in_schema=False)
    made.add_api_route(path(Step.CALL), pages.show, methods=["GET"])
    made.add_api_route(path(Step.CALL), pages.ring, methods=["POST"])
    made.add_api_route(CHECK, pages.check, methods=["POST"])
    made.add_api_route(STATE, pages.state, methods=["POST"])
    return made


def _phones(application: Application) -> tuple[RegisteredPhone, ...]:
    return application.identity.customer.phones if application.identity else ()


def _route(application: Application, index: int) -> Route:
    """The route that a phone is reached by."""
    phones = _phones(application)
    abroad = index < len(phones) and phones[index].kind is PhoneKind.OVERSEAS
    return Route.OVERSEAS if abroad else Route.ARS


def _words(language: str, state: str, tries_left: int) -> str:
    return say(language, f"issue_call.{state}", tries_left=tries_left)
