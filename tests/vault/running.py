"""A vault as a process of its own."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from dojang.pin.encoding import b64
from dojang.serving.calls import SignedCalls
from tests.vault.world import ADDRESSES, ANCHORS, CENTER, ISSUING, World

PROGRAM = "from dojang.vault.settings import Settings; from dojang.vault.start import serve; serve(Settings.read())"


@dataclass
class RunningVault:
    """Started on `world`'s folder; everything that it writes to its streams is kept in one file."""

    world: World
    store: str
    port: int
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def log(self) -> Path:
        return self.world.folder / "vault.log"

    @property
    def settings(self) -> dict[str, str]:
        return {
            "DOJANG_VAULT_FOLDER": str(self.world.folder),
            "DOJANG_VAULT_ANCHORS": str(self.world.folder / ANCHORS),
            "DOJANG_VAULT_ISSUING_CERTIFICATE": str(self.world.folder / ISSUING),
            "DOJANG_VAULT_STORE": self.store,
            "DOJANG_VAULT_CENTER_KEY": b64(CENTER.public),
            "DOJANG_VAULT_STATUS_URL": f"http://127.0.0.1:{self.port + 1}",  # nobody is there
            "DOJANG_VAULT_PRACTICE_URL": ADDRESSES.practice,
            "DOJANG_VAULT_ALLOW_SOFTWARE_MASTER": "for trying out",
            "DOJANG_VAULT_PORT": str(self.port),
        }

    def start(self) -> None:
        """It answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM], env={**os.environ, **self.settings}, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                httpx2.get(f"{self.url}/readyz").raise_for_status()
            except httpx2.TransportError:
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.05)
            else:
                return

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def post(self, path: str, body: object) -> httpx2.Response:
        """As the centre."""
        return httpx2.post(f"{self.url}{path}", json=body, auth=SignedCalls("center", CENTER, "vault"))

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.process.terminate()
        return self.process.wait(20)
