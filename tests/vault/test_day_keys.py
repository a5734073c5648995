"""The day key: signed, a day long, renewed in time, kept over a restart, erased at its end."""

import os
from pathlib import Path

import pytest

from dojang.pin.signatures import SigningKey, verify
from dojang.refusals import DayKeyExpired
from dojang.vault.day_keys import FOLDER, DayKeys
from tests.vault.world import Clock

IDENTITY = SigningKey(b"\x01" * 32)


@pytest.fixture
def keys(tmp_path: Path, clock: Clock) -> DayKeys:
    return DayKeys(tmp_path, IDENTITY, clock)


def files(tmp_path: Path) -> set[str]:
    return {path.name for path in (tmp_path / FOLDER).iterdir()}


def test_its_document_is_signed_by_the_vault_and_a_day_long(keys: DayKeys, clock: Clock) -> None:
    document, signature = keys.current()
    verify(IDENTITY.public, signature, document.signed())
    assert (document.not_before, document.not_after) == (clock.now, clock.now + 86_400)
    assert keys.private(document.day_key_id).public_key().public_bytes_raw() == document.public_key


def test_a_new_one_is_made_when_an_hour_is_left_and_both_open_until_the_first_ends(keys: DayKeys, clock: Clock) -> None:
    first, _ = keys.current()
    clock.now = first.not_after - 3_601
    assert keys.current()[0] == first
    clock.now += 1
    second, _ = keys.current()
    assert second != first
    keys.private(first.day_key_id)
    keys.private(second.day_key_id)


def test_it_is_erased_at_its_end(keys: DayKeys, clock: Clock, tmp_path: Path) -> None:
    first, _ = keys.current()
    private = keys.private(first.day_key_id).private_bytes_raw()
    clock.now = first.not_after
    with pytest.raises(DayKeyExpired):
        keys.private(first.day_key_id)
    keys.turn()
    assert f"{first.day_key_id.hex()}.key" not in files(tmp_path)
    for path in (tmp_path / FOLDER).iterdir():
        assert private.hex() not in path.read_text()


def test_it_survives_a_restart_and_another_process_may_open_it(keys: DayKeys, clock: Clock, tmp_path: Path) -> None:
    document, _ = keys.current()
    other = DayKeys(tmp_path, IDENTITY, clock)
    assert other.current()[0] == document
    clock.now = document.not_after - 1
    newer, _ = other.current()
    assert keys.private(newer.day_key_id).public_key().public_bytes_raw() == newer.public_key


def test_only_its_owner_reads_it_and_what_a_crash_left_is_erased(keys: DayKeys, clock: Clock, tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
    (folder / "00.key.new").write_text("half")
    os.utime(folder / "00.key.new", (0, 0))
    keys.turn()
    assert "00.key.new" not in files(tmp_path)


def test_a_file_that_cannot_be_read_is_left_alone(keys: DayKeys, clock: Clock, tmp_path: Path) -> None:
    document, _ = keys.current()
    path = tmp_path / FOLDER / f"{document.day_key_id.hex()}.key"
    path.chmod(0o644)
    other = DayKeys(tmp_path, IDENTITY, clock)
    with pytest.raises(DayKeyExpired):
        other.private(document.day_key_id)
    assert path.exists()
