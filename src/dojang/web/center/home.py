"""The certification centre's first page: what somebody can do here, for persons and for businesses."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dojang.serving.pages import Pages


def router(pages: Pages) -> APIRouter:
    """`/` and `/business`."""

    def home(request: Request) -> HTMLResponse:
        """The personal door."""
        return pages.page(request, "home")

    def business(request: Request) -> HTMLResponse:
        """The business door: what there is not yet, and what to do."""
        return pages.page(request, "business")

    made = APIRouter(include_in_schema=False)
    made.add_api_route("/", home, methods=["GET"])
    made.add_api_route("/business", business, methods=["GET"])
    return made
