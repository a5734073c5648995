"""What a holder keeps between visits: the highest version of every uid that it has seen work. No secret."""

import json
import os
from pathlib import Path
from typing import Final

from dojang.pin.encoding import b64
from dojang.refusals import DataFolderRefused

_FILE: Final = "known_versions.json"


class Memory:
    """The known uids of one folder, as a browser has them in its IndexedDB."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE

    def highest(self, uid: bytes) -> int | None:
        """The highest version of `uid` noted, if any."""
        return self._read().get(b64(uid))

    def knows_only_others(self, uid: bytes) -> bool:
        """Whether somebody else's uid, or an earlier one, is known here and this one is not."""
        known = self._read()
        return bool(known) and b64(uid) not in known

    def note(self, uid: bytes, ver: int) -> None:
        """`ver` of `uid` is live: q guards said so, or a use succeeded under its key. Durable on return."""
        known = self._read()
        known[b64(uid)] = max(ver, known.get(b64(uid), 0))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(known, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)

    def _read(self) -> dict[str, int]:
        """Raises `DataFolderRefused` for a file that is not ours: without it a false version could be an old one."""
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            raise DataFolderRefused from None
        if not isinstance(known, dict) or not all(type(ver) is int for ver in known.values()):
            raise DataFolderRefused
        return known
