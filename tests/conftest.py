"""What every test may ask for: an empty PostgreSQL database, free ports, Debian's Chromium; and `--quick`."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.ports import free_port_bases
from tests.postgres_cluster import Cluster, running_cluster

HERE = Path(__file__).parent
# Left out by --quick, with every test marked slow and every one that asks for PostgreSQL.
WHOLE_SERVICES = ("attacks", "browser", "demo_house", "faults")
POSTGRESQL = "postgresql"

# Two busy cores must not decide a verdict: no deadline, and CI draws the same examples each time.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="only what needs no browser, PostgreSQL or whole service")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--quick"):
        return
    slow = [item for item in items if _is_slow(item)]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


def _is_slow(item: pytest.Item) -> bool:
    if item.get_closest_marker("slow") or item.path.relative_to(HERE).parts[0] in WHOLE_SERVICES:
        return True
    call = getattr(item, "callspec", None)
    asked_for = {*getattr(item, "fixturenames", ()), *(str(value) for value in (call.params.values() if call else ()))}
    return any(POSTGRESQL in name or "postgres_" in name for name in asked_for)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """This worker's own server, started when the first test asks."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def new_postgres_database(postgres_cluster: Cluster) -> Iterator[Callable[[], str]]:
    """Call it for one empty database more; each is dropped after the test."""
    made: list[str] = []

    def create() -> str:
        made.append(postgres_cluster.create_database())
        return made[-1]

    yield create
    for dsn in made:
        postgres_cluster.drop_database(dsn)


@pytest.fixture
def postgres_dsn(new_postgres_database: Callable[[], str]) -> str:
    """The libpq connection string of an empty database that only this test has."""
    return new_postgres_database()


@pytest.fixture(scope="session")
def _port_bases() -> Iterator[int]:
    return free_port_bases()


@pytest.fixture
def free_port_base(_port_bases: Iterator[int]) -> int:
    """The first of 32 free ports in a row on 127.0.0.1, for this test alone."""
    return next(_port_bases)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, not one that Playwright downloads; quiet on the network, and able to run as root."""
    return {
        "executable_path": shutil.which("chromium"),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }
