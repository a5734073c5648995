"""The tests of the browser's side, bundled once per worker."""

from pathlib import Path

import pytest

from tests.browser.node import run_node


@pytest.fixture(scope="session")
def bundled_tests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every test of browser/test as a module that Node runs, and the checks that Chromium runs."""
    folder = tmp_path_factory.mktemp("browser-tests")
    run_node("build.mjs", "--tests", folder)
    return folder
