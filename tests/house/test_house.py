"""The house itself: what is locked stays hashed and placeless, and no rule is held by a name that nobody bears."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKED = [ROOT / "requirements" / name for name in ("run.txt", "test.txt")]


def pins(locked: Path) -> dict[str, str]:
    """Each pinned requirement with its block of hashes."""
    blocks = re.split(r"(?m)^(?=\S)", locked.read_text())
    return {block.split()[0]: block for block in blocks if block.strip()}


@pytest.mark.parametrize("locked", LOCKED, ids=lambda path: path.name)
def test_every_requirement_is_one_version_with_its_hashes(locked: Path) -> None:
    for pin, block in pins(locked).items():
        assert re.fullmatch(r"[a-z0-9.-]+==[0-9][\w.]*", pin)
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), pin


def test_an_environment_made_for_the_tests_runs_the_demo_with_the_same_versions() -> None:
    run, test = (pins(locked) for locked in LOCKED)
    assert run.items() <= test.items()


def test_no_file_says_where_packages_come_from() -> None:
    """A lock file that names a host sends every user there, whatever their own machine is set up for."""
    hosts = re.compile(
        r"(https?:|//)[\w.-]*(pypi|pythonhosted|npmjs|yarnpkg|debian)\.(org|com|net)|--(extra-)?index-url|\"resolved\":",
        re.IGNORECASE,
    )
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    named = [
        f"{name}: {found.group()}"
        for name in listed.split("\0")
        if name and name != str(Path(__file__).relative_to(ROOT)) and (ROOT / name).is_file()
        for found in hosts.finditer((ROOT / name).read_text(encoding="utf-8", errors="replace"))
    ]
    assert named == []
