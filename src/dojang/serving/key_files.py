"""Secrets in files that only their owner can read: made once, durable before anything uses them."""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from dojang.pin.signatures import SigningKey
from dojang.refusals import SettingRefused


def write_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """What `path` holds; made now if it is not there, and then on the disk before this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        new = path.with_name(path.name + ".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return path.read_bytes()


def read(path: Path, size: int | None = None) -> bytes:
    """The secret in `path`. Raises `SettingRefused`: not there, of another size, or open to others."""
    try:
        secret = path.read_bytes()
        open_to_others = path.stat().st_mode & 0o077
    except OSError:
        raise SettingRefused(file=path.name, reason="missing") from None
    if open_to_others:
        raise SettingRefused(file=path.name, reason="open_to_others")
    if size is not None and len(secret) != size:
        raise SettingRefused(file=path.name, reason="size")
    return secret


def signing_key(path: Path) -> SigningKey:
    """An Ed25519 key from its 32-byte seed."""
    return SigningKey(read(path, 32))


def elliptic_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """A P-256 key from PEM (PKCS #8)."""
    try:
        key = load_pem_private_key(read(path), None)
    except ValueError:
        raise SettingRefused(file=path.name, reason="format") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SettingRefused(file=path.name, reason="kind")
    return key


def new_signing_seed() -> bytes:
    """A fresh Ed25519 seed."""
    return SigningKey.generate().seed


def new_elliptic_pem() -> bytes:
    """A fresh P-256 key as PEM (PKCS #8)."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
