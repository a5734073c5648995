"""The browsers that a customer has connected, as the centre knows them."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from pydantic import ConfigDict

_BYTES_AS_BASE64: Final = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

# What a User-Agent header says, the more particular names first: Edge says Chrome too, and Chrome says Safari.
_BROWSERS: Final = (
    ("Whale/", "Whale"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def label_of(user_agent: str) -> str:
    """What a customer knows a browser by: "Chrome · Windows". Empty where the header says neither."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return " · ".join(part for part in (browser, system) if part)


@dataclass(frozen=True, slots=True)
class Device:
    """A browser whose key the customer added. `id`: SHA-256 of `key`, which is a SubjectPublicKeyInfo."""

    __pydantic_config__: ClassVar[ConfigDict] = _BYTES_AS_BASE64

    uid: bytes
    id: bytes
    key: bytes = field(repr=False)
    label: str
    added_at: int
    last_used_at: int


@dataclass(frozen=True, slots=True)
class Connection:
    """A browser that its customer stays connected in; its cookie's token is kept as SHA-256 alone.

    `previous_sha256`: the token before, good until the new one is used, for the answer that brought it may be lost.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _BYTES_AS_BASE64

    token_sha256: bytes
    previous_sha256: bytes
    uid: bytes
    device: bytes
    customer_number: str = field(repr=False)
    renewed_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Removal:
    """A device that is disconnected here; `waiting` names the guards that have not heard of it yet."""

    __pydantic_config__: ClassVar[ConfigDict] = _BYTES_AS_BASE64

    uid: bytes
    device: bytes
    waiting: tuple[str, ...]
    asked_at: int
    try_again_at: int
    tries: int = 0
