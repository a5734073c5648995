"""What a guard's operator chooses: `DOJANG_GUARD_*`, or a TOML file of the same names in small letters. No key has a
default."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeVar

from dojang.guard.decision import GuardSet
from dojang.pin.anchors import Anchors
from dojang.pin.encoding import unb64
from dojang.pin.signatures import SigningKey, check_public_key
from dojang.refusals import Refusal, SettingMissing, SettingRefused
from dojang.serving import key_files

PREFIX: Final = "DOJANG_GUARD_"
FILE: Final = PREFIX + "SETTINGS"
IDENTITY_KEY: Final = "identity.key"

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """Read and checked. `store` is `sqlite:PATH` or a libpq connection string; `identity` is its id's in the anchors.

    `center_key` is the Ed25519 key of the centre's service calls; tickets and the other guards are in the anchors.
    """

    guard_id: str
    store: str
    identity: SigningKey
    anchors: Anchors
    center_key: bytes
    pin_origin: str
    host: str
    port: int

    def __repr__(self) -> str:
        return f"GuardSettings(guard_id={self.guard_id!r}, host={self.host!r}, port={self.port})"

    @property
    def guards(self) -> GuardSet:
        """This guard and the others of its set."""
        others = {guard.guard_id: guard.public_key for guard in self.anchors.guards if guard.guard_id != self.guard_id}
        return GuardSet(self.guard_id, self.anchors.guards_hash, self.anchors.threshold, others)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Raises `SettingMissing` or `SettingRefused` (fact: setting)."""
        chosen = {**_of_file(environment.get(FILE)), **environment}

        def read(name: str, reader: Callable[[str], Value]) -> Value:
            setting = PREFIX + name
            if not chosen.get(setting):
                raise SettingMissing(setting=setting)
            try:
                return reader(chosen[setting])
            except (OSError, ValueError, Refusal):
                raise SettingRefused(setting=setting) from None

        settings = cls(
            guard_id=read("ID", str),
            store=read("STORE", _store),
            identity=read("IDENTITY_KEY", lambda path: key_files.signing_key(Path(path))),
            anchors=read("ANCHORS", lambda path: Anchors.parse(Path(path).read_bytes())),
            center_key=read("CENTER_KEY", lambda text: check_public_key(unb64(text, 32))),
            pin_origin=read("PIN_ORIGIN", str),
            host=read("HOST", str),
            port=read("PORT", int),
        )
        settings._check_identity()
        return settings

    def _check_identity(self) -> None:
        known = {guard.guard_id: guard.public_key for guard in self.anchors.guards}
        if self.guard_id not in known:
            raise SettingRefused(setting=PREFIX + "ID")
        if known[self.guard_id] != self.identity.public:
            raise SettingRefused(setting=PREFIX + "IDENTITY_KEY")


def init(folder: Path) -> bytes:
    """The guard's identity key is in `folder`, made now or kept. Returns its public half, for the anchors."""
    key_files.write_once(folder / IDENTITY_KEY, key_files.new_signing_seed)
    return key_files.signing_key(folder / IDENTITY_KEY).public


def _of_file(path: str | None) -> dict[str, str]:
    if not path:
        return {}
    try:
        values = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError):
        raise SettingRefused(setting=FILE) from None
    return {PREFIX + name.upper(): str(value) for name, value in values.items()}


def _store(text: str) -> str:
    if not text.startswith(("sqlite:", "postgresql://")) and "=" not in text:
        raise ValueError
    return text
