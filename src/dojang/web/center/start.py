"""Where somebody arrives to get a certificate or a new one: steps one and two, ticked on arrival."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from dojang.journeys import prove_identity as journey
from dojang.proofing import application as steps
from dojang.refusals import ApplicationExpired, ApplicationNotFound, Refusal, SessionMissing
from dojang.serving.pages import own_path
from dojang.values.application import ApplicationForm, HolderKind, Step
from dojang.web.center.wizard import COOKIE, HOME, Wizard, path
from dojang.web.forms import Form


class StartPages:
    """Reads, hands to the journey, replies."""

    def __init__(self, wizard: Wizard) -> None:
        self._wizard = wizard

    def arrive(self, request: Request) -> Response:
        """On from where this browser's application stands; the beginning if there is none."""
        try:
            application = journey.resume(self._wizard.mine(request), self._wizard.desk)
        except (ApplicationExpired, ApplicationNotFound, SessionMissing) as refusal:
            return self._wizard.gone(request, refusal)
        turn = steps.expected(application, self._wizard.desk.clock.now())
        return RedirectResponse(path(turn, "" if turn in (Step.TERMS, Step.ISSUED) else "resumed"), 303)

    def begin(self, request: Request, form: Form) -> Response:
        """A new application, unless one goes on in this browser; a new one in any case if `anew` is asked."""
        response = RedirectResponse(HOME, 303)

        def act(_name: str) -> str:
            if form.get("anew") or not self._goes_on(request):
                self._arrive(request, response)
            return HOME

        self._wizard.forms.again(request, form, act)
        return response

    def extend(self, request: Request, form: Form) -> Response:
        """The whole time again, on the page where somebody was."""

        def act(_name: str) -> str:
            journey.extend(self._wizard.mine(request), self._wizard.desk)
            return own_path(form.get("back", ""))

        try:
            return RedirectResponse(self._wizard.forms.again(request, form, act), 303)
        except (ApplicationExpired, ApplicationNotFound, SessionMissing) as refusal:
            return self._wizard.gone(request, refusal)

    def _goes_on(self, request: Request) -> bool:
        try:
            journey.resume(self._wizard.mine(request), self._wizard.desk)
        except Refusal:
            return False
        return True

    def _arrive(self, request: Request, response: Response) -> None:
        session = self._wizard.sessions.entered(request, response)
        application = journey.arrive(ApplicationForm(HolderKind.PERSONAL, session), self._wizard.desk)
        secure = self._wizard.pages.origin.startswith("https://")
        response.set_cookie(COOKIE, application.id, path=HOME, httponly=True, samesite="lax", secure=secure)


def router(wizard: Wizard) -> APIRouter:
    """`/issue`, `/issue/start` and `/issue/extend`."""
    pages = StartPages(wizard)
    made = APIRouter(include_in_schema=False)
    made.add_api_route(HOME, pages.arrive, methods=["GET"])
    made.add_api_route(f"{HOME}/start", pages.begin, methods=["POST"])
    made.add_api_route(f"{HOME}/extend", pages.extend, methods=["POST"])
    return made
