"""The camera sees what a reviewer would."""

import httpx2
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.camera import Camera, problems_of

GOOD = '<!doctype html><html lang="en"><head><title>t</title></head><body><main><h1>One</h1>{}</main></body></html>'


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<h1>Two</h1>", "2 h1"),
        ('<div style="width:2000px">wide</div>', "sideways"),
        ('<button style="width:20px;height:20px">x</button>', "small target"),
        ('<img src="data:,">', "axe image-alt"),
        ("<input>", "axe label"),
        ('<p style="color:#ccc;background:#fff">faint</p>', "axe color-contrast"),
        ("", "Dojang Sans is not loaded"),
    ],
)
def test_what_is_wrong_with_a_page_is_found(page: Page, body: str, problem: str) -> None:
    page.set_content(GOOD.format(body))
    assert problem in "\n".join(problems_of(page))


def test_a_broken_policy_is_found(browser: Browser) -> None:
    camera = Camera(browser)
    headers = {"Content-Security-Policy": "script-src 'none'"}
    request = httpx2.Request("GET", "http://site.localhost/")
    html = GOOD.format("<script>1</script>")
    camera.shoot("camera", "test", lambda _: httpx2.Response(200, html=html, headers=headers, request=request), no_file)
    camera.close()
    assert "Content Security Policy" in "\n".join(camera.problems)


def no_file(_address: str) -> httpx2.Response:
    return httpx2.Response(404)
