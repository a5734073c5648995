"""The committed bundle is what the sources build to, and holds nothing that it should not."""

import json
import re
from pathlib import Path

from dojang.pin_page import files
from tests.browser.node import BROWSER, run_node

STATIC = Path(files.__file__).parent / "static"


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_rebuild_gives_the_committed_bytes(tmp_path: Path) -> None:
    run_node("build.mjs", "--page", tmp_path / "one")
    run_node("build.mjs", "--page", tmp_path / "two")
    assert _contents(tmp_path / "one") == _contents(tmp_path / "two")
    assert _contents(tmp_path / "one") == _contents(STATIC)


def test_the_sources_pass_the_strict_compiler() -> None:
    compiler = BROWSER / "node_modules" / "typescript" / "bin" / "tsc"
    run_node(compiler, "--project", "tsconfig.json")
    run_node(compiler, "--project", "test/tsconfig.json")


def test_the_page_names_no_other_host() -> None:
    for name in ("index.html", "pin_page.css", "pin_page.js", "stretching_worker.js"):
        text = (STATIC / name).read_text("utf-8")
        assert not re.search(r"https?://(?!www\.w3\.org/)", text), name
        assert not re.search(r"\b(eval|innerHTML|document\.write)\b", text), name


def test_the_lock_names_versions_and_hashes_and_no_registry() -> None:
    lock = json.loads((BROWSER / "package-lock.json").read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert not any("resolved" in package for package in packages.values())
