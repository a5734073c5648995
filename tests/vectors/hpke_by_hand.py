"""RFC 9180 base mode (X25519, HKDF-SHA256, AES-256-GCM) written out, so that a vector can have a known ephemeral key.

A second opinion on `dojang.pin.sealing`, which lets its library draw the ephemeral key.
"""

import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEM_ID = b"KEM\x00\x20"
_SUITE_ID = b"HPKE\x00\x20\x00\x01\x00\x02"


def _extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")


def _expand(suite: bytes, secret: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """One block is enough: no output here is longer than 32 bytes."""
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(secret, labelled + b"\x01", "sha256")[:length]


def seal_with(ephemeral: X25519PrivateKey, plain: bytes, public: bytes, info: bytes) -> bytes:
    """enc || ct of `plain` for `public`, with this ephemeral key (RFC 9180 4.1, 5.1)."""
    enc = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    eae = _extract(_KEM_ID, b"", b"eae_prk", shared)
    secret = _expand(_KEM_ID, eae, b"shared_secret", enc + public, 32)
    context = b"\x00" + _extract(_SUITE_ID, b"", b"psk_id_hash", b"") + _extract(_SUITE_ID, b"", b"info_hash", info)
    schedule = _extract(_SUITE_ID, secret, b"secret", b"")
    key = _expand(_SUITE_ID, schedule, b"key", context, 32)
    nonce = _expand(_SUITE_ID, schedule, b"base_nonce", context, 12)
    return enc + AESGCM(key).encrypt(nonce, plain, b"")
