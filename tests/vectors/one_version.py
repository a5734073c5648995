"""The one version that the vectors tell of: its keys, random numbers, anchors, guards and record, all fixed."""

import hashlib
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from dojang.pin import oprf, sharing
from dojang.pin.anchors import Anchors, GuardAnchor
from dojang.pin.encoding import b64, sha256, unb64
from dojang.pin.record import KeyStretching, MaskedShare, Record
from dojang.pin.signatures import SigningKey
from dojang.pin.version import Secrets, stretch

PIN: Final = "830142"
NOW: Final = 1_790_000_000
VER: Final = 1


def fixed(name: str, size: int = 32) -> bytes:
    """Bytes that stand for a random number called `name`."""
    return hashlib.shake_256(b"pin_protocol.json " + name.encode()).digest(size)


def fixed_scalar(name: str) -> bytes:
    """A scalar that stands for a random one called `name`."""
    return (1 + int.from_bytes(fixed(name, 64), "little") % (oprf.ORDER - 1)).to_bytes(32, "little")


UID: Final = fixed("uid", 16)
KID: Final = fixed("kid", 16)
SALT: Final = fixed("salt", 16)
TH: Final = fixed("th")
DAY_KEY_ID: Final = fixed("day key id", 16)
DAY_KEY: Final = X25519PrivateKey.from_private_bytes(fixed("day key"))
VAULT: Final = SigningKey(fixed("vault"))
TICKET: Final = SigningKey(fixed("ticket"))
GUARDS: Final = tuple((f"guard-{i}", i, SigningKey(fixed(f"guard {i}"))) for i in (1, 2, 3))
R: Final = fixed_scalar("R")
COEFFICIENTS: Final = (R, fixed_scalar("f1"))
SECRETS: Final = Secrets.of(R, UID, VER)
P: Final = stretch(PIN, SALT, KeyStretching())
ANCHORS: Final = Anchors(
    threshold=2,
    guards=tuple(GuardAnchor(name, i, f"http://127.0.0.1:801{i}", key.public) for name, i, key in GUARDS),
    vault_key=VAULT.public,
    log_key=SigningKey(fixed("log")).public,
    center_origin="http://center.dojang.localhost:8001",
    ticket_key=TICKET.public,
    registration_key=SigningKey(fixed("registration")).public,
    root_certificate=fixed("root certificate", 300),
)


def guard_vectors() -> list[dict[str, Any]]:
    """At each guard: the OPRF of P, and the share that its output masks."""
    shares = sharing.evaluate(COEFFICIENTS, [i for _, i, _ in GUARDS])
    return [_guard(name, i, key, shares[i]) for name, i, key in GUARDS]


def _guard(name: str, i: int, key: SigningKey, share: bytes) -> dict[str, Any]:
    pair = oprf.key_pair(fixed_scalar(f"k {i}"))
    blinded = oprf.blind_with(P, fixed_scalar(f"blind {i}"))
    nonce = fixed_scalar(f"nonce {i}")
    (element,), proof = oprf.evaluate_batch(pair, [blinded.element], nonce)
    output = oprf.finalize(P, blinded, oprf.Evaluated(element, proof), pair.public)
    masking = sharing.mask(UID, VER, name, i, output)
    return {
        "guard_id": name,
        "index": i,
        "seed": b64(key.seed),
        "key": b64(pair.secret),
        "public_key": b64(pair.public),
        "blind": b64(blinded.blind),
        "blinded": b64(blinded.element),
        "nonce": b64(nonce),
        "evaluated": b64(element),
        "proof": b64(proof),
        "output": b64(output),
        "share": b64(share),
        "mask": b64(masking),
        "masked": b64(sharing.add_mask(share, masking)),
    }


GUARD_VECTORS: Final = guard_vectors()


def record() -> Record:
    """M of the one version that the vectors tell of."""
    return Record(
        stretching=KeyStretching(),
        salt=SALT,
        uid=UID,
        ver=VER,
        threshold=2,
        guards=3,
        guards_hash=ANCHORS.guards_hash,
        shares=tuple(
            MaskedShare(g["guard_id"], g["index"], unb64(g["masked"]), sha256(unb64(g["public_key"])))
            for g in GUARD_VECTORS
        ),
        commitment=SECRETS.commitment(),
        authorization_key=SECRETS.authorization_key().public,
    )
