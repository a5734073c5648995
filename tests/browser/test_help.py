"""Help and the questions people ask, looked at."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from dojang.web.app import center_pages
from dojang.web.center import help as center_help
from tests.browser.camera import Camera

ORIGIN = "http://center.dojang.localhost:8001"


@pytest.mark.parametrize(
    ("page", "state", "address"),
    [
        ("help", "main", "/help"),
        ("faq", "main", "/faq"),
        ("faq", "found", "/faq?q=6"),
        ("faq", "nothing_found", "/faq?q=xyz"),
    ],
)
def test_it_looks_right_in_every_way(camera: Camera, page: str, state: str, address: str) -> None:
    pages = center_pages(ORIGIN, "http://pin.dojang.localhost:8014")
    app = FastAPI(routes=pages.routes())
    app.include_router(center_help.router(pages))
    client = TestClient(app, base_url=ORIGIN)
    camera.shoot(page, state, lambda language: client.get(address, headers={"Accept-Language": language}), client.get)
