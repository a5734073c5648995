"""The browsers that the customer stays connected in: which they are, and how each is disconnected."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from dojang.journeys import devices
from dojang.journeys.enter_center import HOME
from dojang.journeys.visits import VisitsDesk
from dojang.pin.encoding import unb64
from dojang.refusals import InvalidField, NotBase64Url
from dojang.serving.pages import Pages
from dojang.web import connected
from dojang.web.center.certificates import CertificatePages
from dojang.web.forms import Form, Forms
from dojang.web.sessions import Sessions

PATH: Final = f"{HOME}/devices"
_GONE: Final = "gone"


class DevicePages:
    """Reads, hands to a journey, replies."""

    def __init__(
        self, desk: VisitsDesk, sessions: Sessions, forms: Forms, pages: Pages, holder: CertificatePages
    ) -> None:
        self._desk, self._sessions, self._forms, self._pages = desk, sessions, forms, pages
        self._holder = holder

    def listed(self, request: Request) -> Response:
        """Every one, this browser's marked."""

        def show(session: str) -> Response:
            found = devices.listed(self._desk, session, connected.token_of(request))
            return self._pages.page(request, "devices", devices=found, gone=_GONE in request.query_params)

        return self._holder.for_holder(request, PATH, show)

    def disconnect(self, request: Request, form: Form) -> Response:
        """It opens nothing any more."""

        def gone(session: str) -> Response:
            device = form.get("device", "")
            here = {one.id for one in self._here(request, session)}

            def act(_name: str) -> str:
                devices.disconnect(self._desk, session, _id(device))
                return f"{PATH}?{_GONE}"

            response = RedirectResponse(self._forms.once(request, form, act), 303)
            if device in here:
                connected.drop(response)
            return response

        return self._holder.for_holder(request, PATH, gone)

    def _here(self, request: Request, session: str) -> list[devices.Listed]:
        found = devices.listed(self._desk, session, connected.token_of(request))
        return [one for one in found if one.this_browser]


def router(pages: DevicePages) -> APIRouter:
    """`/certificates/devices`."""
    made = APIRouter(include_in_schema=False)
    made.add_api_route(PATH, pages.listed, methods=["GET"])
    made.add_api_route(PATH, pages.disconnect, methods=["POST"])
    return made


def _id(text: str) -> bytes:
    try:
        return unb64(text, 32)
    except NotBase64Url:
        raise InvalidField(field="device") from None
