"""All seven hold: what will be issued, and what stops by it, before the way goes on to the PIN page."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from dojang.journeys import outcome
from dojang.journeys import prove_identity as journey
from dojang.journeys.prove_identity import Mine
from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import say
from dojang.refusals import Refusal
from dojang.values.applicant import masked_name, masked_phone
from dojang.values.application import Application, Step
from dojang.values.relying_party import RelyingParty
from dojang.web.center.wizard import COOKIE, HOME, Entered, Wizard, live, path
from dojang.web.forms import Form
from dojang.web.page_calls import check_origin

CHECK: Final = f"{path(Step.PIN)}/check"
STATE: Final = f"{path(Step.PIN)}/state"
KEEP: Final = f"{HOME}/keep"
_CERTIFICATES: Final = "/certificates"


class ConfirmationPages:
    """Reads, hands to the journey, replies. `pin_origin`: where the PIN page is."""

    def __init__(self, wizard: Wizard, clients: Mapping[str, RelyingParty], pin_origin: str) -> None:
        self._wizard, self._clients, self._pin_origin = wizard, clients, pin_origin

    def show(self, request: Request) -> Response:
        """What will be issued; or that it is on its way."""
        return self._wizard.read(Step.PIN, request, self._draw)

    def go(self, request: Request, form: Form) -> Response:
        """On to the PIN page, which is told how the customer wants to see it."""

        def act(mine: Mine, _name: str) -> str:
            code = journey.begin_pin(mine, self._wizard.desk, connect="connect" in form)
            return f"{self._pin_origin}/#code={code}&{self._wizard.pages.view(request).fragment()}"

        return self._wizard.send(Step.PIN, request, form, act, self._draw, again=True)

    def keep(self, request: Request, form: Form) -> Response:
        """The certificate that there is stays: this browser forgets the application."""
        response = RedirectResponse(_CERTIFICATES, 303)
        self._wizard.forms.again(request, form, lambda _name: _CERTIFICATES)
        response.delete_cookie(COOKIE, path=HOME)
        return response

    def check(self, request: Request, form: Form) -> Response:
        """Has it come? Asked as often as somebody likes."""

        def act(mine: Mine, _name: str) -> str:
            return self._wizard.after(journey.resume(mine, self._wizard.desk))

        return self._wizard.send(Step.PIN, request, form, act, self._draw, again=True)

    def state(self, request: Request) -> Response:
        """Whether it has come, for a page that watches."""
        check_origin(request.headers, self._wizard.pages.origin)
        language = self._wizard.pages.view(request).language
        try:
            application = journey.resume(self._wizard.mine(request), self._wizard.desk)
        except Refusal:
            return live("", over=True)
        coming = not application.serial and outcome.is_coming(application, self._wizard.desk)
        return live(say(language, "issue_coming.waiting"), over=not coming)

    def _draw(self, request: Request, application: Application, entered: Entered) -> Response:
        if outcome.is_coming(application, self._wizard.desk):
            facts = {"name": "coming", "check": CHECK, "watch": STATE}
            return self._wizard.page(request, application, Step.PIN, Entered(), **facts)
        replaced = outcome.to_be_replaced(application, self._wizard.desk)
        language = self._wizard.pages.view(request).language
        return self._wizard.page(
            request,
            application,
            Step.PIN,
            entered,
            given=self._given(language, application),
            until=outcome.valid_until(NUMBERS.certificate.years, self._wizard.desk),
            replaced=replaced,
            parties=[self._named(language, party) for party in replaced.parties] if replaced else [],
            keep=KEEP,
        )

    def _given(self, language: str, application: Application) -> list[tuple[str, str]]:
        given = application.details
        if given is None:
            return []
        shown = {"name": masked_name(given.name), "phone": masked_phone(given.phone), "birth_date": given.birth_date}
        return [(say(language, f"issue_proven.{name}"), value) for name, value in shown.items()]

    def _named(self, language: str, client_id: str) -> str:
        return self._clients[client_id].name[language] if client_id in self._clients else client_id


def router(wizard: Wizard, clients: Mapping[str, RelyingParty], pin_origin: str) -> APIRouter:
    """`/issue/pin`, what is asked below it, and `/issue/keep`."""
    pages = ConfirmationPages(wizard, clients, pin_origin)
    made = APIRouter(include_in_schema=False)
    made.add_api_route(path(Step.PIN), pages.show, methods=["GET"])
    made.add_api_route(path(Step.PIN), pages.go, methods=["POST"])
    made.add_api_route(CHECK, pages.check, methods=["POST"])
    made.add_api_route(STATE, pages.state, methods=["POST"])
    made.add_api_route(KEEP, pages.keep, methods=["POST"])
    return made
