from fastapi import FastAPI
from starlette.testclient import TestClient

from dojang.web.app import center_pages
from dojang.web.center import home
from tests.browser.camera import Camera

ORIGIN = "http://center.dojang.localhost:8001"


def test_the_first_page_looks_right_in_every_way(camera: Camera) -> None:
    pages = center_pages(ORIGIN, "http://pin.dojang.localhost:8014")
    app = FastAPI(routes=pages.routes())
    app.include_router(home.router(pages))
    site = TestClient(app, base_url=ORIGIN)
    camera.shoot("home", "main", lambda language: site.get("/", headers={"Accept-Language": language}), site.get)
