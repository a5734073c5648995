"""The bank's own keys: made once, read from files that only their owner can read."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey

from dojang.pin.encoding import b64, sha256
from dojang.pin.signatures import SigningKey
from dojang.refusals import SettingRefused

REGISTRATION = "registration.key"  # Ed25519 seed, 32 bytes: the registration authority signs with it
RESIDENT_NUMBER = "resident-number.key"  # X25519, 32 bytes: resident numbers are sealed to it
RELYING_PARTY = "relying-party.pem"  # P-256, PKCS#8: private_key_jwt


@dataclass(frozen=True, slots=True)
class Keys:
    """No secret is in its repr."""

    registration: SigningKey
    resident_number: X25519PrivateKey = field(repr=False)
    relying_party: ECKey = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """Fresh keys, kept nowhere."""
        return cls(SigningKey.generate(), X25519PrivateKey.generate(), ECKey.import_key(_new_relying_party()))

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The keys that `make` left. Raises `SettingRefused`."""
        try:
            return cls(
                SigningKey((folder / REGISTRATION).read_bytes()),
                X25519PrivateKey.from_private_bytes((folder / RESIDENT_NUMBER).read_bytes()),
                ECKey.import_key((folder / RELYING_PARTY).read_bytes()),
            )
        except (OSError, ValueError):
            raise SettingRefused(name="DOJANG_BANK_KEYS") from None

    def public(self) -> dict[str, Any]:
        """What others need to know: `registration_key` (base64url, 32 bytes), the relying party's `client_jwk`."""
        return {"registration_key": b64(self.registration.public), "client_jwk": self.client_jwk()}

    def client_jwk(self) -> dict[str, Any]:
        """The public half of the relying party's key, with its id (RFC 7517)."""
        public: dict[str, Any] = dict(self.relying_party.as_dict(private=False))
        return {**public, "kid": self.relying_party.thumbprint(), "use": "sig", "alg": "ES256"}

    def sealing_key(self) -> tuple[str, bytes]:
        """(key id, X25519 public key) that resident numbers are sealed to."""
        public = self.resident_number.public_key().public_bytes_raw()
        return b64(sha256(public)[:8]), public


def make(folder: Path) -> Keys:
    """Every key that is not there yet is made, readable by its owner alone; the others are kept. Returns all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _keep(folder / REGISTRATION, SigningKey.generate().seed)
    _keep(folder / RESIDENT_NUMBER, X25519PrivateKey.generate().private_bytes_raw())
    _keep(folder / RELYING_PARTY, _new_relying_party())
    return Keys.read(folder)


def _new_relying_party() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _keep(path: Path, secret: bytes) -> None:
    if path.exists():
        return
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secret)
        os.fsync(file.fileno())
    new.replace(path)
