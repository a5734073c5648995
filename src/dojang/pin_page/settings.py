"""What the operator of the PIN page chooses: `DOJANG_PIN_PAGE_*`. There is no default."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeVar

from dojang.pin.anchors import Anchors
from dojang.refusals import Refusal, SettingMissing, SettingRefused

PREFIX: Final = "DOJANG_PIN_PAGE_"

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PinPageSettings:
    """Read and checked. The centre's and the guards' origins, the only ones the page may speak to, are the anchors'."""

    anchors: Anchors
    host: str
    port: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Raises `SettingMissing` or `SettingRefused` (fact: setting)."""

        def read(name: str, reader: Callable[[str], Value]) -> Value:
            setting = PREFIX + name
            if not environment.get(setting):
                raise SettingMissing(setting=setting)
            try:
                return reader(environment[setting])
            except (OSError, ValueError, Refusal):
                raise SettingRefused(setting=setting) from None

        return cls(
            anchors=read("ANCHORS", lambda path: Anchors.parse(Path(path).read_bytes())),
            host=read("HOST", str),
            port=read("PORT", int),
        )
