"""The tests of the browser's side, bundled once per worker; and a Chromium that meets a world of the tests' own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.camera import Camera
from tests.browser.node import run_node
from tests.browser.visitor import Visitor
from tests.client.world import World

# Two busy cores must not decide a verdict. How fast a use is with a guard down is measured under Node.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def bundled_tests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every test of browser/test as a module that Node runs, and the checks that Chromium runs."""
    folder = tmp_path_factory.mktemp("browser-tests")
    run_node("build.mjs", "--tests", folder)
    return folder


@pytest.fixture
def camera(browser: Browser) -> Iterator[Camera]:
    """Takes pictures for the gallery; whatever is wrong on one of them fails the test."""
    camera = Camera(browser)
    yield camera
    camera.close()
    assert not camera.problems, "\n".join(camera.problems)


@pytest.fixture
def page_world(tmp_path: Path) -> World:
    """Real guards, a real vault, and a small centre of the tests' own."""
    return World(tmp_path)


@pytest.fixture
def visitor(browser: Browser, page_world: World, tmp_path: Path) -> Iterator[Visitor]:
    """A customer's Chromium in that world. Whatever it wrote anywhere is searched for the PIN at the end."""
    visitor = Visitor(browser, page_world, tmp_path / "visit.har")
    yield visitor
    visitor.leave()
