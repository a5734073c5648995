"""A device key is kept in one place, for its owner alone, and says what the protocol has it say."""

import base64
import json
from pathlib import Path

import pytest

from dojang.client.holder.devices import Devices
from dojang.client.holder.guards import Attempt, AttemptLeave
from dojang.client.holder.memory import Memory
from dojang.pin import devices
from dojang.pin.anchors import GuardAnchor
from dojang.pin.devices import AttemptProof
from dojang.pin.encoding import b64, parse_canonical, sha256, unb64
from dojang.pin.signatures import SigningKey
from dojang.refusals import DataFolderRefused, SettingRefused
from dojang.serving import key_files
from tests.client.world import PIN, Pad, World
from tests.demo_house.canaries import files_of, holds

UID, OTHER, TH, JTI, P = bytes(16), bytes([1] * 16), bytes([2] * 32), bytes([3] * 16), bytes([4] * 32)
GUARD = GuardAnchor("guard-1", 1, "http://127.0.0.1:8011", SigningKey.generate().public)
LEAVE = AttemptLeave("a ticket", JTI)


def test_no_key_is_made_before_it_is_wanted(tmp_path: Path) -> None:
    assert Devices(tmp_path).find() is None
    assert not list(tmp_path.iterdir())


def test_one_key_is_made_and_found_again_by_whoever_comes_later(tmp_path: Path) -> None:
    made = Devices(tmp_path / "holder").make()
    again = Devices(tmp_path / "holder")
    assert again.make().spki == made.spki
    found = Devices(tmp_path / "holder").find()
    assert found is not None
    assert found.id == made.id == devices.device_id(devices.check_device_key(made.spki))


def test_a_key_in_memory_lasts_as_long_as_its_holder(tmp_path: Path) -> None:
    here = Devices()
    assert here.find() is None
    made = here.make()
    assert here.find() is made
    assert here.make() is made
    assert Devices().find() is None


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    Devices(tmp_path / "holder").make()
    (file,) = (tmp_path / "holder").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    Devices(tmp_path).make()
    (tmp_path / "device_key.pem").chmod(0o644)
    with pytest.raises(SettingRefused) as refused:
        Devices(tmp_path).find()
    assert refused.value.facts["reason"] == "open_to_others"


@pytest.mark.parametrize("content", [b"", b"no key"])
def test_a_file_that_holds_no_key_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    """A fresh key in its place would make the browser a stranger without a word."""
    file = tmp_path / "device_key.pem"
    file.touch(0o600)
    file.write_bytes(content)
    with pytest.raises(SettingRefused):
        Devices(tmp_path).make()
    assert file.read_bytes() == content


def test_an_attempt_carries_the_proof_of_its_own_bytes() -> None:
    device = Devices().make()
    attempt = Attempt.make(GUARD, LEAVE, UID, 1, TH, P, device)
    sent = parse_canonical(attempt.body)
    said = AttemptProof("guard-1", UID, 1, TH, JTI, attempt.blinded.element)
    assert sent["blinded"] == b64(attempt.blinded.element)
    assert sent["device_proof"]["device"] == b64(device.id)
    devices.verify(device.spki, unb64(sent["device_proof"]["signature"]), said.signed())


def test_an_attempt_without_a_device_says_nothing_of_one() -> None:
    sent = parse_canonical(Attempt.make(GUARD, LEAVE, UID, 1, TH, P, None).body)
    assert set(sent) == {"ticket", "uid", "ver", "blinded", "th"}


def test_connected_is_one_customer_with_one_key(tmp_path: Path) -> None:
    """A key made anew, after the old one was lost, was never connected."""
    memory, one, another = Memory(tmp_path), Devices().make(), Devices().make()
    assert not memory.connected(UID, one.id)
    memory.note_connected(UID, one.id)
    assert Memory(tmp_path).connected(UID, one.id)
    assert not memory.connected(UID, another.id)
    assert not memory.connected(OTHER, one.id)
    memory.note_connected(OTHER, one.id)
    assert memory.connected(UID, one.id)


def test_the_private_key_is_in_its_file_and_nowhere_else(tmp_path: Path) -> None:
    world = World(tmp_path)
    holder = world.holder()
    code, customer = world.center.new_customer(connect=True)
    holder.enrol(code, lambda _avoid: PIN)
    holder.use(world.center.ask(customer, connect=True), Pad(PIN))
    holder.close()
    file = tmp_path / "holder" / "device_key.pem"
    private = key_files.elliptic_key(file).private_numbers().private_value.to_bytes(32, "big")
    written = {path: path.read_bytes() for path in files_of(tmp_path)}
    assert [path for path, content in written.items() if holds(decoded(content), private)] == [file]
    assert not [body for _, _, body in world.wire.seen if holds(body, private)]
    assert (
        b64(sha256(customer.devices.popitem()[1])).encode() in written[tmp_path / "holder" / "connected_devices.json"]
    )


def decoded(content: bytes) -> bytes:
    """As it is, or what PEM says: its lines break any search."""
    pem = content.startswith(b"-----BEGIN")
    return base64.b64decode(b"".join(content.splitlines()[1:-1])) if pem else content


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": null}'])
def test_notes_that_are_not_ours_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "connected_devices.json").write_text(text)
    with pytest.raises(DataFolderRefused):
        Memory(tmp_path).connected(UID, bytes(32))


def test_notes_of_connections_leave_the_versions_alone(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.note(UID, 3)
    memory.note_connected(OTHER, bytes(32))
    assert json.loads((tmp_path / "known_versions.json").read_text()) == {b64(UID): 3}
    assert memory.knows_only_others(OTHER)
