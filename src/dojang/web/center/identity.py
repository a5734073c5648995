"""Step four: the bank's user id, and the resident number sealed in the browser for core banking alone."""

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dojang.journeys import prove_identity as journey
from dojang.journeys.prove_identity import Mine
from dojang.pin.encoding import unb64
from dojang.refusals import IdentityLocked, IdentityNotMatched, NotBase64Url
from dojang.serving.pages import KST
from dojang.values.application import Application, Step
from dojang.web.center.wizard import Entered, Wizard, path
from dojang.web.forms import Form

_USER_ID: Final = 64  # characters
_FIELDS: Final = {IdentityNotMatched.code: "user_id", IdentityLocked.code: "user_id"}


class IdentityPage:
    """Reads, hands to the journey, replies."""

    def __init__(self, wizard: Wizard) -> None:
        self._wizard = wizard

    def show(self, request: Request) -> Response:
        """The form, which only a browser with JavaScript can send."""
        return self._wizard.read(Step.IDENTITY, request, self._draw)

    def say_who(self, request: Request, form: Form) -> Response:
        """The bank knows this user id by this number."""
        user_id, sealed = form.get("user_id", "").strip(), _sealed(form.get("sealed_rrn", ""))
        address = request.client.host if request.client else ""

        def act(mine: Mine, _name: str) -> str:
            return self._wizard.after(journey.say_who(mine, user_id, sealed, address, self._wizard.desk))

        wrong = tuple(
            name
            for name, right in (("user_id", 0 < len(user_id) <= _USER_ID), ("rrn_front", bool(sealed)))
            if not right
        )
        return self._wizard.send(Step.IDENTITY, request, form, act, self._draw, wrong)

    def _draw(self, request: Request, application: Application, entered: Entered) -> Response:
        today = datetime.fromtimestamp(self._wizard.desk.clock.now(), UTC).astimezone(KST).date().isoformat()
        return self._wizard.page(request, application, Step.IDENTITY, entered, today=today, fields=_FIELDS)


def router(wizard: Wizard) -> APIRouter:
    """`/issue/identity`."""
    page = IdentityPage(wizard)
    made = APIRouter(include_in_schema=False)
    made.add_api_route(path(Step.IDENTITY), page.show, methods=["GET"])
    made.add_api_route(path(Step.IDENTITY), page.say_who, methods=["POST"])
    return made


def _sealed(text: str) -> bytes:
    """As the browser sealed it; nothing if it did not."""
    try:
        return unb64(text)
    except NotBase64Url:
        return b""
