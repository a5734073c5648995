"""What the operator of the PIN page chooses: `DOJANG_PIN_PAGE_*`. There is no default."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Self, TypeVar, get_args

from dojang.pin.anchors import Anchors
from dojang.pin.encoding import canonical
from dojang.policy.wording import LANGUAGES
from dojang.refusals import Refusal, SettingMissing, SettingRefused

PREFIX: Final = "DOJANG_PIN_PAGE_"
Shuffle = Literal["off", "offer", "on"]
Names = Mapping[str, Mapping[str, str]]

Value = TypeVar("Value")
_ID: Final = re.compile(r"[A-Za-z0-9._:/-]{1,200}")


@dataclass(frozen=True, slots=True)
class PinPageSettings:
    """Read and checked. The centre's and the guards' origins, the only ones the page may speak to, are the anchors'.

    `shuffle`: whether the digits' places are mixed: never, if the customer switches it on, always.
    `relying_parties`: the name of each by its id and language; one that is not among them is shown by its id.
    """

    anchors: Anchors
    shuffle: Shuffle
    relying_parties: Names
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
            shuffle=read("SHUFFLE", _shuffle),
            relying_parties=read("RELYING_PARTIES", _names),
            host=read("HOST", str),
            port=read("PORT", int),
        )

    def told(self) -> bytes:
        """What the page itself is told of them."""
        names = {party: dict(named) for party, named in self.relying_parties.items()}
        return canonical({"relying_parties": names, "shuffle": self.shuffle})


def _shuffle(text: str) -> Shuffle:
    found: dict[str, Shuffle] = {name: name for name in get_args(Shuffle)}
    if text not in found:
        raise ValueError
    return found[text]


def _names(text: str) -> Names:
    found: Any = json.loads(text)
    if not isinstance(found, dict) or not all(_ID.fullmatch(party) and _named(name) for party, name in found.items()):
        raise ValueError
    return found


def _named(found: object) -> bool:
    """A name in every language, that a line can show."""
    if not isinstance(found, dict) or found.keys() != set(LANGUAGES):
        return False
    return all(isinstance(name, str) and name.strip() and name.isprintable() for name in found.values())
