"""The tests' own PostgreSQL: durable as shipped, one empty database for each test, no server left behind."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest


def test_commits_are_durable(postgres_dsn: str) -> None:
    with psycopg.connect(postgres_dsn) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
            assert row == ("on",), setting


def test_databases_of_one_test_are_apart(new_postgres_database: Callable[[], str]) -> None:
    one, other = new_postgres_database(), new_postgres_database()
    with psycopg.connect(one) as connection:
        connection.execute("CREATE TABLE only_here (n int)")
    with psycopg.connect(other) as connection:
        assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


@pytest.mark.slow
def test_server_of_killed_tests_dies_while_still_in_use() -> None:
    program = """
import os, psycopg, signal
from tests.postgres_cluster import running_cluster
with running_cluster() as cluster:
    connection = psycopg.connect(cluster.dsn("postgres"))
    print(cluster.socket_folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", program], cwd=root, check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    folder = Path(killed.stdout.strip())
    try:
        deadline = time.monotonic() + 10
        while list(folder.glob(".s.PGSQL.*")):  # its sockets: a server takes them away as it ends
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        shutil.rmtree(folder)
