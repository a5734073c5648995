"""A refusal as a page: first what happened to the request, then why, then the way out. Nobody is sent anywhere."""

import secrets
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dojang import problems
from dojang.policy.refusal_words import told
from dojang.refusals import InvalidField, MethodNotAllowed, NotFound, Refusal
from dojang.serving.pages import Pages

log = structlog.get_logger()

BROKEN: Final = "broken"
_FOR_PROGRAMS: Final = ("/api/", "/v1/", "/openid/", "/.well-known/")
_FOR_BROWSERS: Final = ("/openid/authorize",)
_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PLACES: Final = ("login", "sign", "issue")
_MAY_PASS: Final = (409, 429)  # besides every 5xx
_BY_STATUS: Final[dict[int, type[Refusal]]] = {404: NotFound, 405: MethodNotAllowed, 422: InvalidField}


class ErrorPages:
    """The error pages of one app."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    def page(self, request: Request, refusal: Refusal | None, again: str = "") -> HTMLResponse:
        """What a refusal, or what nobody expected, did to the request; `again` is where it can be tried once more."""
        reference = _reference()
        code, status = (refusal.code, problems.status(refusal)) if refusal else (BROKEN, 500)
        log.info("told_on_a_page", code=code, reference=reference)
        return self.pages.page(
            request,
            "error",
            status,
            heading=_heading(request.url.path.split("/")[1], status),
            told=told(self.pages.view(request).language, refusal),
            code=code.upper(),
            reference=reference,
            again=again,
            here=again or "/",
        )

    def instead(self, request: Request, error: Exception, answer: Response) -> Response:
        """The page in place of `answer`, if it is a browser that asked."""
        if not is_for_a_person(request):
            return answer
        refusal = error if isinstance(error, Refusal) else _BY_STATUS.get(answer.status_code, lambda: None)()
        page = self.page(request, refusal, _here(request) if _may_pass(answer.status_code) else "")
        page.headers.update({name: answer.headers[name] for name in ("allow", "retry-after") if name in answer.headers})
        return page


def is_for_a_person(request: Request) -> bool:
    """Whether a browser asks for a page, and not a program for JSON."""
    path = request.url.path
    program = path.startswith(_FOR_PROGRAMS) and path not in _FOR_BROWSERS
    return not program and "text/html" in request.headers.get("accept", "")


def _heading(place: str, status: int) -> str:
    """What happened to the request. Behind a 5xx it may have happened all the same: that is not called a failure."""
    return f"errors.{place if place in _PLACES else 'other'}{'_unknown' if status >= 500 else ''}"


def _may_pass(status: int) -> bool:
    """Whether the same again could end otherwise."""
    return status >= 500 or status in _MAY_PASS


def _here(request: Request) -> str:
    """The same address again, unless that would send something again."""
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query if request.method == "GET" else ""


def _reference() -> str:
    """What a customer reads out to a counsellor; the log has it beside the code."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(2))
