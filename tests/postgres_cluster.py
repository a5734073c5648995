"""A PostgreSQL cluster of the tests' own: a throwaway folder, a Unix socket, no TCP, durability as shipped."""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

SUPERUSER = "dojang_tests"
READY_WITHIN = 30  # seconds; about one is usual


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server that makes and drops databases."""

    socket_folder: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def dsn(self, database: str) -> str:
        """The libpq connection string of one database."""
        return make_conninfo(host=str(self.socket_folder), user=SUPERUSER, dbname=database)

    def create_database(self) -> str:
        """Make an empty database under a name that no other test has. Returns its connection string."""
        name = f"test_{next(self._numbers)}"
        self._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.dsn(name)

    def drop_database(self, dsn: str) -> None:
        """Drop it, ending whatever is still connected."""
        name = str(conninfo_to_dict(dsn)["dbname"])
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def server_programs() -> Path:
    """The folder of `initdb` and `postgres`: the newest that Debian has, or the one on the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    found = versions[-1] if versions else shutil.which("initdb")
    if found is None:
        raise FileNotFoundError("no PostgreSQL server on this machine: run scripts/ready-for-tests")
    return Path(found).parent


@contextlib.contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a cluster, stop it at the end and leave nothing behind.

    The server dies with the process that started it, even by kill -9 (PR_SET_PDEATHSIG). PostgreSQL refuses to
    run as root, so root starts it as the user `postgres`.
    """
    programs = server_programs()
    # A socket's path holds 107 bytes, so it cannot lie below pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="dojang-pg-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        how = ["--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"]
        init = [*_as_postgres(), str(programs / "initdb"), "-D", str(data), *how]
        subprocess.run(init, cwd=folder, check=True, capture_output=True)
        serve = [*_as_postgres(), str(programs / "postgres"), "-D", str(data), "-k", str(folder)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen([*serve, "-c", "listen_addresses="], cwd=folder, stdout=log, stderr=log)
        try:
            cluster = Cluster(folder)
            _wait_until_ready(cluster, server)
            yield cluster
        finally:
            server.terminate()
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:  # SIGTERM waits for clients that a failed test left; SIGINT does not
                server.send_signal(signal.SIGINT)
                server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres() -> list[str]:
    user = ["--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *user, "--pdeathsig", "QUIT"]


def _wait_until_ready(cluster: Cluster, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            psycopg.connect(cluster.dsn("postgres")).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                log = (cluster.socket_folder / "log").read_text(errors="replace")
                raise RuntimeError(f"PostgreSQL did not start:\n{log}") from None
            time.sleep(0.05)
