"""The master key K_m and the issuing key, behind a socket small enough for an HSM.

The software master is for trying out: its keys lie in files that an administrator can copy.
"""

import hmac
import os
import stat
from pathlib import Path
from typing import Final, Protocol

import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from dojang.refusals import DataFolderRefused, SettingRefused

MASTER_KEY: Final = "master.key"
ISSUING_KEY: Final = "issuing.key"
ALLOWED: Final = "for trying out"

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
        """Both keys, made and written down once. Raises `DataFolderRefused` where there are some already."""
        issuing_key = ec.generate_private_key(ec.SECP256R1())
        made = cls(os.urandom(32), issuing_key)
        pkcs8 = issuing_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        write_secret(folder / MASTER_KEY, made._key)
        write_secret(folder / ISSUING_KEY, pkcs8)
        return made

    @classmethod
    def open(cls, folder: Path, allowed: str) -> "SoftwareMaster":
        """The keys in `folder`, if the operator allows them by name.

        Raises `SettingRefused(setting="allow_software_master")`, `DataFolderRefused` for keys missing or readable by
        others.
        """
        if allowed != ALLOWED:
            raise SettingRefused(setting="allow_software_master")
        log.warning("SOFTWARE_MASTER_KEY_IS_NOT_FOR_PRODUCTION", folder=str(folder))
        issuing_key = load_der_private_key(read_secret(folder / ISSUING_KEY), None)
        if not isinstance(issuing_key, ec.EllipticCurvePrivateKey):
            raise DataFolderRefused(file=ISSUING_KEY)
        return cls(read_secret(folder / MASTER_KEY), issuing_key)

    def hmac(self, data: bytes) -> bytes:
        """HMAC-SHA256 under K_m."""
        return hmac.digest(self._key, data, "sha256")

    def issuing_key(self) -> ec.EllipticCurvePrivateKey:
        """The issuing authority's key."""
        return self._issuing_key


def write_secret(path: Path, secret: bytes) -> None:
    """`secret` on disk, for its owner alone. Raises `DataFolderRefused` for a file that is there."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise DataFolderRefused(file=path.name) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(descriptor)
    sync_folder(path.parent)


def read_secret(path: Path) -> bytes:
    """Raises `DataFolderRefused` for a file that is missing or that others may read."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise DataFolderRefused(file=path.name)
        return path.read_bytes()
    except OSError:
        raise DataFolderRefused(file=path.name) from None


def sync_folder(folder: Path) -> None:
    """What was made, renamed or removed in `folder` stays so after a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
