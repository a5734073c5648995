"""The PIN page over HTTP: GET and HEAD of a few files, under headers that leave the page only what it needs."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dojang.pin.anchors import Anchors
from dojang.pin_page.files import File, served
from dojang.pin_page.settings import PREFIX, PinPageSettings
from dojang.refusals import SettingRefused
from dojang.serving.app import service

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
_ONLY_TLS: Final = "max-age=63072000; includeSubDomains"


def application(settings: PinPageSettings) -> Starlette:
    """The page for these anchors. Raises `SettingRefused` without a bundle."""
    files = served(settings)
    app = service(
        [Route(path, _endpoint(file)) for path, file in files.items()],
        ready=lambda: None,
        registry=CollectorRegistry(),
    )
    app.add_middleware(
        Headers, headers={**_HEADERS, "Content-Security-Policy": content_security_policy(settings.anchors)}
    )
    return app


def content_security_policy(anchors: Anchors) -> str:
    """Scripts, styles, font and the worker from this origin; connections to it, the guards and the centre.

    Raises `SettingRefused` for anchors whose origins are none: they would end up in the policy as they are.
    """
    origins = [*(guard.origin for guard in anchors.guards), anchors.center_origin]
    if not all(_ORIGIN.fullmatch(origin) for origin in origins):
        raise SettingRefused(setting=PREFIX + "ANCHORS")
    parties = dict.fromkeys(["'self'", *origins])
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "worker-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            f"connect-src {' '.join(parties)}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class Headers:
    """The same headers on every answer; and on one that went over TLS, that none may go without it."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = _ONLY_TLS
            await send(message)

        await self._app(scope, receive, with_headers)


def _endpoint(file: File) -> Callable[[Request], Awaitable[Response]]:
    caching = {"Cache-Control": "no-cache" if file.kept else "no-store"}
    tag = {"ETag": file.tag} if file.kept else {}

    async def answer(request: Request) -> Response:
        if file.kept and request.headers.get("If-None-Match") == file.tag:
            return Response(status_code=304, headers={**caching, **tag})
        return Response(file.content, media_type=file.media_type, headers={**caching, **tag})

    return answer
