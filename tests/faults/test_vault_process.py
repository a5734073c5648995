"""The vault as a process: it survives kill -9, stops when told to, and does not start when something is wrong."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from dojang.pin.encoding import b64, unb64
from dojang.vault.database_sqlite import SqliteDatabase
from dojang.vault.schema import SCHEMA
from tests.vault.bodies import activation_body, certificate_body, credential_body
from tests.vault.running import PROGRAM, RunningVault
from tests.vault.world import ANCHORS, Clock, Customer, World, found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """At the real time, for the process has no other."""
    database = SqliteDatabase(tmp_path / "made-here.db", SCHEMA)
    yield found(tmp_path, lambda: database, Clock(int(time.time())))
    database.close()


@pytest.fixture
def vault(world: World, tmp_path: Path, free_port_base: int) -> Iterator[RunningVault]:
    running = RunningVault(world, f"sqlite:{tmp_path}/vault.db", free_port_base)
    yield running
    if running.process.poll() is None:
        running.kill()


def test_every_answer_is_the_same_after_kill_9_and_a_restart(vault: RunningVault, world: World) -> None:
    vault.start()
    customer = Customer()
    credential = credential_body(world.credential_request(customer))
    attested = vault.post("/v1/credentials", credential).json()
    vault.kill()
    vault.start()
    assert vault.post("/v1/credentials", credential).json() == attested
    certificate = certificate_body(world.certificate_request(customer))
    issued = vault.post("/v1/certificates", certificate).json()
    vault.kill()
    vault.start()
    assert vault.post("/v1/certificates", certificate).json() == issued
    der = unb64(issued["certificate"])
    x509.load_der_x509_certificate(der)
    use = activation_body(world.activation_request(customer, world.transaction(customer, der)))
    activated = vault.post("/v1/activations", use).json()
    vault.kill()
    vault.start()
    assert vault.post("/v1/activations", use).json() == activated
    assert vault.stop() == 0


def test_it_says_loudly_that_its_master_key_is_software(vault: RunningVault) -> None:
    vault.start()
    vault.stop()
    assert "SOFTWARE_MASTER_KEY_IS_NOT_FOR_PRODUCTION" in vault.log.read_text()


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("ALLOW_SOFTWARE_MASTER", "", "SettingRefused"),
        ("ALLOW_SOFTWARE_MASTER", "yes", "SettingRefused"),
        ("CENTER_KEY", "", "SettingRefused"),
        ("STORE", None, "SettingMissing"),
        ("CENTER_KEY", None, "SettingMissing"),
        ("ANCHORS", "/nowhere", "SettingRefused"),
        ("ISSUING_CERTIFICATE", "/nowhere", "SettingRefused"),
    ],
)
def test_it_does_not_start_on_a_wrong_setting(
    world: World, tmp_path: Path, setting: str, value: str | None, code: str
) -> None:
    running = RunningVault(world, f"sqlite:{tmp_path}/vault.db", 1)
    settings = {**running.settings, f"DOJANG_VAULT_{setting}": value}
    assert code in output_of({name: one for name, one in settings.items() if one is not None})


def test_it_does_not_start_on_anchors_that_name_another_vault(world: World, tmp_path: Path) -> None:
    (world.folder / "identity.key").write_bytes(bytes(32))
    assert "AnchorsMismatch" in output_of(RunningVault(world, f"sqlite:{tmp_path}/vault.db", 1).settings)


def test_it_does_not_start_below_another_root(world: World, tmp_path: Path) -> None:
    anchors = (world.folder / ANCHORS).read_bytes()
    root = world.anchors.root_certificate
    other = found(tmp_path / "other", lambda: world.desk.database, world.clock).anchors.root_certificate
    assert other != root
    (world.folder / ANCHORS).write_bytes(anchors.replace(b64(root).encode(), b64(other).encode()))
    assert "AnchorsMismatch" in output_of(RunningVault(world, f"sqlite:{tmp_path}/vault.db", 1).settings)


def test_keys_that_others_may_read_are_refused(world: World, tmp_path: Path) -> None:
    (world.folder / "master.key").chmod(0o640)
    assert "SettingRefused" in output_of(RunningVault(world, f"sqlite:{tmp_path}/vault.db", 1).settings)


def output_of(settings: dict[str, str]) -> str:
    """What a vault says that does not start."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**os.environ, **settings}, capture_output=True, text=True, timeout=30
    )
    assert done.returncode != 0
    return done.stderr
