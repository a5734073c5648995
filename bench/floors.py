"""The raw primitives under each service, called straight from their libraries: no HTTP, no database, no encoding."""

import hashlib
import hmac
import os
from collections.abc import Callable

import rbcl
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap_with_padding, aes_key_wrap_with_padding
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from bench.rows import Floor, floor

Work = Callable[[], object]
_MESSAGE = os.urandom(200)


def ed25519_sign() -> Work:
    """One signature over 200 bytes."""
    key = Ed25519PrivateKey.generate()
    return lambda: key.sign(_MESSAGE)


def ed25519_verify() -> Work:
    """One verification over 200 bytes, the key read from its bytes."""
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key(), key.sign(_MESSAGE)
    return lambda: public.verify(signature, _MESSAGE)


def group_multiplication() -> Work:
    """One scalar times one element of ristretto255."""
    scalar, element = rbcl.crypto_core_ristretto255_scalar_random(), rbcl.crypto_core_ristretto255_random()
    return lambda: rbcl.crypto_scalarmult_ristretto255(scalar, element)


def base_multiplication() -> Work:
    """One scalar times the base."""
    scalar = rbcl.crypto_core_ristretto255_scalar_random()
    return lambda: rbcl.crypto_scalarmult_ristretto255_base(scalar)


def ecdsa_sign() -> Work:
    """One P-256 signature."""
    key = ec.generate_private_key(ec.SECP256R1())
    algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    return lambda: key.sign(_MESSAGE, algorithm)


def ecdsa_keygen() -> Work:
    """One P-256 key pair."""
    return lambda: ec.generate_private_key(ec.SECP256R1())


def hpke_open() -> Work:
    """One HPKE message of 32 bytes opened."""
    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    key = X25519PrivateKey.generate()
    sealed = suite.encrypt(os.urandom(32), key.public_key(), b"info")
    return lambda: suite.decrypt(sealed, key, b"info")


def unwrap_and_load() -> Work:
    """HMAC for the key, AES-KWP, and a P-256 key read from PKCS #8."""
    master = os.urandom(32)
    plain = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    wrapped = aes_key_wrap_with_padding(hmac.digest(master, _MESSAGE, "sha256"), plain)

    def work() -> object:
        kek = hmac.digest(master, _MESSAGE, "sha256")
        return load_der_private_key(aes_key_unwrap_with_padding(kek, wrapped), None)

    return work


def sha256() -> Work:
    """One hash of 200 bytes."""
    return lambda: hashlib.sha256(_MESSAGE).digest()


def guard_attempt() -> Floor:
    """A guard's attempt: VOPRF with proof (3 multiplications, 2 of them for the proof's composite, and the base's), a
    ticket's verification, a reply's signature."""
    return floor(
        "VOPRF with proof + Ed25519 verify + sign",
        (group_multiplication(), 4),
        (base_multiplication(), 1),
        (ed25519_verify(), 1),
        (ed25519_sign(), 1),
    )


def vault_activation() -> Floor:
    """V's step: the activation, two receipts, HPKE, unwrapping, one P-256 signature."""
    return floor(
        "3 Ed25519 verify + HPKE open + AES-KWP + P-256 sign",
        (ed25519_verify(), 3),
        (hpke_open(), 1),
        (unwrap_and_load(), 1),
        (ecdsa_sign(), 1),
    )


def certificate() -> Floor:
    """V's step: two receipts and the registration authority's signature, the rehearsal's throw-away key and signature,
    and the certificate's."""
    return floor(
        "3 Ed25519 verify + P-256 key + 2 P-256 sign",
        (ed25519_verify(), 3),
        (ecdsa_keygen(), 1),
        (ecdsa_sign(), 2),
    )


def whole_use() -> Floor:
    """One PIN signature by all: two attempts with the customer's side (blind, verify, unblind),
    a confirm at three guards, V's step; the stretching of the PIN is left out."""
    return floor(
        "2 attempts, both sides + 3 confirms + V's step",
        (group_multiplication(), 8 + 2 * 6),
        (base_multiplication(), 2 + 2),
        (ed25519_verify(), 2 + 4 + 3 + 6),
        (ed25519_sign(), 2 + 2 + 1 + 2),
        (hpke_open(), 2),
        (unwrap_and_load(), 1),
        (ecdsa_sign(), 1),
    )


def argon2id() -> Work:
    """One PIN stretched."""
    return lambda: Argon2id(salt=bytes(16), length=32, iterations=2, lanes=1, memory_cost=19_456).derive(b"428193")


def whole_issuance() -> Floor:
    """A first version at three guards and its certificate: the PIN stretched once, three evaluations with their
    customer's side, replies, statement, receipts, credential and attestation, two sealed messages, the certificate."""
    return floor(
        "Argon2id + 3 evaluations, both sides + signatures + certificate",
        (argon2id(), 1),
        (group_multiplication(), 3 * (4 + 6)),
        (base_multiplication(), 3 * 2),
        (ed25519_verify(), 3 + 3 + 6 + 3),
        (ed25519_sign(), 3 + 3 + 4),
        (hpke_open(), 2),
        (ecdsa_keygen(), 2),
        (ecdsa_sign(), 2),
    )
