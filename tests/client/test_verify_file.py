"""The three kinds of file that a tour leaves behind hold, and say what they are."""

import json
from pathlib import Path

import pytest

from dojang.client.verifier.file import verify_file
from dojang.pin.encoding import b64
from dojang.refusals import SignatureInvalid
from tests.client.world import NAME, NONCE, PAIRS, PIN, Pad, World, enrolled, transfer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tour")
    world = World(folder)
    holder, customer = enrolled(world)
    login, paid = world.center.ask(customer), world.center.ask(customer, transfer())
    holder.use(login, Pad(PIN))
    (folder / "receipt.json").write_bytes(holder.use(paid, Pad(PIN)).receipt)
    (folder / "transfer.p7s").write_bytes(world.center.asked[paid].cms[0])
    claims = {
        "aud": "hanbit-bank",
        "nonce": NONCE.decode(),
        "signature_evidence": {"format": "cms", "cms": b64(world.center.asked[login].cms[0])},
    }
    (folder / "login.json").write_text(json.dumps({"id_token": "...", "claims": claims}))
    (folder / "anchors.json").write_bytes(world.anchors.canonical())
    (folder / "now").write_text(str(world.clock()))
    return folder


def verify(folder: Path, name: str) -> tuple[str, str, object]:
    from dojang.pin.anchors import Anchors

    anchors = Anchors.parse((folder / "anchors.json").read_bytes())
    report = verify_file(folder / name, anchors, int((folder / "now").read_text()))
    return report.kind, report.holder, report.pairs


@pytest.mark.parametrize(
    ("name", "kind", "pairs"),
    [
        ("transfer.p7s", "signature", PAIRS),
        ("receipt.json", "receipt", PAIRS),
        ("login.json", "login", (("relying_party", "hanbit-bank"),)),
    ],
)
def test_a_file_of_the_tour_holds(folder: Path, name: str, kind: str, pairs: object) -> None:
    assert verify(folder, name) == (kind, NAME, pairs)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"claims": 7}', '{"activation": 1}'])
def test_a_file_that_is_none_of_them_is_refused(folder: Path, content: str) -> None:
    (folder / "other").write_text(content)
    with pytest.raises(SignatureInvalid) as refused:
        verify(folder, "other")
    assert refused.value.facts == {"step": "form"}


def test_a_login_of_another_nonce_is_refused(folder: Path) -> None:
    forged = (folder / "login.json").read_text().replace(NONCE.decode(), "another nonce, as long")
    (folder / "forged.json").write_text(forged)
    with pytest.raises(SignatureInvalid) as refused:
        verify(folder, "forged.json")
    assert refused.value.facts == {"step": "purpose"}
