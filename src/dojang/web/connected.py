"""The cookie of a browser that its customer stays connected in: a random token, whose hash is in a row."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from dojang.policy.numbers import NUMBERS

# Cookies are shared by all ports of a host, so each app's has a name of its own.
COOKIE: Final = "dojang_center_connected"
_DAY: Final = 86_400


def token_of(request: Request) -> str:
    """The cookie's token, or nothing."""
    return request.cookies.get(COOKIE, "")


def keep(response: Response, token: str, origin: str) -> None:
    """The cookie goes with the response, unless the one at hand stays: `token` is empty then."""
    if token:
        lasts = _DAY * NUMBERS.device.connected_days
        secure = origin.startswith("https://")
        response.set_cookie(COOKIE, token, max_age=lasts, httponly=True, samesite="lax", secure=secure, path="/")


def drop(response: Response) -> None:
    """The browser is connected no more."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
