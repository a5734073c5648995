from functools import partial

import httpx2
from starlette.testclient import TestClient

from tests.browser.camera import Camera, Language
from tests.journeys.proofing import World
from tests.web.center.site import ORIGIN, center


def test_the_first_pages_look_right_in_every_way(camera: Camera) -> None:
    site = TestClient(center(World()), base_url=ORIGIN)

    def look(path: str, language: Language) -> httpx2.Response:
        return site.get(path, headers={"Accept-Language": language})

    camera.shoot("home", "main", partial(look, "/"), site.get)
    camera.shoot("business", "main", partial(look, "/business"), site.get)
