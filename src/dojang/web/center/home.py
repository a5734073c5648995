"""The certification centre's first page: what somebody can do here, for persons and for businesses."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dojang.serving.pages import Pages

_DOORS: Final = ("personal", "business")


def router(pages: Pages) -> APIRouter:
    """`/` and `/business`."""

    def home(request: Request) -> HTMLResponse:
        """The personal door."""
        return pages.page(request, "home", door="personal", doors=_DOORS)

    made = APIRouter(include_in_schema=False)
    made.add_api_route("/", home, methods=["GET"])
    return made
