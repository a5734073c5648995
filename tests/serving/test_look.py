"""The look: colours that can be told apart, in the worst case that is named here, and a font for every word."""

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

DOJANG = Path(str(files("dojang")))
LOOK = DOJANG / "look"
MOST_BYTES = 150_000
THEMES = ("light", "dark")
PLACES = {"text": ("bg", "surface", "sunken", "primary-soft"), "line": ("bg", "surface")}
# WCAG contrast as the table of tokens names it, light and dark: the worst of a colour against what it stands on.
WORST = {
    ("text", *PLACES["text"]): (14.8, 12.4),
    ("text-2", "bg", "surface", "sunken"): (6.8, 10.0),
    ("muted", *PLACES["text"]): (4.88, 5.9),
    ("control", *PLACES["line"]): (3.46, 4.78),
    ("primary", *PLACES["line"], "primary-soft"): (7.6, 7.0),
    ("danger", *PLACES["line"], "danger-soft"): (6.0, 7.9),
    ("success", *PLACES["line"], "success-soft"): (6.2, 8.2),
    ("warning", *PLACES["line"], "warning-soft"): (6.7, 8.9),
    ("info", *PLACES["line"], "info-soft"): (6.4, 8.3),
    ("focus", "bg", "surface", "sunken"): (5.5, 6.7),
    ("seal", *PLACES["line"]): (5.6, 6.6),
    ("on-primary", "primary"): (8.8, 8.5),
    ("on-danger", "danger"): (6.9, 8.4),
}


@cache
def themes() -> dict[str, dict[str, str]]:
    """Every token of each theme, as it stands in the style sheet."""
    css = (LOOK / "tokens.css").read_text("utf-8")
    blocks = {theme: re.search(rf':root\[data-theme="{theme}"\] \{{(.*?)\}}', css, re.DOTALL) for theme in THEMES}
    return {theme: _tokens(block[1]) for theme, block in blocks.items() if block}


def _tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("colours", "worst"), WORST.items(), ids=[colours[0] for colours in WORST])
def test_a_colour_can_be_told_from_everything_that_it_stands_on(
    colours: tuple[str, ...], worst: tuple[float, float]
) -> None:
    name, *grounds = colours
    for theme, least in zip(THEMES, worst, strict=True):
        tokens, places = themes()[theme], len(str(least).partition(".")[2])
        seen = min(contrast(tokens[name], tokens[ground]) for ground in grounds)
        assert round(seen, places) >= least, (theme, seen)


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_written_and_what_is_drawn_keep_the_ratios_of_the_standard(theme: str) -> None:
    """WCAG 2.2: 4.5 for text (1.4.3), 3 for what says where something is and what it is (1.4.11)."""
    tokens = themes()[theme]
    for soft in (name for name in tokens if name.endswith("-soft")):
        assert contrast(tokens["text"], tokens[soft]) >= 4.5, soft
    for ground in ("bg", "surface", "sunken"):
        for name in ("text", "text-2", "muted", "primary", "primary-hover", "danger", "success", "warning", "info"):
            assert contrast(tokens[name], tokens[ground]) >= 4.5, (name, ground)
        for name in ("control", "focus", "seal"):
            assert contrast(tokens[name], tokens[ground]) >= 3, (name, ground)
    assert contrast(tokens["on-primary"], tokens["primary-hover"]) >= 4.5


def test_dark_is_dark_whether_it_was_chosen_or_is_the_systems() -> None:
    css = (LOOK / "tokens.css").read_text("utf-8")
    of_the_system = re.search(r":root:not\(\[data-theme\]\) \{(.*?)\}", css, re.DOTALL)
    assert of_the_system is not None
    assert _tokens(of_the_system[1]) == themes()["dark"]
    assert themes()["light"].keys() == themes()["dark"].keys()


def test_every_letter_that_people_read_is_in_the_font() -> None:
    folder = DOJANG / "wording"
    written = "".join(
        path.read_text("utf-8") for path in folder.rglob("*") if path.suffix in (".json", ".txt", ".toml")
    )
    letters = {letter for letter in written if not letter.isspace()}
    for weight in ("Regular", "SemiBold"):
        drawn = TTFont(LOOK / "fonts" / f"DojangSans-{weight}.woff2").getBestCmap()
        assert sorted(letter for letter in letters if ord(letter) not in drawn) == []


def test_the_font_is_light_enough_for_a_telephone() -> None:
    assert sum(file.stat().st_size for file in (LOOK / "fonts").glob("*.woff2")) <= MOST_BYTES
