"""`make gallery`: what the browser tests photographed becomes docs/gallery, small enough to keep.

Each state at 390 px in Korean and light; a page's main state, named `main`, in every language, size and theme.
"""

import shutil
import sys
from pathlib import Path
from typing import Final

from PIL import Image

from tests.browser.camera import PICTURES, ROOT

GALLERY: Final = ROOT / "docs" / "gallery"
MOST: Final = 12_000_000  # bytes of all pictures
_TALLEST: Final = 4_000  # pixels; a longer page is cut
_ONE_WAY: Final = ".ko.390.light"


def main() -> int:
    """Write the pictures and their index anew."""
    shutil.rmtree(GALLERY, ignore_errors=True)
    chosen = [picture for picture in sorted(PICTURES.rglob("*.png")) if _is_kept(picture)]
    for picture in chosen:
        _shrink(picture, GALLERY / picture.parent.name / f"{picture.stem}.webp")
    (GALLERY / "README.md").write_text(_index(chosen), "utf-8")
    size = sum(file.stat().st_size for file in GALLERY.rglob("*.webp"))
    print(f"{len(chosen)} pictures, {size / 1e6:.1f} MB")  # noqa: T201
    return 0 if chosen and size < MOST else 1


def _is_kept(picture: Path) -> bool:
    return picture.parent.name != "camera" and (picture.stem.startswith("main.") or picture.stem.endswith(_ONE_WAY))


def _shrink(picture: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(picture) as image:
        image.crop((0, 0, image.width, min(image.height, _TALLEST))).save(target, "WEBP", quality=80, method=6)


def _index(chosen: list[Path]) -> str:
    """A page of all of them, by page and state."""
    lines = ["# Gallery", "Every page in every state, as the browser tests see it. `make gallery` takes them anew.", ""]
    for page in sorted({picture.parent.name for picture in chosen}):
        lines += [f"## {page.replace('_', ' ').capitalize()}", ""]
        for picture in chosen:
            if picture.parent.name == page:
                state, language, width, theme = picture.stem.rsplit(".", 3)
                way = "" if picture.stem.endswith(_ONE_WAY) else f", {language}, {width} px, {theme}"
                wide = 640 if width == "1280" else 300
                alt = f"{page}, {state.replace('_', ' ')}{way}"
                lines.append(f'<img src="{page}/{picture.stem}.webp" width="{wide}" alt="{alt}" title="{alt}">')
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
