"""VOPRF(ristretto255, SHA-512) against the numbers of RFC 9497 appendix A.1, and against forged input."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojang.pin import oprf
from dojang.refusals import NotAnElement, NotAScalar, ProofRefused

SUITES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "rfc9497_ristretto255_sha512.json").read_text()
)["suites"]
IDENTITY = bytes(32)
# RFC 9496 A.3: encodings that are no element (non-canonical, negative, non-square, ...).
BAD_ENCODINGS = [
    "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b",
]


def parts(text: str) -> list[bytes]:
    return [bytes.fromhex(part) for part in text.split(",")]


@pytest.mark.parametrize(
    ("suite", "vector"),
    [(s, v) for s in SUITES for v in s["vectors"]],
    ids=lambda value: f"mode-{value['mode']}" if "mode" in value else f"batch-{value['Batch']}",
)
def test_the_numbers_of_rfc_9497_come_out(suite: dict[str, Any], vector: dict[str, Any]) -> None:
    mode = suite["mode"]
    key = oprf.derive_key_pair(bytes.fromhex(suite["seed"]), bytes.fromhex(suite["keyInfo"]), mode=mode)
    assert key.secret.hex() == suite["skSm"]
    inputs = parts(vector["Input"])
    blinded = [oprf.blind_with(i, b, mode=mode) for i, b in zip(inputs, parts(vector["Blind"]), strict=True)]
    assert [b.element for b in blinded] == parts(vector["BlindedElement"])
    if mode == 0:
        answers = [oprf.evaluate_unproven(key, b.element) for b in blinded]
        outputs = [oprf.unblind(i, b, a) for i, b, a in zip(inputs, blinded, answers, strict=True)]
    else:
        nonce = bytes.fromhex(vector["Proof"]["r"])
        answers, proof = oprf.evaluate_batch(key, [b.element for b in blinded], nonce)
        assert proof.hex() == vector["Proof"]["proof"]
        outputs = oprf.finalize_batch(inputs, blinded, answers, proof, key.public)
    assert answers == parts(vector["EvaluationElement"])
    assert outputs == parts(vector["Output"])


@given(st.binary(max_size=64))
def test_the_output_does_not_depend_on_the_blind(message: bytes) -> None:
    key = oprf.generate_key_pair()
    outputs = set()
    for _ in range(2):
        blinded = oprf.blind(message)
        outputs.add(oprf.finalize(message, blinded, oprf.evaluate(key, blinded.element), key.public))
    assert len(outputs) == 1


@pytest.mark.parametrize("encoding", BAD_ENCODINGS)
def test_what_is_not_on_the_group_is_refused(encoding: str) -> None:
    with pytest.raises(NotAnElement):
        oprf.evaluate(oprf.generate_key_pair(), bytes.fromhex(encoding))


@pytest.mark.parametrize("element", [IDENTITY, b"", bytes(31), bytes(33)])
def test_the_identity_and_other_sizes_are_refused(element: bytes) -> None:
    with pytest.raises(NotAnElement):
        oprf.evaluate(oprf.generate_key_pair(), element)


@pytest.mark.parametrize("number", [0, oprf.ORDER, oprf.ORDER + 1, 2**256 - 1])
def test_a_scalar_outside_its_range_is_refused(number: int) -> None:
    with pytest.raises(NotAScalar):
        oprf.key_pair(number.to_bytes(32, "little"))


def test_a_proof_under_another_key_is_refused() -> None:
    key, other = oprf.generate_key_pair(), oprf.generate_key_pair()
    blinded = oprf.blind(b"p")
    with pytest.raises(ProofRefused):
        oprf.finalize(b"p", blinded, oprf.evaluate(other, blinded.element), key.public)


def test_an_answer_under_another_key_is_refused_whatever_its_proof() -> None:
    key, other = oprf.generate_key_pair(), oprf.generate_key_pair()
    blinded = oprf.blind(b"p")
    honest = oprf.evaluate(key, blinded.element)
    forged = oprf.Evaluated(oprf.evaluate(other, blinded.element).element, honest.proof)
    with pytest.raises(ProofRefused):
        oprf.finalize(b"p", blinded, forged, key.public)


@given(st.integers(0, 511))
def test_a_proof_with_one_bit_changed_is_refused(bit: int) -> None:
    key = oprf.generate_key_pair()
    blinded = oprf.blind(b"p")
    honest = oprf.evaluate(key, blinded.element)
    changed = bytearray(honest.proof)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ProofRefused):
        oprf.finalize(b"p", blinded, oprf.Evaluated(honest.element, bytes(changed)), key.public)


def test_secrets_are_in_no_repr() -> None:
    key, blinded = oprf.generate_key_pair(), oprf.blind(b"p")
    assert repr(key.secret) not in repr(key)
    assert repr(blinded.blind) not in repr(blinded)
