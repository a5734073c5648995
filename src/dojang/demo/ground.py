"""The demo's data folder and addresses: whose it is, and where every process answers."""

import contextlib
import fcntl
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dojang.refusals import DataFolderRefused

DEFAULT_PORT_BASE: Final = 8000
MARK: Final = "dojang-demo.json"
HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ground:
    """A folder belongs to one port base: addresses are in certificates and anchors."""

    data: Path
    port_base: int

    def check(self) -> None:
        """Nothing is written. Raises `DataFolderRefused`: no folder, somebody else's files, or another port base."""
        mark = self.data / MARK
        if mark.exists():
            held = _port_base(mark)
            if held != self.port_base:
                raise DataFolderRefused(folder=str(self.data), reason="another_port_base", port_base=held)
            return
        try:
            if self.data.exists() and any(self.data.iterdir()):
                raise DataFolderRefused(folder=str(self.data), reason="not_ours")
        except OSError:
            raise DataFolderRefused(folder=str(self.data), reason="not_a_folder") from None

    def claim(self) -> None:
        """Make the folder ours. Raises what `check` refuses."""
        self.check()
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            mark = self.data / MARK
            if not mark.exists():
                mark.write_text(json.dumps({"port_base": self.port_base}))
        except OSError:
            raise DataFolderRefused(folder=str(self.data), reason="cannot_be_written") from None

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """No other demo works in the folder meanwhile; a killed one lets go. Raises `DataFolderRefused`."""
        with (self.data / MARK).open("rb") as mark:
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DataFolderRefused(folder=str(self.data), reason="in_use") from None
            yield

    def port(self, offset: int) -> int:
        """A port of this ground."""
        return self.port_base + offset

    @property
    def bank(self) -> str:
        """Hanbit Bank's origin."""
        return f"http://bank.localhost:{self.port(0)}"

    @property
    def center(self) -> str:
        """The certification centre's origin."""
        return f"http://center.dojang.localhost:{self.port(1)}"

    @property
    def pin_page(self) -> str:
        """The PIN page's origin."""
        return f"http://pin.dojang.localhost:{self.port(14)}"

    def guard(self, index: int) -> str:
        """A guard's origin; index from 1."""
        return f"http://{HOST}:{self.port(10 + index)}"

    @property
    def vault(self) -> str:
        """The vault's address."""
        return f"http://{HOST}:{self.port(20)}"

    @property
    def status(self) -> str:
        """The status service's address."""
        return f"http://{HOST}:{self.port(30)}"

    @property
    def practice(self) -> str:
        """Where certificates say that the practice statement is."""
        return f"{self.center}/practice"


def _port_base(mark: Path) -> int:
    try:
        return int(json.loads(mark.read_text())["port_base"])
    except (ValueError, KeyError, TypeError):
        raise DataFolderRefused(folder=str(mark.parent), reason="not_ours") from None
