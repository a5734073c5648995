"""The house itself: what is locked stays hashed and placeless, and no rule is held by a name that nobody bears."""

import re
import subprocess
import sys
import tomllib
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


def test_every_module_that_a_contract_names_exists() -> None:
    """A contract over a wildcard that matches nothing is kept by an empty promise."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    named = {
        module.removesuffix(".**").removesuffix(".*")
        for contract in contracts
        for key in ("source_modules", "forbidden_modules", "modules")
        for module in contract.get(key, ())
        if module.startswith("dojang.")
    }
    missing = [name for name in named if not list((ROOT / "src").glob(name.replace(".", "/") + "*"))]
    assert missing == []


def test_a_guard_carries_neither_fastapi_nor_sqlalchemy() -> None:
    """What a guard does not load cannot be used against the keys that it holds."""
    probe = "import sys, dojang.guard.server; print(*sorted({'fastapi', 'sqlalchemy', 'alembic'} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True, text=True).stdout
    assert loaded.strip() == ""
