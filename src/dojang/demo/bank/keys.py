"""The bank's own keys: made once, in files that only their owner can read."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from joserfc.jwk import ECKey

from dojang.pin.encoding import b64, sha256
from dojang.pin.signatures import SigningKey
from dojang.serving import key_files

REGISTRATION: Final = "registration.key"  # Ed25519 seed: the registration authority signs with it
RESIDENT_NUMBER: Final = "resident-number.key"  # X25519, 32 bytes: resident numbers are sealed to it
RELYING_PARTY: Final = "relying-party.pem"  # P-256, PKCS #8: private_key_jwt


@dataclass(frozen=True, slots=True)
class Keys:
    """No secret is in its repr."""

    registration: SigningKey
    resident_number: X25519PrivateKey = field(repr=False)
    relying_party: ECKey = field(repr=False)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The keys that `make` left. Raises `SettingRefused`."""
        key_files.elliptic_key(folder / RELYING_PARTY)
        return cls(
            key_files.signing_key(folder / REGISTRATION),
            X25519PrivateKey.from_private_bytes(key_files.read(folder / RESIDENT_NUMBER, 32)),
            ECKey.import_key(key_files.read(folder / RELYING_PARTY)),
        )

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
    key_files.write_once(folder / REGISTRATION, key_files.new_signing_seed)
    key_files.write_once(folder / RESIDENT_NUMBER, lambda: X25519PrivateKey.generate().private_bytes_raw())
    key_files.write_once(folder / RELYING_PARTY, key_files.new_elliptic_pem)
    return Keys.read(folder)
