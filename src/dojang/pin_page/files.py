"""The files that the page consists of, read once at start. Nothing else on the disk can be asked for."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from dojang.pin.encoding import b64, canonical, sha256
from dojang.pin_page.settings import PinPageSettings
from dojang.refusals import SettingRefused

PAGE: Final = "index.html"
ANCHORS: Final = "anchors.json"
SETTINGS: Final = "settings.json"
_LOOK: Final = (
    "tokens.css",
    "page.css",
    "icon.svg",
    "fonts/DojangSans-Regular.woff2",
    "fonts/DojangSans-SemiBold.woff2",
    "fonts/OFL.txt",
)
_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is served. What names the rest is never kept by a browser."""

    content: bytes
    media_type: str
    kept: bool

    @property
    def tag(self) -> str:
        """Its entity tag (RFC 9110 8.8.3)."""
        return f'"{b64(sha256(self.content))}"'


def served(settings: PinPageSettings) -> dict[str, File]:
    """Every file by its path. Raises `SettingRefused` if the package was installed without its bundle."""
    bundle = {
        file.name: file.read_bytes()
        for file in files("dojang.pin_page").joinpath("static").iterdir()
        if file.name.rpartition(".")[2] in _TYPES
    }
    if PAGE not in bundle:
        raise SettingRefused(setting="static")
    look = files("dojang").joinpath("look")
    bundle |= {name.rpartition("/")[2]: look.joinpath(name).read_bytes() for name in _LOOK}
    told = {ANCHORS: settings.anchors.canonical(), SETTINGS: settings.told()}
    own = {**bundle, **told, ".well-known/dojang-pin-page": _hashes(bundle, settings)}
    by_path = {f"/{name}": _file(name, content) for name, content in own.items()}
    return {**by_path, "/": by_path[f"/{PAGE}"]}


def _file(name: str, content: bytes) -> File:
    ending = name.rpartition(".")[2]
    return File(content, _TYPES.get(ending, "application/json"), kept=ending in {"css", "js", "svg", "txt", "woff2"})


def _hashes(bundle: dict[str, bytes], settings: PinPageSettings) -> bytes:
    """What is served here, for who compares: SHA-256 of each file, of the list of them, and of what is told."""
    listed = {name: b64(sha256(content)) for name, content in bundle.items()}
    return canonical(
        {
            "files": listed,
            "bundle_sha256": b64(sha256(canonical(listed))),
            "anchors_sha256": b64(settings.anchors.guards_hash),
            "settings_sha256": b64(sha256(settings.told())),
        }
    )
