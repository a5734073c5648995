"""The master key K_m and the issuing key, behind a socket small enough for an HSM.

The software master is for trying out: its keys lie in files that an administrator can copy.
"""

import hmac
import os
from pathlib import Path
from typing import Final, Protocol

import structlog
from cryptography.hazmat.primitives.asymmetric import ec

from dojang.refusals import SettingRefused
from dojang.serving import key_files

MASTER_KEY: Final = "master.key"
ISSUING_KEY: Final = "issuing.key"
ALLOWED: Final = "for trying out"
SIZE: Final = 32  # octets of K_m

log = structlog.get_logger()


class Master(Protocol):
    """What the vault asks of its key store. Nothing takes a key out."""

    def hmac(self, data: bytes) -> bytes:
        """HMAC-SHA256 under K_m, 32 bytes."""
        ...

    def issuing_key(self) -> ec.EllipticCurvePrivateKey:
        """The issuing authority's key, as pyca's builders take it."""
        ...


class SoftwareMaster:
    """Keys in files of the vault's own user. Their bytes are in no repr."""

    def __init__(self, key: bytes, issuing_key: ec.EllipticCurvePrivateKey) -> None:
        self._key, self._issuing_key = key, issuing_key

    @classmethod
    def create(cls, folder: Path) -> "SoftwareMaster":
        """Both keys, in `folder`: made now, or kept."""
        key_files.write_once(folder / MASTER_KEY, lambda: os.urandom(SIZE))
        key_files.write_once(folder / ISSUING_KEY, key_files.new_elliptic_pem)
        return cls._read(folder)

    @classmethod
    def open(cls, folder: Path, allowed: str) -> "SoftwareMaster":
        """The keys in `folder`, if the operator allows them by name.

        Raises `SettingRefused`: not allowed (fact setting); keys missing or open to others (facts file, reason).
        """
        if allowed != ALLOWED:
            raise SettingRefused(setting="allow_software_master")
        log.warning("SOFTWARE_MASTER_KEY_IS_NOT_FOR_PRODUCTION", folder=str(folder))
        return cls._read(folder)

    @classmethod
    def _read(cls, folder: Path) -> "SoftwareMaster":
        return cls(key_files.read(folder / MASTER_KEY, SIZE), key_files.elliptic_key(folder / ISSUING_KEY))

    def hmac(self, data: bytes) -> bytes:
        """HMAC-SHA256 under K_m."""
        return hmac.digest(self._key, data, "sha256")

    def issuing_key(self) -> ec.EllipticCurvePrivateKey:
        """The issuing authority's key."""
        return self._issuing_key
