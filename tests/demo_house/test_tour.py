"""The tour against the running house: what it leaves, what a second one does, and that it can fail."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from dojang.demo import openssl
from dojang.demo.openssl import Papers
from dojang.pin.encoding import b64
from tests.demo_house.running import House, dojang

PAPERS = (
    "chain.pem",
    "certificate.pem",
    "transfer.p7s",
    "transfer.txt",
    "receipt.json",
    "login.json",
    "tour.json",
)


@dataclass(frozen=True)
class Toured:
    """A finished tour."""

    out: Path
    done: subprocess.CompletedProcess[str]

    @property
    def told(self) -> dict[str, Any]:
        return dict(json.loads((self.out / "tour.json").read_text()))

    @property
    def outcomes(self) -> dict[str, str]:
        return {step["name"]: step["outcome"] for step in self.told["steps"]}

    @property
    def papers(self) -> Papers:
        return Papers(self.out / "certificate.pem", self.out / "issuing.pem", self.out / "root.pem")


def tour(house: House, out: Path, *words: str, **environment: str) -> Toured:
    addresses = ("--center", house.houses.center, "--bank", house.houses.bank, "--data", str(house.data))
    return Toured(out, dojang("tour", *addresses, "--out", str(out), *words, **environment))


@pytest.fixture(scope="module")
def toured(house: House, tmp_path_factory: pytest.TempPathFactory) -> Toured:
    """The first tour into a folder, in a house with its supervisor."""
    return tour(house, tmp_path_factory.mktemp("tour"))


def test_a_tour_tells_the_whole_story_and_leaves_its_papers(toured: Toured) -> None:
    assert toured.done.returncode == 0, toured.done.stdout + toured.done.stderr
    assert [name for name in PAPERS if not (toured.out / name).stat().st_size] == []
    assert toured.told["true"] is True
    assert set(toured.outcomes.values()) == {"done"}
    assert all(step["seconds"] >= 0 for step in toured.told["steps"])
    assert len(toured.told["checks"]) == 6
    assert all(check["passed"] for check in toured.told["checks"])
    assert "6 of 6 independent checks passed" in toured.done.stdout
    assert "wrong PIN: 4 tries left" in toured.done.stdout
    assert "✓ the same browser again: connected, the PIN alone is enough" in toured.done.stdout
    assert "✓ login with guard-2 down" in toured.done.stdout


def test_the_papers_say_what_they_are(toured: Toured) -> None:
    certificates = x509.load_pem_x509_certificates((toured.out / "chain.pem").read_bytes())
    holder = x509.load_pem_x509_certificate((toured.out / "certificate.pem").read_bytes())
    assert [certificate.subject for certificate in certificates] == [holder.issuer, certificates[0].issuer]
    assert (toured.out / "transfer.p7s").read_bytes()[:1] == b"\x30"
    content = json.loads((toured.out / "transfer.txt").read_bytes())
    assert ["amount", "1,500,000 KRW"] in content["pairs"]
    login = json.loads((toured.out / "login.json").read_text())
    assert login["id_token"].count(".") == 2
    assert {"sub", "acr", "amr", "signature_evidence"} <= set(login["claims"])


def test_every_guard_is_up_again_afterwards(toured: Toured, house: House) -> None:
    assert toured.done.returncode == 0
    assert house.pid("guard-2") != 0


@pytest.mark.parametrize(("file", "kind"), [("transfer.p7s", "signature"), ("receipt.json", "receipt")])
def test_the_papers_are_verified_by_command(toured: Toured, house: House, file: str, kind: str) -> None:
    anchors = ("--anchors", str(house.data / "anchors.json"))
    done = dojang("verify", str(toured.out / file), *anchors)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, f"{kind} holds")
    assert "amount: 1,500,000 KRW" in done.stdout
    assert "revocation: not asked" in done.stdout


def test_a_login_is_verified_with_its_certificates_standing(toured: Toured, house: House) -> None:
    done = dojang(
        "verify", str(toured.out / "login.json"), "--anchors", str(house.data / "anchors.json"), "--ask-responder"
    )
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "login holds"), done.stderr
    assert "revocation: asked, and good" in done.stdout


def test_a_changed_paper_is_refused_by_its_step(toured: Toured, house: House, tmp_path: Path) -> None:
    forged = tmp_path / "receipt.json"
    text = (toured.out / "receipt.json").read_text()
    receipt = json.loads(text)
    forged.write_text(text.replace(receipt["activation"]["signature"], b64(bytes(64))))
    done = dojang("verify", str(forged), "--anchors", str(house.data / "anchors.json"))
    assert done.returncode == 1
    assert "signature_invalid step=" in done.stderr


def test_a_file_that_is_not_there_is_said_so(house: House, tmp_path: Path) -> None:
    done = dojang("verify", str(tmp_path / "nothing"), "--anchors", str(house.data / "anchors.json"))
    assert (done.returncode, "no such file" in done.stderr) == (2, True)


@pytest.fixture(scope="module")
def first_and_again(house: House, toured: Toured) -> tuple[bytes, Toured]:
    first = (toured.out / "certificate.pem").read_bytes()
    return first, tour(house, toured.out)


def test_a_second_tour_is_a_reissue_that_revokes_the_first(first_and_again: tuple[bytes, Toured]) -> None:
    first, again = first_and_again
    assert again.done.returncode == 0, again.done.stdout + again.done.stderr
    old = x509.load_pem_x509_certificate(first)
    new = x509.load_pem_x509_certificate((again.out / "certificate.pem").read_bytes())
    assert old.serial_number != new.serial_number
    assert old.subject.rfc4514_string().split("CN=")[1] == new.subject.rfc4514_string().split("CN=")[1]
    assert again.told["true"] is True
    assert len(again.told["checks"]) == 8
    assert "reissue" in again.done.stdout
    replaced = Papers(again.out / "replaced.pem", again.out / "issuing.pem", again.out / "root.pem")
    assert replaced.certificate.read_bytes() == first
    assert openssl.on_revocation_list(replaced, revoked=True).passed
    assert openssl.at_responder(replaced, expected="revoked").passed
    assert not openssl.on_revocation_list(replaced, revoked=False).passed
    assert not openssl.at_responder(replaced, expected="good").passed


def test_without_a_supervisor_the_fault_step_is_said_to_be_left_out(house: House, tmp_path: Path) -> None:
    away = ("--data", str(tmp_path), "--anchors", str(house.data / "anchors.json"))
    told = tour(house, tmp_path / "out", *away)
    assert told.done.returncode == 0, told.done.stdout + told.done.stderr
    assert "login with guard-2 down not run: no supervisor" in told.done.stdout
    assert told.outcomes["login with guard-2 down"].startswith("not run")
    assert told.told["true"] is True


def test_one_failed_independent_check_fails_the_tour(house: House, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "openssl"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\n[ "$1" = cms ] && { echo "CMS Verification failure" >&2; exit 4; }\n'
        f'PATH="{os.environ["PATH"]}" exec openssl "$@"\n'
    )
    program.chmod(0o755)
    told = tour(house, tmp_path / "out", PATH=f"{program.parent}:{os.environ['PATH']}")
    assert told.done.returncode == 1
    assert "✗ signature (CMS) over the transfer" in told.done.stdout
    assert told.told["true"] is False
    failed = [check["name"] for check in told.told["checks"] if not check["passed"]]
    assert failed == ["signature (CMS) over the transfer", "what openssl read is what the bank asked for"]


def test_wrong_anchors_break_the_story_before_any_pin(house: House, tmp_path: Path) -> None:
    anchors = json.loads((house.data / "anchors.json").read_bytes())
    anchors["vault_key"] = anchors["guards"][0]["public_key"]
    wrong = tmp_path / "anchors.json"
    wrong.write_bytes(json.dumps(anchors, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode())
    told = tour(house, tmp_path / "out", "--anchors", str(wrong))
    assert told.done.returncode == 1
    assert "The story broke: signature_refused" in told.done.stdout
    assert told.told["true"] is False
    assert "Traceback" not in told.done.stderr


def test_a_house_that_is_not_there_is_said_so(house: House, tmp_path: Path) -> None:
    done = dojang(
        "tour",
        *("--center", "http://center.dojang.localhost:9", "--bank", "http://bank.localhost:9"),
        *("--anchors", str(house.data / "anchors.json"), "--out", str(tmp_path)),
    )
    assert done.returncode == 1
    assert "the house does not answer" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_tour_without_anchors_is_refused(tmp_path: Path) -> None:
    done = dojang("tour", "--data", str(tmp_path))
    assert (done.returncode, "setting_missing name=--anchors" in done.stderr) == (1, True)


# Every independent check says no where it must: each of these would pass if openssl's verdict were not heard.
def test_openssl_refuses_a_chain_to_another_root(first_and_again: tuple[bytes, Toured]) -> None:
    papers = first_and_again[1].papers
    assert openssl.chain(papers).passed
    assert not openssl.chain(Papers(papers.certificate, papers.issuing, papers.issuing)).passed
    assert not openssl.chain(Papers(papers.certificate, papers.root, papers.root)).passed


def test_openssl_refuses_a_signature_over_something_else(first_and_again: tuple[bytes, Toured], tmp_path: Path) -> None:
    papers, out = first_and_again[1].papers, first_and_again[1].out
    cms = (out / "transfer.p7s").read_bytes()
    assert openssl.signature(papers, out / "transfer.p7s", tmp_path / "content").passed
    changed = tmp_path / "transfer.p7s"
    changed.write_bytes(cms.replace(b"1,500,000 KRW", b"9,500,000 KRW"))
    assert changed.read_bytes() != cms
    assert not openssl.signature(papers, changed, tmp_path / "content").passed


def test_openssl_refuses_a_good_standing_when_the_other_is_expected(first_and_again: tuple[bytes, Toured]) -> None:
    papers = first_and_again[1].papers
    assert openssl.at_responder(papers, expected="good").passed
    assert not openssl.at_responder(papers, expected="revoked").passed
    assert openssl.on_revocation_list(papers, revoked=False).passed
    assert not openssl.on_revocation_list(papers, revoked=True).passed


def test_a_machine_without_openssl_fails_every_check(
    first_and_again: tuple[bytes, Toured], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    check = openssl.chain(first_and_again[1].papers)
    assert (check.passed, check.said) == (False, "FileNotFoundError")
