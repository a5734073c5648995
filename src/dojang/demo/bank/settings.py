"""What the operator of the demo says to the bank: `DOJANG_BANK_*`. Nothing has a default."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dojang.pin.encoding import unb64
from dojang.pin.signatures import check_public_key
from dojang.refusals import NotAPublicKey, NotBase64Url, SettingMissing, SettingRefused

_PREFIX = "DOJANG_BANK_"


@dataclass(frozen=True, slots=True)
class Settings:
    """`data`: folder of the database; `keys`: folder that `keys.make` filled; `anchors`: the file anchors.json.

    `origin` and `center_origin` are scheme://host:port; `center_key` is the Ed25519 key of the centre's service calls.
    """

    data: Path
    keys: Path
    anchors: Path
    origin: str
    center_origin: str
    center_key: bytes
    client_id: str
    host: str
    port: int

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Raises `SettingMissing` or `SettingRefused`, naming the variable."""
        return cls(
            data=Path(_of(environment, "DATA")),
            keys=Path(_of(environment, "KEYS")),
            anchors=Path(_of(environment, "ANCHORS")),
            origin=_of(environment, "ORIGIN").rstrip("/"),
            center_origin=_of(environment, "CENTER_ORIGIN").rstrip("/"),
            center_key=_public_key(environment, "CENTER_KEY"),
            client_id=_of(environment, "CLIENT_ID"),
            host=_of(environment, "HOST"),
            port=_port(environment, "PORT"),
        )


def _of(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(_PREFIX + name, "")
    if not value:
        raise SettingMissing(name=_PREFIX + name)
    return value


def _public_key(environment: Mapping[str, str], name: str) -> bytes:
    try:
        return check_public_key(unb64(_of(environment, name), 32))
    except (NotBase64Url, NotAPublicKey):
        raise SettingRefused(name=_PREFIX + name) from None


def _port(environment: Mapping[str, str], name: str) -> int:
    port = _of(environment, name)
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        raise SettingRefused(name=_PREFIX + name)
    return int(port)
