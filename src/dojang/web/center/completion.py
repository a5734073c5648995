"""What was issued, however often it is looked at, and what to do next."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dojang.journeys import outcome
from dojang.values.application import Application, Step
from dojang.values.relying_party import RelyingParty
from dojang.web.center.wizard import Entered, Wizard, path


class CompletionPage:
    """Reads, hands to the journey, replies."""

    def __init__(self, wizard: Wizard, clients: Mapping[str, RelyingParty]) -> None:
        self._wizard, self._clients = wizard, clients

    def show(self, request: Request) -> Response:
        """The certificate of this browser's application."""
        return self._wizard.read(Step.ISSUED, request, self._draw)

    def _draw(self, request: Request, application: Application, entered: Entered) -> Response:
        language = self._wizard.pages.view(request).language
        places = [
            (client.name[language], origin)
            for client in self._clients.values()
            for origin in client.origins[:1]
            if origin.startswith(("https://", "http://"))
        ]
        issued = outcome.of_application(application, self._wizard.desk)
        return self._wizard.page(request, application, Step.ISSUED, entered, issued=issued, places=places)


def router(wizard: Wizard, clients: Mapping[str, RelyingParty]) -> APIRouter:
    """`/issue/issued`."""
    page = CompletionPage(wizard, clients)
    made = APIRouter(include_in_schema=False)
    made.add_api_route(path(Step.ISSUED), page.show, methods=["GET"])
    return made
