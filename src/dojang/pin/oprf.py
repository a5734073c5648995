"""VOPRF(ristretto255, SHA-512) of RFC 9497, on libsodium's group operations (RFC 9496).

Elements and scalars are 32 bytes (scalars little-endian). What is not on the group, the identity, and scalars outside
1..L-1 are refused with `NotAnElement` or `NotAScalar`; a proof that does not hold with `ProofRefused`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import rbcl

from dojang.refusals import NotAnElement, NotAScalar, ProofRefused

ORDER: Final = 2**252 + 27742317777372353535851937790883648493
SIZE: Final = 32

_MODE_OPRF: Final = 0
_MODE_VOPRF: Final = 1
_IDENTITY: Final = bytes(SIZE)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A server's OPRF key: `secret` scalar, `public` = secret * G."""

    secret: bytes = field(repr=False)
    public: bytes


@dataclass(frozen=True, slots=True)
class Blinded:
    """What the client sends (`element`) and what it keeps (`blind`)."""

    blind: bytes = field(repr=False)
    element: bytes


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A server's answer: the element, and the 64-byte DLEQ proof c || s that it used the key behind `public`."""

    element: bytes
    proof: bytes


def _context(mode: int) -> bytes:
    return b"OPRFV1-" + bytes([mode]) + b"-ristretto255-SHA512"


def _expand_message(message: bytes, dst: bytes) -> bytes:
    """expand_message_xmd with SHA-512 for 64 bytes: one block (RFC 9380 5.3.1)."""
    dst_prime = dst + bytes([len(dst)])
    b0 = hashlib.sha512(bytes(128) + message + (64).to_bytes(2, "big") + b"\x00" + dst_prime).digest()
    return hashlib.sha512(b0 + b"\x01" + dst_prime).digest()


def _hash_to_group(message: bytes, mode: int) -> bytes:
    return bytes(rbcl.crypto_core_ristretto255_from_hash(_expand_message(message, b"HashToGroup-" + _context(mode))))


def _hash_to_scalar(message: bytes, dst: bytes) -> bytes:
    return bytes(rbcl.crypto_core_ristretto255_scalar_reduce(_expand_message(message, dst)))


def _two(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def check_element(element: bytes) -> bytes:
    """`element`, if it is a canonical encoding of a point other than the identity (RFC 9497 2.1, RFC 9496 4.3.1)."""
    if len(element) != SIZE or element == _IDENTITY or not rbcl.crypto_core_ristretto255_is_valid_point(element):
        raise NotAnElement
    return element


def check_scalar(scalar: bytes) -> bytes:
    """`scalar`, if it is 32 bytes little-endian within 1..L-1."""
    if len(scalar) != SIZE or not 0 < int.from_bytes(scalar, "little") < ORDER:
        raise NotAScalar
    return scalar


def random_scalar() -> bytes:
    """A uniform scalar within 1..L-1."""
    return (1 + secrets.randbelow(ORDER - 1)).to_bytes(SIZE, "little")


def _multiply(scalar: bytes, element: bytes) -> bytes:
    try:
        return bytes(rbcl.crypto_scalarmult_ristretto255(scalar, element))
    except (RuntimeError, TypeError):  # libsodium refuses what is not on the group, and a product that is the identity
        raise NotAnElement from None


def _multiply_base(scalar: bytes) -> bytes:
    return bytes(rbcl.crypto_scalarmult_ristretto255_base(scalar))


def _add(left: bytes, right: bytes) -> bytes:
    return bytes(rbcl.crypto_core_ristretto255_add(left, right))


def generate_key_pair() -> KeyPair:
    """A fresh key."""
    return key_pair(random_scalar())


def key_pair(secret: bytes) -> KeyPair:
    """The key whose secret scalar is given. Raises `NotAScalar`."""
    return KeyPair(secret, _multiply_base(check_scalar(secret)))


def derive_key_pair(seed: bytes, info: bytes, *, mode: int = _MODE_VOPRF) -> KeyPair:
    """RFC 9497 3.2.1, for its test vectors."""
    dst = b"DeriveKeyPair" + _context(mode)
    for counter in range(256):
        secret = _hash_to_scalar(seed + _two(info) + bytes([counter]), dst)
        if any(secret):
            return key_pair(secret)
    raise NotAScalar


def blind(message: bytes, *, mode: int = _MODE_VOPRF) -> Blinded:
    """Blind `message` with a fresh scalar."""
    return blind_with(message, random_scalar(), mode=mode)


def blind_with(message: bytes, scalar: bytes, *, mode: int = _MODE_VOPRF) -> Blinded:
    """Blind `message` with the scalar given."""
    return Blinded(scalar, _multiply(check_scalar(scalar), check_element(_hash_to_group(message, mode))))


def evaluate(key: KeyPair, element: bytes) -> Evaluated:
    """Evaluate one blinded element and prove it. Raises `NotAnElement`."""
    (answer,), proof = evaluate_batch(key, [element], random_scalar())
    return Evaluated(answer, proof)


def evaluate_batch(key: KeyPair, elements: Sequence[bytes], nonce: bytes) -> tuple[list[bytes], bytes]:
    """Evaluate `elements` under one proof made with the scalar `nonce`, which must be fresh (RFC 9497 2.2.1)."""
    answers = [_multiply(key.secret, check_element(element)) for element in elements]
    composite = _composite(key.public, elements, answers)
    composite_answer = _multiply(key.secret, composite)
    commitment = _multiply_base(check_scalar(nonce)), _multiply(nonce, composite)
    challenge = _challenge(key.public, composite, composite_answer, *commitment)
    response = rbcl.crypto_core_ristretto255_scalar_sub(
        nonce, rbcl.crypto_core_ristretto255_scalar_mul(challenge, key.secret)
    )
    return answers, challenge + bytes(response)


def evaluate_unproven(key: KeyPair, element: bytes) -> bytes:
    """The evaluation of mode OPRF, without a proof (RFC 9497 3.3.1)."""
    return _multiply(key.secret, check_element(element))


def finalize(message: bytes, blinded: Blinded, evaluated: Evaluated, public: bytes) -> bytes:
    """The 64-byte output, once the proof under `public` holds. Raises `ProofRefused`."""
    (output,) = finalize_batch([message], [blinded], [evaluated.element], evaluated.proof, public)
    return output


def finalize_batch(
    messages: Sequence[bytes], blinded: Sequence[Blinded], answers: Sequence[bytes], proof: bytes, public: bytes
) -> list[bytes]:
    """The outputs of a batch, once its one proof holds. Raises `ProofRefused`."""
    verify_proof(public, [b.element for b in blinded], answers, proof)
    return [unblind(m, b, a) for m, b, a in zip(messages, blinded, answers, strict=True)]


def unblind(message: bytes, blinded: Blinded, answer: bytes) -> bytes:
    """The 64-byte output of an answer whose proof the caller has checked (or that has none)."""
    inverse = rbcl.crypto_core_ristretto255_scalar_invert(blinded.blind)
    return hashlib.sha512(_two(message) + _two(_multiply(inverse, check_element(answer))) + b"Finalize").digest()


def verify_proof(public: bytes, elements: Sequence[bytes], answers: Sequence[bytes], proof: bytes) -> None:
    """RFC 9497 2.2.2. Raises `ProofRefused`."""
    try:
        _verify(public, elements, answers, proof)
    except (NotAnElement, NotAScalar):
        raise ProofRefused from None


def _verify(public: bytes, elements: Sequence[bytes], answers: Sequence[bytes], proof: bytes) -> None:
    if len(proof) != 2 * SIZE or len(elements) != len(answers):
        raise ProofRefused
    challenge, response = check_scalar(proof[:SIZE]), check_scalar(proof[SIZE:])
    for element in (public, *elements, *answers):
        check_element(element)
    composite, composite_answer = _composites(public, elements, answers)
    t2 = _add(_multiply_base(response), _multiply(challenge, public))
    t3 = _add(_multiply(response, composite), _multiply(challenge, composite_answer))
    if not hmac.compare_digest(_challenge(public, composite, composite_answer, t2, t3), challenge):
        raise ProofRefused


def _weights(public: bytes, elements: Sequence[bytes], answers: Sequence[bytes]) -> list[bytes]:
    seed_dst = b"Seed-" + _context(_MODE_VOPRF)
    seed = hashlib.sha512(_two(public) + _two(seed_dst)).digest()
    return [
        _hash_to_scalar(
            _two(seed) + i.to_bytes(2, "big") + _two(element) + _two(answer) + b"Composite",
            b"HashToScalar-" + _context(_MODE_VOPRF),
        )
        for i, (element, answer) in enumerate(zip(elements, answers, strict=True))
    ]


def _weighted_sum(weights: Sequence[bytes], elements: Sequence[bytes]) -> bytes:
    total = _multiply(weights[0], elements[0])
    for weight, element in zip(weights[1:], elements[1:], strict=True):
        total = _add(total, _multiply(weight, element))
    return total


def _composite(public: bytes, elements: Sequence[bytes], answers: Sequence[bytes]) -> bytes:
    return _weighted_sum(_weights(public, elements, answers), elements)


def _composites(public: bytes, elements: Sequence[bytes], answers: Sequence[bytes]) -> tuple[bytes, bytes]:
    weights = _weights(public, elements, answers)
    return _weighted_sum(weights, elements), _weighted_sum(weights, answers)


def _challenge(public: bytes, composite: bytes, composite_answer: bytes, t2: bytes, t3: bytes) -> bytes:
    transcript = b"".join(_two(e) for e in (public, composite, composite_answer, t2, t3)) + b"Challenge"
    return _hash_to_scalar(transcript, b"HashToScalar-" + _context(_MODE_VOPRF))
