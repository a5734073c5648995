"""The vault's HPKE key of the day, to which the customer's side seals A_kid.

Each key is one file of its own beside the database and never in it, so that no backup of the database holds one (leave
the folder `day-keys` out of the machine's backup). A key is erased when it ends: what was sealed to it is then gone.
"""

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from dojang.pin.messages import DayKey
from dojang.pin.signatures import SigningKey
from dojang.policy.numbers import NUMBERS
from dojang.refusals import DayKeyExpired, SettingRefused
from dojang.serving import key_files

FOLDER: Final = "day-keys"
_LENGTH: Final = 16
_MOMENT: Final = 60


@dataclass(frozen=True, slots=True)
class OwnDayKey:
    """A day key with its private half."""

    document: DayKey
    private: X25519PrivateKey = field(repr=False)


class DayKeys:
    """Those that have not ended. Processes that share the folder share the keys."""

    def __init__(self, folder: Path, identity: SigningKey, now: Callable[[], int]) -> None:
        self._folder, self._identity, self._now = folder / FOLDER, identity, now
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._lock = threading.Lock()
        self._known: dict[bytes, OwnDayKey] = {}
        self.turn()

    def current(self) -> tuple[DayKey, bytes]:
        """The document of the key that ends last, with V's signature over it. It has an hour left, or is made now."""
        self.turn()
        with self._lock:
            document = max((key.document for key in self._known.values()), key=lambda one: one.not_after)
        return document, self._identity.sign(document.signed())

    def private(self, day_key_id: bytes) -> X25519PrivateKey:
        """The private half of a key that has not ended. Raises `DayKeyExpired` for any other."""
        key = self._known.get(day_key_id) or self._load(day_key_id)
        if key is None or self._now() >= key.document.not_after:
            raise DayKeyExpired
        return key.private

    def turn(self) -> None:
        """Keys that ended are erased, those of other processes are known, and one has more than an hour left."""
        with self._lock:
            now = self._now()
            keys = {bytes.fromhex(path.stem): path for path in self._folder.glob("*.key")}
            read = ((day_key_id, self._known.get(day_key_id) or _read(path)) for day_key_id, path in keys.items())
            found = {day_key_id: key for day_key_id, key in read if key is not None}
            self._known = {day_key_id: key for day_key_id, key in found.items() if key.document.not_after > now}
            for ended in found.keys() - self._known.keys():
                _erase(keys[ended])
            self._erase_unfinished()
            margin = NUMBERS.transaction.day_key_renewal
            if not any(key.document.not_after - now > margin for key in self._known.values()):
                self._make(now)

    def _make(self, now: int) -> None:
        private = X25519PrivateKey.generate()
        document = DayKey(
            os.urandom(_LENGTH), private.public_key().public_bytes_raw(), now, now + NUMBERS.transaction.day_key
        )
        text = json.dumps(
            {"private": private.private_bytes_raw().hex(), "from": document.not_before, "to": document.not_after}
        )
        key_files.write_once(self._folder / f"{document.day_key_id.hex()}.key", text.encode)
        self._known[document.day_key_id] = OwnDayKey(document, private)

    def _erase_unfinished(self) -> None:
        """What a crash left half-made. (Another process may be at one that is a moment old.)"""
        for path in self._folder.glob("*.new"):
            if time.time() - path.stat().st_mtime > _MOMENT:
                _erase(path)

    def _load(self, day_key_id: bytes) -> OwnDayKey | None:
        """A key that another process made since."""
        key = _read(self._folder / f"{day_key_id.hex()}.key")
        if key is not None:
            with self._lock:
                self._known[day_key_id] = key
        return key


def _read(path: Path) -> OwnDayKey | None:
    try:
        value = json.loads(key_files.read(path))
    except SettingRefused:
        return None
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(value["private"]))
    public = private.public_key().public_bytes_raw()
    return OwnDayKey(DayKey(bytes.fromhex(path.stem), public, value["from"], value["to"]), private)


def _erase(path: Path) -> None:
    """Overwritten, then removed. (A copying file system keeps old blocks: the folder belongs on one that does not.)"""
    try:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return  # another process was quicker
