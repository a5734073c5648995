"""The bank's first page: what this is, and how to play it in two windows."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dojang.demo.bank.site.frame import ThePages

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request, pages: ThePages) -> HTMLResponse:
    """What a newcomer reads first."""
    return pages.page(request, "home")
