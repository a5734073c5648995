"""The TypeScript side under Node: its own tests, and what it makes for Python."""

import json
from pathlib import Path

import pytest

from tests.browser.node import BROWSER, run_node
from tests.vectors.make_pin_protocol import FILE, TYPESCRIPT
from tests.vectors.test_made_by_typescript import check_device, check_sealed, check_statement

TESTS = sorted(path.name.removesuffix(".ts") for path in (BROWSER / "test").glob("*.test.ts"))


@pytest.mark.parametrize("name", TESTS)
def test_every_test_passes_under_node(name: str, bundled_tests: Path) -> None:
    run_node("--test", bundled_tests / f"{name}.mjs")


def test_typescript_makes_what_is_filed_and_seals_it_afresh(bundled_tests: Path) -> None:
    made = json.loads(run_node(bundled_tests / "made_by_typescript.mjs", FILE))
    filed = json.loads(FILE.read_text("utf-8"))[TYPESCRIPT]
    fresh = {"sealed": None, "device": None}
    assert made | fresh == filed | fresh
    assert all(made[name] != filed[name] for name in fresh)
    check_sealed(made)
    check_device(made)
    check_statement(made)
