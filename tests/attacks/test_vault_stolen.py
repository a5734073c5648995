"""What a thief of the vault's database, of its master key or of both gets; and what leaks while it works."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from dojang.pin.encoding import b64, unb64
from dojang.refusals import SealedRefused
from dojang.vault import key_kinds
from dojang.vault.database_sqlite import SqliteDatabase
from dojang.vault.schema import SCHEMA
from tests.vault.bodies import activation_body, certificate_body, credential_body
from tests.vault.running import RunningVault
from tests.vault.world import STRANGER, Clock, Customer, World, found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    database = SqliteDatabase(tmp_path / "made-here.db", SCHEMA)
    yield found(tmp_path, lambda: database, Clock(int(time.time())))
    database.close()


def everything_in(path: Path) -> list[bytes]:
    """Every value of every table."""
    with sqlite3.connect(path) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows: list[tuple[Any, ...]] = [row for table in tables for row in database.execute(f"SELECT * FROM {table}")]
    values = [value for row in rows for value in row]
    return [value.encode() if isinstance(value, str) else value for value in values if isinstance(value, str | bytes)]


def test_database_and_master_key_together_unwrap_nothing(world: World, tmp_path: Path) -> None:
    """The thief has K_m, all tables and every file, and tries each value as the secret; the PIN's half is not there."""
    customer, _ = world.enrolled()
    live = world.desk.versions.live_key(customer.kid)
    assert live is not None
    values = everything_in(tmp_path / "made-here.db")
    values += [path.read_bytes() for path in world.folder.iterdir() if path.is_file() and path.suffix == ".key"]
    thirty_two = {value[start : start + 32] for value in values for start in range(max(1, len(value) - 31))}
    for secret in (*thirty_two, b"", bytes(32)):
        kek = world.desk.key_encryption_key(customer.uid, customer.kid, 1, customer.key.public, secret)
        with pytest.raises(SealedRefused):
            key_kinds.unwrap(live.blob, kek)
    right = world.desk.key_encryption_key(
        customer.uid, customer.kid, 1, customer.key.public, customer.activation_secret
    )
    key_kinds.unwrap(live.blob, right)


@pytest.mark.parametrize("changed", ["uid", "kid", "ver", "authorization_key", "master"])
def test_a_blob_opens_only_under_its_own_name(world: World, changed: str) -> None:
    """A blob moved to another customer, version or key, or to another HSM, is none there."""
    customer, _ = world.enrolled()
    live = world.desk.versions.live_key(customer.kid)
    assert live is not None
    named: dict[str, Any] = {
        "uid": customer.uid,
        "kid": customer.kid,
        "ver": 1,
        "authorization_key": customer.key.public,
    }
    desk = world.desk
    if changed == "master":
        desk = found(world.folder / "other", lambda: world.desk.database, world.clock).desk
    elif changed == "ver":
        named["ver"] = 2
    else:
        named[changed] = bytes(len(named[changed]))
    kek = desk.key_encryption_key(**named, secret=customer.activation_secret)
    with pytest.raises(SealedRefused):
        key_kinds.unwrap(live.blob, kek)


def test_no_secret_is_in_a_file_a_log_or_an_answer(world: World, tmp_path: Path, free_port_base: int) -> None:
    """Enrolment, a use and refusals at a running vault; then every byte that it wrote or said is searched."""
    vault = RunningVault(world, f"sqlite:{tmp_path}/vault.db", free_port_base)
    vault.start()
    customer = Customer()
    enrolling = world.credential_request(customer)
    said = [vault.post("/v1/credentials", credential_body(enrolling)).content]
    issued = vault.post("/v1/certificates", certificate_body(world.certificate_request(customer)))
    said.append(issued.content)
    transaction = world.transaction(customer, unb64(issued.json()["certificate"]))
    use = world.activation_request(customer, transaction)
    forged = world.activation_request(customer, transaction, signed_by=STRANGER)
    broken = {**activation_body(use), "sealed": 7}
    bodies = (activation_body(forged), broken, activation_body(use))
    said += [vault.post("/v1/activations", body).content for body in bodies]
    said.append(httpx2.get(f"{vault.url}/metrics").content)
    vault.stop()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    written = {path: path.read_bytes() for path in files}
    assert any(customer.uid in content for content in written.values()), "the search finds what is there"
    secrets = {
        "R": customer.r,
        "A": customer.activation_secret,
        "AK": customer.key.seed,
        "sealed at enrolment": enrolling.sealed,
        "sealed": use.sealed,
        "K_m": (tmp_path / "master.key").read_bytes(),
        "V's identity": world.desk.identity.seed,
    }
    for name, secret in secrets.items():
        for form in (secret, secret.hex().encode(), b64(secret).encode()):
            found_in = [
                path.name
                for path, content in written.items()
                if form in content and path.name not in {"master.key", "identity.key"}
            ]
            assert not found_in, f"{name} in {found_in}"
            assert not any(form in answer for answer in said), name
