"""How every call reaches the bank: its body is read whole first, and the centre's calls must be signed."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from dojang import problems
from dojang.demo.bank.desk import Desk
from dojang.refusals import MalformedJson
from dojang.serving.app import checked_call

_text: Final = {"type": "string"}
_problem: Final = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {"type": _text, "title": _text, "status": {"type": "integer"}, "code": _text},
}
# How every "no" is described: RFC 9457, with facts such as `tries_left` or `field` as further members.
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {
        "description": "Refused, by `code`; nothing is lost or half-written",
        "content": {problems.MEDIA_TYPE: {"schema": _problem}},
    }
}

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OpenRoute(APIRoute):
    """Anybody may call. The body's limit speaks here, before the framework would take its "no" for broken JSON."""

    async def admit(self, request: Request) -> None:
        """The body is read. Raises `BodyTooLarge`."""
        await request.body()

    def get_route_handler(self) -> Handler:
        """The framework's handler, behind `admit`."""
        inner = super().get_route_handler()

        async def admitted(request: Request) -> Response:
            await self.admit(request)
            try:
                return await inner(request)
            except HTTPException as error:
                if error.status_code == 400:  # bytes that are no text, or nested too deep
                    raise MalformedJson from None
                raise

        return admitted


class SignedRoute(OpenRoute):
    """Only our own services may call: the signature is checked before the body is looked at."""

    async def admit(self, request: Request) -> None:
        """Raises `CallRefused`, `BodyTooLarge`."""
        await checked_call(request.app.state.callers)(request)


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
