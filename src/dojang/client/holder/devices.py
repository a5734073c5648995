"""This holder's device key, as a browser has one in its IndexedDB: one for all, made when a customer connects it."""

from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dojang.pin.devices import device_id
from dojang.serving import key_files

_FILE: Final = "device_key.pem"


class Device:
    """A P-256 key that says "this browser again". Its private half is never shown and never sent."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.id = device_id(self.spki)

    def sign(self, data: bytes) -> bytes:
        """64 bytes (IEEE P1363), other ones each time."""
        r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class Devices:
    """Keeps the one key in `folder`, readable by its owner alone; without a folder, for as long as this lives."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = folder / _FILE if folder is not None else None
        self._device: Device | None = None

    def find(self) -> Device | None:
        """The key, if one was ever made. Raises `SettingRefused` for a file that is open to others or no such key."""
        if self._device is None and self._file is not None and self._file.exists():
            self._device = Device(key_files.elliptic_key(self._file))
        return self._device

    def make(self) -> Device:
        """The key; durable on return where there was none. Raises `SettingRefused` as `find` does."""
        found = self.find()
        if found is None and self._file is not None:
            key_files.write_once(self._file, key_files.new_elliptic_pem)
            found = self.find()
        self._device = found or Device(ec.generate_private_key(ec.SECP256R1()))
        return self._device
