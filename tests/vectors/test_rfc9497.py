"""RFC 9497 appendix A.1 (ristretto255-SHA512), modes OPRF and VOPRF, with the published proofs."""

import json
from pathlib import Path
from typing import Any

import pytest

from dojang.pin import oprf
from dojang.refusals import ProofRefused

_FILE = Path(__file__).with_name("rfc9497_ristretto255_sha512.json")
SUITES = {suite["mode"]: suite for suite in json.loads(_FILE.read_text("utf-8"))["suites"]}
OPRF, VOPRF = SUITES[0], SUITES[1]


def _list(text: str) -> list[bytes]:
    return [bytes.fromhex(part) for part in text.split(",")]


@pytest.mark.parametrize("suite", [OPRF, VOPRF], ids=["OPRF", "VOPRF"])
def test_a_seed_gives_the_published_key(suite: dict[str, Any]) -> None:
    key = oprf.derive_key_pair(bytes.fromhex(suite["seed"]), bytes.fromhex(suite["keyInfo"]), mode=suite["mode"])
    assert key.secret.hex() == suite["skSm"]
    assert suite["mode"] == 0 or key.public.hex() == suite["pkSm"]


@pytest.mark.parametrize("vector", OPRF["vectors"])
def test_mode_oprf_gives_the_published_numbers(vector: dict[str, Any]) -> None:
    message = bytes.fromhex(vector["Input"])
    blinded = oprf.blind_with(message, bytes.fromhex(vector["Blind"]), mode=0)
    answer = oprf.evaluate_unproven(oprf.key_pair(bytes.fromhex(OPRF["skSm"])), blinded.element)
    assert blinded.element.hex() == vector["BlindedElement"]
    assert answer.hex() == vector["EvaluationElement"]
    assert oprf.unblind(message, blinded, answer).hex() == vector["Output"]


@pytest.mark.parametrize("vector", VOPRF["vectors"])
def test_mode_voprf_gives_the_published_numbers_and_proofs(vector: dict[str, Any]) -> None:
    key = oprf.key_pair(bytes.fromhex(VOPRF["skSm"]))
    messages, blinds = _list(vector["Input"]), _list(vector["Blind"])
    blinded = [oprf.blind_with(message, blind) for message, blind in zip(messages, blinds, strict=True)]
    nonce = bytes.fromhex(vector["Proof"]["r"])
    answers, proof = oprf.evaluate_batch(key, [b.element for b in blinded], nonce)
    assert [b.element for b in blinded] == _list(vector["BlindedElement"])
    assert answers == _list(vector["EvaluationElement"])
    assert proof.hex() == vector["Proof"]["proof"]
    assert oprf.finalize_batch(messages, blinded, answers, proof, key.public) == _list(vector["Output"])


@pytest.mark.parametrize("place", [0, 31, 32, 63])
@pytest.mark.parametrize("vector", VOPRF["vectors"])
def test_a_published_proof_with_one_bit_changed_is_refused(vector: dict[str, Any], place: int) -> None:
    proof = bytearray.fromhex(vector["Proof"]["proof"])
    proof[place] ^= 1
    with pytest.raises(ProofRefused):
        oprf.verify_proof(
            bytes.fromhex(VOPRF["pkSm"]),
            _list(vector["BlindedElement"]),
            _list(vector["EvaluationElement"]),
            bytes(proof),
        )
