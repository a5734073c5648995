"""Step three: each item with its text, required or not, agreed to one by one or all at once."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dojang.journeys import prove_identity as journey
from dojang.journeys.prove_identity import Mine
from dojang.policy.wording import TermsItem, terms
from dojang.refusals import ConsentMissing
from dojang.values.application import Application, Consent, Step
from dojang.web.center.wizard import Entered, Wizard, path
from dojang.web.forms import Form


class TermsPage:
    """Reads, hands to the journey, replies."""

    def __init__(self, wizard: Wizard) -> None:
        self._wizard = wizard

    def show(self, request: Request) -> Response:
        """The items."""
        return self._wizard.read(Step.TERMS, request, self._draw)

    def agree(self, request: Request, form: Form) -> Response:
        """What was ticked, to the very texts that were shown."""

        def act(mine: Mine, _name: str) -> str:
            given = [_consent(item, form) for item in terms()]
            return self._wizard.after(journey.agree_to_terms(mine, given, self._wizard.desk))

        wrong = tuple(item.item for item in terms() if item.required and not _ticked(item, form))
        return self._wizard.send(Step.TERMS, request, form, act, self._draw, wrong)

    def _draw(self, request: Request, application: Application, entered: Entered) -> Response:
        language = self._wizard.pages.view(request).language
        ticked = {item.item: bool(entered.form) and _ticked(item, entered.form) for item in terms()}
        fields = {ConsentMissing.code: "all"}
        return self._wizard.page(
            request, application, Step.TERMS, entered, items=terms(), language=language, ticked=ticked, fields=fields
        )


def router(wizard: Wizard) -> APIRouter:
    """`/issue/terms`."""
    page = TermsPage(wizard)
    made = APIRouter(include_in_schema=False)
    made.add_api_route(path(Step.TERMS), page.show, methods=["GET"])
    made.add_api_route(path(Step.TERMS), page.agree, methods=["POST"])
    return made


def _ticked(item: TermsItem, form: Mapping[str, str]) -> bool:
    """By its own box, or by the one for all."""
    return item.item in form or "all" in form


def _consent(item: TermsItem, form: Mapping[str, str]) -> Consent:
    """The answer to the text that the page showed, which may not be today's."""
    version, _, text = form.get(f"{item.item}_text", "").partition(":")
    return Consent(
        item.item, int(version) if version.isascii() and version.isdecimal() else 0, text, _ticked(item, form)
    )
