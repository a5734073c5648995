"""What a holder keeps between visits, none of it secret.

The highest version of every uid that it has seen work, and the device that each customer connected.
"""

import json
import os
from pathlib import Path
from typing import Final, TypeVar

from dojang.pin.encoding import b64
from dojang.refusals import DataFolderRefused

_VERSIONS: Final = "known_versions.json"
_CONNECTED: Final = "connected_devices.json"

Value = TypeVar("Value", int, str)


class Memory:
    """The known uids of one folder, as a browser has them in its storage."""

    def __init__(self, folder: Path) -> None:
        self._versions, self._connected = folder / _VERSIONS, folder / _CONNECTED

    def highest(self, uid: bytes) -> int | None:
        """The highest version of `uid` noted, if any."""
        return _read(self._versions, int).get(b64(uid))

    def knows_only_others(self, uid: bytes) -> bool:
        """Whether somebody else's uid, or an earlier one, is known here and this one is not."""
        known = _read(self._versions, int)
        return bool(known) and b64(uid) not in known

    def note(self, uid: bytes, ver: int) -> None:
        """`ver` of `uid` is live: q guards said so, or a use succeeded under its key. Durable on return."""
        known = _read(self._versions, int)
        _write(self._versions, known | {b64(uid): max(ver, known.get(b64(uid), 0))})

    def connected(self, uid: bytes, device: bytes) -> bool:
        """Whether the customer `uid` connected this very device (its id)."""
        return _read(self._connected, str).get(b64(uid)) == b64(device)

    def note_connected(self, uid: bytes, device: bytes) -> None:
        """The customer's consent added the device, at enough guards. Durable on return."""
        _write(self._connected, _read(self._connected, str) | {b64(uid): b64(device)})


def _write(path: Path, known: dict[str, Value]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(known, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _read(path: Path, kind: type[Value]) -> dict[str, Value]:
    """Raises `DataFolderRefused` for a file that is not ours: without it a false version could be an old one."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise DataFolderRefused from None
    if not isinstance(known, dict) or not all(type(value) is kind for value in known.values()):
        raise DataFolderRefused
    return known
