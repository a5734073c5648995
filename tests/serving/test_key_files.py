"""Key files are made once and belong to their owner."""

from pathlib import Path

import pytest

from dojang.refusals import SettingRefused
from dojang.serving import key_files


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "a.key"
    first = key_files.write_once(path, key_files.new_signing_seed)
    assert key_files.write_once(path, key_files.new_signing_seed) == first
    assert key_files.signing_key(path).seed == first


def test_a_key_file_and_its_folder_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "a.key"
    key_files.write_once(path, key_files.new_elliptic_pem)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert key_files.elliptic_key(path).curve.name == "secp256r1"


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    key_files.write_once(path, key_files.new_signing_seed)
    path.chmod(0o640)
    with pytest.raises(SettingRefused) as refused:
        key_files.signing_key(path)
    assert refused.value.facts["reason"] == "open_to_others"


@pytest.mark.parametrize(("content", "reason"), [(b"x" * 31, "size"), (None, "missing")])
def test_a_seed_that_is_none_is_refused_by_name(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "a.key"
    if content is not None:
        key_files.write_once(path, lambda: content)
    with pytest.raises(SettingRefused) as refused:
        key_files.signing_key(path)
    assert refused.value.facts == {"file": "a.key", "reason": reason}


@pytest.mark.parametrize("content", [b"no pem", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_is_no_private_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.key"
    key_files.write_once(path, lambda: content)
    with pytest.raises(SettingRefused):
        key_files.elliptic_key(path)
