"""A "no" for a person: what happened to the money first, then why, and what to do."""

import json
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Request
from starlette.responses import Response

from dojang.policy.wording import sentences
from dojang.serving.pages import Pages

Handler = Callable[[Request, Exception], Awaitable[Response]]
_AREAS: Final = (("/banking/transfer", "transfer"), ("/transfers", "transfer"), ("/login", "login"))
# What the remedy's button leads to; the rest goes home.
_LOG_IN: Final = frozenset({"session_missing", "login_refused", "signer_refused", "signature_invalid"})


def in_words(answer: Handler, pages: Pages) -> Handler:
    """As `answer`, but as a page for a browser that asks for one. Calls between programs keep their problem bodies."""

    async def told(request: Request, error: Exception) -> Response:
        response = await answer(request, error)
        if "text/html" not in request.headers.get("accept", ""):
            return response
        code = str(json.loads(bytes(response.body)).get("code", "unexpected"))
        said = code if f"bank_no.{code}_why" in sentences("ko") else "unexpected"
        area = next((area for path, area in _AREAS if request.url.path.startswith(path)), "page")
        facts = {"code": code, "said": said, "area": area, "log_in": code in _LOG_IN}
        page = pages.page(request, "refused", response.status_code, **facts)
        page.headers.update(
            {name: response.headers[name] for name in ("Retry-After", "Allow") if name in response.headers}
        )
        return page

    return told
