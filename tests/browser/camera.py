"""Pictures of pages in every language, size and theme; and on each, the part of a reviewer's checklist that a program
can go through."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import httpx2
from playwright.sync_api import Browser, Page, Route

ROOT: Final = Path(__file__).parents[2]
PICTURES: Final = ROOT / "var" / "pictures"
AXE: Final = ROOT / "browser" / "node_modules" / "axe-core" / "axe.min.js"
HEIGHT: Final = {390: 844, 1280: 800}
Language = Literal["ko", "en"]
Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Shown:
    """How a page is looked at."""

    language: Language
    width: int
    theme: Theme

    @property
    def name(self) -> str:
        """As in a picture's file name."""
        return f"{self.language}.{self.width}.{self.theme}"


WIDTHS: Final = (390, 1280)
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")
LANGUAGES: Final[tuple[Language, ...]] = ("ko", "en")
# The console says it of every page that is a refusal.
_A_NO: Final = re.compile("Failed to load resource: the server responded with a status of [45]")
Produce = Callable[[Language], httpx2.Response]
Fetch = Callable[[str], httpx2.Response]


class Camera:
    """Takes pictures; `problems` is what it saw on them, to be none."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._tabs: dict[Language, Page] = {}
        self._said: list[str] = []
        self.problems: list[str] = []

    def shoot(self, page: str, state: str, produce: Produce, fetch: Fetch) -> None:
        """One state of a page in every way. `produce` gives it in a language; `fetch` our own files that it loads."""
        for language in LANGUAGES:
            tab, answer = self._tab(language), produce(language)
            # The page before may ask for news of itself each second: it goes before its answers do.
            tab.goto("about:blank")
            tab.unroute_all()
            tab.route("**/*", _answering(answer, fetch))
            self._said.clear()
            tab.goto(str(answer.request.url))
            self.keep(tab, page, state, language)
            self._note(page, f"{state} ({language})", [text for text in self._said if not _A_NO.match(text)])

    def keep(self, tab: Page, page: str, state: str, language: Language) -> None:
        """A tab as it stands, in every size and theme, and what is wrong with it. Its theme is the system's."""
        tab.evaluate("document.fonts.ready.then(() => true)")
        for width, theme in product(WIDTHS, THEMES):
            way = Shown(language, width, theme)
            tab.set_viewport_size({"width": width, "height": HEIGHT[width]})
            tab.emulate_media(color_scheme=theme, reduced_motion="reduce")
            picture = PICTURES / page / f"{state}.{way.name}.png"
            picture.parent.mkdir(parents=True, exist_ok=True)
            tab.screenshot(path=picture, full_page=True, animations="disabled")
            # Layout is checked at both widths, colours in both themes.
            if (width, theme) in zip(WIDTHS, THEMES, strict=True):
                self._note(page, f"{state} ({way.name})", problems_of(tab))

    def _tab(self, language: Language) -> Page:
        if language not in self._tabs:
            tab = self._browser.new_context(locale=language).new_page()
            tab.on("console", lambda message: self._said.append(message.text))
            tab.on("pageerror", lambda error: self._said.append(str(error)))
            self._tabs[language] = tab
        return self._tabs[language]

    def close(self) -> None:
        """No tab stays."""
        for tab in self._tabs.values():
            tab.context.close()

    def _note(self, page: str, where: str, found: list[str]) -> None:
        self.problems += [f"{page}/{where}: {problem}" for problem in found]


def problems_of(tab: Page) -> list[str]:
    """One h1, no sideways scroll, targets of 44 px, our font, the words of the page's language, and axe's rules."""
    found = list[str](tab.evaluate(_CHECKS))
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE.read_text("utf-8"))
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    violations = tab.evaluate(
        f"axe.run(document, {json.dumps(rules)}).then((found) => found.violations.map((one) => "
        "({id: one.id, impact: one.impact, where: one.nodes.map((node) => node.target.join(' '))})))"
    )
    serious = [one for one in violations if one["impact"] in ("serious", "critical")]
    return found + [f"axe {one['id']}: {', '.join(one['where'])}" for one in serious]


# Links inside sentences are as high as their line (WCAG 2.5.8, inline); what is visually hidden is not pressed.
_CHECKS: Final = """() => {
  const found = [];
  const seen = (node) => node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const heads = [...document.querySelectorAll("h1")].filter(seen);
  if (heads.length !== 1) found.push(`${heads.length} h1`);
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) found.push(`scrolls ${wide} px sideways`);
  for (const target of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")) {
    if (!seen(target) || target.classList.contains("skip")) continue;
    const around = target.closest("label, .choice") ?? target;
    const box = around.getBoundingClientRect();
    const inline = target.tagName === "A" && getComputedStyle(target).display === "inline";
    if (!inline && box.width > 1 && (box.height < 43.5 || box.width < 43.5)) {
      found.push(`small target: ${target.outerHTML.slice(0, 80)} ${Math.round(box.width)}x${Math.round(box.height)}`);
    }
  }
  const ours = (font) => font.family.includes("Dojang Sans") && font.status === "loaded";
  if (![...document.fonts].some(ours)) found.push("Dojang Sans is not loaded");
  return found;
}"""


def _answering(first: httpx2.Response, fetch: Fetch) -> Callable[[Route], None]:
    """The first request gets that answer, every later one what is fetched for it."""
    answers = [first]

    def respond(route: Route) -> None:
        parts = urlsplit(route.request.url)
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        _fulfil(route, answers.pop() if answers else fetch(address))

    return respond


def _fulfil(route: Route, answer: httpx2.Response) -> None:
    headers: dict[str, Any] = {
        name: value for name, value in answer.headers.items() if name not in ("content-length", "content-encoding")
    }
    route.fulfill(status=answer.status_code, headers=headers, body=answer.content)

