"""How every call reaches the bank: its body is read whole first, and the centre's calls must be signed."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from dojang.demo.bank.desk import Desk
from dojang.serving.app import checked_call

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OpenRoute(APIRoute):
    """Anybody may call. The body's limit speaks here, before the framework would take its "no" for broken JSON."""

    def get_route_handler(self) -> Handler:
        """The framework's handler behind the reading of the body."""
        inner = super().get_route_handler()

        async def read_first(request: Request) -> Response:
            await request.body()
            return await inner(request)

        return read_first


class SignedRoute(APIRoute):
    """Only our own services may call: the signature is checked before the body is looked at."""

    def get_route_handler(self) -> Handler:
        """The framework's handler behind the check. Raises `CallRefused`."""
        inner = super().get_route_handler()

        async def check_first(request: Request) -> Response:
            await checked_call(request.app.state.callers)(request)
            return await inner(request)

        return check_first


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
