"""Every test of the holder, run on the browser's own code: the same forged inputs meet the same refusals."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dojang.pin.record import KeyStretching
from dojang.refusals import RecordMismatch
from tests.browser.typescript_holder import Peer, TypeScriptHolder
from tests.client import test_connect as of_connect
from tests.client import test_enrol as of_enrol
from tests.client import test_use as of_use
from tests.client.test_use import Case
from tests.client.world import World

for module in (of_connect, of_enrol, of_use):
    for name, value in vars(module).items():
        if name.startswith("test_"):
            of = module.__name__.rpartition("_")[2]
            globals()[name if name not in globals() else f"{name}_of_{of}"] = value


class TypeScriptWorld(World):
    """A world whose holders are the browser's code."""

    def __init__(self, folder: Path, peer: Peer) -> None:
        super().__init__(folder)
        self._peer = peer

    def holder(self, name: str = "holder") -> Any:
        return TypeScriptHolder(self._peer, self.anchors, self.folder / name, self.wire, lambda: self.clock.moved)


@pytest.fixture(scope="module")
def peer(bundled_tests: Path) -> Iterator[Peer]:
    peer = Peer(bundled_tests / "holder_peer.mjs")
    yield peer
    peer.close()


@pytest.fixture
def world(tmp_path: Path, peer: Peer) -> World:
    return TypeScriptWorld(tmp_path, peer)


@pytest.fixture
def case(world: World) -> Case:
    return Case(world)


@pytest.fixture(scope="module")
def unspent(tmp_path_factory: pytest.TempPathFactory, peer: Peer) -> Case:
    return Case(TypeScriptWorld(tmp_path_factory.mktemp("unspent"), peer))


@pytest.fixture(autouse=True)
def _no_python_holder(monkeypatch: pytest.MonkeyPatch, peer: Peer) -> None:
    """A test that makes a holder itself gets one of the browser's too."""

    def make(anchors: Any, memory: Path, http: Any, now: Any) -> TypeScriptHolder:
        return TypeScriptHolder(peer, anchors, memory, http._transport, lambda: now.moved)

    monkeypatch.setattr(of_use, "Holder", make)


def test_a_record_that_asks_for_weaker_stretching_is_refused_before_the_pad(case: Case) -> None:
    """Cheap guesses would do for whoever made the record."""
    case.serve(case.attested(replace(case.record, stretching=KeyStretching(memory_kib=8))))
    with pytest.raises(RecordMismatch):
        case.use()
    assert not case.pad.shown


def test_records_of_two_uids_are_refused_by_a_browser_that_knows_none(case: Case) -> None:
    case.serve(case.attested(case.record), case.attested(replace(case.record, ver=2, uid=bytes(16))))
    with pytest.raises(RecordMismatch):
        case.world.holder("another").use(case.code(), case.pad)
    assert not case.pad.shown
