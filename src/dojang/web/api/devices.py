"""A customer's browsers as JSON, for the pages and for clients without a browser."""

from typing import Annotated, Final, Self

from fastapi import APIRouter, Depends, Path, Request, Response

from dojang.journeys import devices
from dojang.journeys.devices import Listed
from dojang.journeys.visits import VisitsDesk
from dojang.pin.encoding import unb64
from dojang.serving.bodies import Body
from dojang.web import connected
from dojang.web.api.logins import unstored
from dojang.web.api.visit_bodies import Nothing
from dojang.web.sessions import Sessions

PREFIX: Final = "/api/v1/devices"
DeviceId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]


class DeviceView(Body):
    """One browser. `label` is empty where it did not say what it is."""

    id: str
    label: str
    added_at: int
    last_used_at: int
    this_browser: bool

    @classmethod
    def of(cls, device: Listed) -> Self:
        """As it is listed."""
        return cls(
            id=device.id,
            label=device.label,
            added_at=device.added_at,
            last_used_at=device.last_used_at,
            this_browser=device.this_browser,
        )


class DevicesView(Body):
    """The first connected first."""

    devices: list[DeviceView]


class DevicesApi:
    """Reads, hands to the journey, replies."""

    def __init__(self, desk: VisitsDesk, sessions: Sessions) -> None:
        self._desk, self._sessions = desk, sessions

    def list(self, request: Request) -> DevicesView:
        """Every browser of the customer who is signed in."""
        return self._listed(self._sessions.required(request), connected.token_of(request))

    def remove(self, device: DeviceId, _body: Nothing, request: Request, response: Response) -> DevicesView:
        """It is disconnected, here and at the guards; those that are left."""
        session, token = self._sessions.required(request), connected.token_of(request)
        before = self._listed(session, token)
        devices.disconnect(self._desk, session, unb64(device, 32))
        if any(one.id == device and one.this_browser for one in before.devices):
            connected.drop(response)
        return self._listed(session, token)

    def _listed(self, session: str, token: str) -> DevicesView:
        return DevicesView(devices=[DeviceView.of(one) for one in devices.listed(self._desk, session, token)])


def router(desk: VisitsDesk, sessions: Sessions) -> APIRouter:
    """The list, and one's removal."""
    api = DevicesApi(desk, sessions)
    made = APIRouter(prefix=PREFIX, tags=["devices"], dependencies=[Depends(unstored)])
    made.add_api_route("", api.list, methods=["GET"])
    made.add_api_route("/{device}/remove", api.remove, methods=["POST"])
    return made
