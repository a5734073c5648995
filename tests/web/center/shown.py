"""A page as its reader and its browser see it: words, fields and forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2

_VOID = frozenset({"meta", "link", "input", "br", "img", "path"})


@dataclass
class FormShown:
    """Where it leads, and what it sends as it stands."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    button: str = ""


class Shown(HTMLParser):
    """One answer, read."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__()
        self.status, self.html = response.status_code, response.text
        self.title, self.h1, self.language = "", "", ""
        self.forms: list[FormShown] = []
        self.links: dict[str, str] = {}
        self.summary: list[tuple[str, str]] = []
        self.errors: dict[str, str] = {}
        self.notices: list[str] = []
        self.words: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(response.text)

    @property
    def text(self) -> str:
        """Every word, one space between."""
        return " ".join(" ".join(self.words).split())

    def form(self, ending: str) -> FormShown:
        """The form whose address ends so."""
        return next(form for form in self.forms if form.action.endswith(ending))

    def has(self, ending: str) -> bool:
        """Whether there is such a form."""
        return any(form.action.endswith(ending) for form in self.forms)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given["lang"]
        if tag == "form":
            self.forms.append(FormShown(given["action"]))
        unticked = given.get("type") == "checkbox" and "checked" not in given
        if tag == "input" and self.forms and not unticked:
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        if tag not in _VOID:
            self._open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        """Its end."""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Words between."""
        words = " ".join(data.split())
        if not words or not self._open:
            return
        tag, given = self._open[-1]
        self.words.append(words)
        if tag == "title":
            self.title += words
        if tag == "h1":
            self.h1 += words
        if tag == "a":
            self.links[words] = given.get("href", "")
        if tag == "button" and self.forms:
            self.forms[-1].button = words
        if given.get("class") == "error":
            self.errors[given["id"].removesuffix("-error")] = words
        if given.get("class", "").startswith("notice"):
            self.notices.append(words)
        if any(outer.get("id") == "summary" for _, outer in self._open):
            self.summary.append((given.get("href", "").removeprefix("#"), words))
