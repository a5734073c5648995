"""Step six on the phone: the registered mobile shows what is asked and the same code as the screen, and approves."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from dojang.journeys import prove_identity as journey
from dojang.journeys.prove_identity import Mine
from dojang.policy.refusal_words import told
from dojang.policy.wording import say
from dojang.refusals import ApprovalDeclined, ApprovalOver, ApprovalPending, BankUnavailable, Refusal
from dojang.values.application import Application, Medium, Step
from dojang.web.center.medium import MOBILE, media_of, ways_besides
from dojang.web.center.wizard import Entered, Wizard, live, path
from dojang.web.forms import Form
from dojang.web.page_calls import check_origin

CHECK: Final = f"{MOBILE}/check"
STATE: Final = f"{MOBILE}/state"
_OVER: Final = {ApprovalDeclined.code: "declined", ApprovalOver.code: "over"}


class ApprovalPages:
    """Reads, hands to the journey, replies."""

    def __init__(self, wizard: Wizard) -> None:
        self._wizard = wizard

    def show(self, request: Request) -> Response:
        """The phone may be asked, or was."""
        return self._wizard.read(Step.MEDIUM, request, self._draw)

    def ask(self, request: Request, form: Form) -> Response:
        """The phone shows it."""

        def act(mine: Mine, name: str) -> str:
            journey.ask_phone(mine, name, self._wizard.desk)
            return MOBILE

        return self._wizard.send(Step.MEDIUM, request, form, act, self._draw)

    def check(self, request: Request, form: Form) -> Response:
        """Was it approved? Asked as often as somebody likes."""

        def act(mine: Mine, _name: str) -> str:
            application = journey.resume(mine, self._wizard.desk)
            if self._wizard.after(application) != path(Step.MEDIUM):  # a page that watched was told already
                return self._wizard.after(application)
            try:
                return self._wizard.after(journey.check_phone(mine, self._wizard.desk))
            except ApprovalPending:
                return f"{MOBILE}?why=not_yet"

        return self._wizard.send(Step.MEDIUM, request, form, act, self._draw, again=True)

    def state(self, request: Request) -> Response:
        """The approval in words, for a page that watches it; `over`: there is something new for the page to show."""
        check_origin(request.headers, self._wizard.pages.origin)
        language = self._wizard.pages.view(request).language
        try:
            journey.check_phone(self._wizard.mine(request), self._wizard.desk)
        except ApprovalPending:
            return live(say(language, "issue_approval.waiting"), over=False)
        except BankUnavailable as refusal:
            return live(told(language, refusal).sentence, over=False)
        except Refusal as refusal:
            return live(told(language, refusal).sentence, over=True)
        return live(say(language, "issue_approval.approved"), over=True)

    def _draw(self, request: Request, application: Application, entered: Entered) -> Response:
        if Medium.MOBILE_CONFIRM not in media_of(application):
            return RedirectResponse(path(Step.MEDIUM), 303)
        asked, state = application.asked_approval, "ask"
        if asked is not None and asked.approval_id:
            state = "waiting" if self._wizard.desk.clock.now() < asked.expires_at else "over"
        if entered.refusal and entered.refusal.code in _OVER:
            state, entered = _OVER[entered.refusal.code], Entered()
        return self._wizard.page(
            request,
            application,
            Step.MEDIUM,
            entered,
            name="approval",
            asked=asked,
            state=state,
            check=CHECK,
            watch=STATE,
            **ways_besides(application, Medium.MOBILE_CONFIRM),
        )


def router(wizard: Wizard) -> APIRouter:
    """`/issue/medium/mobile` and what is asked below it."""
    pages = ApprovalPages(wizard)
    made = APIRouter(include_in_schema=False)
    made.add_api_route(MOBILE, pages.show, methods=["GET"])
    made.add_api_route(MOBILE, pages.ask, methods=["POST"])
    made.add_api_route(CHECK, pages.check, methods=["POST"])
    made.add_api_route(STATE, pages.state, methods=["POST"])
    return made
