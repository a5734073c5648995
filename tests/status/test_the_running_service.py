"""The service as a process of its own, asked by the openssl program over HTTP, and killed."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from dojang.authority import serials
from dojang.pin.encoding import b64
from dojang.serving.calls import SignedCalls
from tests.rules.authority.hierarchy import Hierarchy, new_hierarchy, openssl
from tests.status.status_service import CENTER, SERIAL, VAULT, environment, shard

pytestmark = pytest.mark.slow


@contextmanager
def running(chosen: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`dojang serve status`, ready; killed afterwards."""
    command = [sys.executable, "-m", "dojang", "serve", "status"]
    with subprocess.Popen(command, env={**os.environ, **chosen}, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_ready(process, f"http://127.0.0.1:{chosen['DOJANG_STATUS_PORT']}/readyz")
            yield process
        finally:
            process.kill()


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    for _ in range(200):
        assert process.poll() is None, "it ended"
        try:
            if httpx2.get(url).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError("never ready")


def put_fact(url: str, reason: str, sequence: int, now: int) -> int:
    path = f"/facts/{serials.to_text(SERIAL)}"
    fact = {
        "kid": b64(b"k" * 16),
        "sequence": sequence,
        "status": "revoked" if reason else "good",
        "reason": reason,
        "revoked_at": now if reason else 0,
        "expires_at": now + 86400,
    }
    return httpx2.put(url + path, json=fact, auth=SignedCalls("center", CENTER, "status")).status_code


def ask(url: str, folder: Path) -> str:
    """What openssl says after it has asked, checked nonce and signature."""
    about = ["-issuer", "issuing.pem", "-cert", "holder.pem", "-CAfile", "root.pem", "-verify_other", "issuing.pem"]
    told = openssl("ocsp", "-url", url + "/ocsp", *about, cwd=folder)
    assert "Response verify OK" in told.stderr
    assert "nonce" not in told.stderr
    return told.stdout.splitlines()[0]


def test_openssl_is_told_at_once_and_nothing_acknowledged_is_lost_to_a_kill(
    tmp_path: Path, free_port_base: int
) -> None:
    now = int(time.time())
    house: Hierarchy = new_hierarchy(began=now - 60)
    chosen = {**environment(tmp_path, house), "DOJANG_STATUS_PORT": str(free_port_base)}
    (tmp_path / "holder.pem").write_bytes(house.holder(SERIAL).pem)
    url = f"http://127.0.0.1:{free_port_base}"
    with running(chosen):
        assert put_fact(url, "", 1, now) == 204
        assert ask(url, tmp_path) == "holder.pem: good"
        der = shard(house, now=now)
        put = httpx2.put(url + "/crls/issuing-0", content=der, auth=SignedCalls("vault", VAULT, "status"))
        assert put.status_code == 204
        assert put_fact(url, "superseded", 2, now) == 204
    with running(chosen):
        assert ask(url, tmp_path) == "holder.pem: revoked"
        assert httpx2.get(url + "/crl/issuing-0.crl").content == der
        assert put_fact(url, "superseded", 2, now) == 204
