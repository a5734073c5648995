"""Pages for people: one frame, one look, Korean and English, no script or style but files of our own.

An app gives its templates and its scripts; the frame, the tokens and the font are `dojang/look`.
"""

import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal, get_args
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dojang.pin.encoding import b64, sha256
from dojang.policy.wording import LANGUAGES, say
from dojang.refusals import InvalidField, NotFound
from dojang.serving.forms import read_form

LOOK: Final = Path(str(files("dojang").joinpath("look")))
STATIC: Final = "/static/"
KST: Final = timezone(timedelta(hours=9))
_URL: Final = re.compile(rb'url\("([A-Za-z0-9._-]+)"\)')
_YEAR: Final = 31_536_000
_TYPES: Final = {".woff2": "font/woff2", ".js": "text/javascript", ".txt": "text/plain; charset=utf-8"}
_SEEN: Final = frozenset({".css", ".js", ".svg", ".woff2", ".webp", ".png", ".txt"})
Theme = Literal["", "light", "dark"]
Text = Literal[100, 125, 150]


@dataclass(frozen=True, slots=True)
class View:
    """How somebody wants to see pages. An empty theme is the system's."""

    language: str = "ko"
    theme: Theme = ""
    text: Text = 100

    @property
    def next_text(self) -> int:
        """The size that the switch leads to."""
        sizes = get_args(Text)
        return int(sizes[(sizes.index(self.text) + 1) % len(sizes)])

    def fragment(self, back: str = "") -> str:
        """What the PIN page, on another origin, is told of it: parameters for the fragment.

        `back`: the path of ours that its customer goes back to without a signature.
        """
        told = {"lang": self.language, "text": str(self.text), "theme": self.theme, "back": back}
        return urlencode({name: value for name, value in told.items() if value})


@dataclass(frozen=True)
class Pages:
    """The pages of one app.

    `cookie` names how this app's visitors want to see pages (cookies are shared by all ports of a host). `templates`
    and `statics` are folders, the app's own first. `form_targets` are the origins that a form may lead to besides our
    own: a browser holds redirects after a form to the same list.
    """

    cookie: str
    brand: Mapping[str, str]
    origin: str
    templates: Sequence[Path]
    statics: Sequence[Path] = ()
    form_targets: Sequence[str] = ()
    help_address: str = "/help"
    facts: Mapping[str, Any] = field(default_factory=dict)

    def view(self, request: Request) -> View:
        """As the cookie says; without one, in the language that the browser asks for."""
        kept = dict(parse_qsl(request.cookies.get(self.cookie, ""), max_num_fields=3))
        language = kept.get("language") or _accepted(request.headers.get("accept-language", ""))
        return _changed(View(), {**kept, "language": language}, strict=False)

    def page(self, request: Request, name: str, status: int = 200, **facts: Any) -> HTMLResponse:
        """The template `name`.html, never stored by anybody. Times in `facts` are Unix seconds."""
        view = self.view(request)
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        told = {"view": view, "here": here, "problem": status >= 400, **self.facts, **facts}
        told |= {"t": lambda key, **parts: say(view.language, key, **parts), "brand": self.brand[view.language]}
        told |= {"day": lambda at: day(view.language, at), "moment": lambda at: moment(view.language, at)}
        content = self._environment.get_template(f"{name}.html").render(told)
        return HTMLResponse(content, status, self.headers)

    @cached_property
    def headers(self) -> dict[str, str]:
        """On every page: only our own files, nobody's frame, nothing kept."""
        policy = (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            " ".join(("form-action 'self'", *dict.fromkeys(self.form_targets))),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
        return {
            "Cache-Control": "no-store",
            "Content-Security-Policy": "; ".join(policy),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }

    def routes(self) -> list[BaseRoute]:
        """`/static/*` and `POST /view`, which sets the cookie and goes back; both work without a script."""
        return [
            Route(STATIC + "{name}", self._file, methods=["GET"]),
            Route("/view", self._set_view, methods=["POST"]),
        ]

    def asset(self, name: str) -> str:
        """The address of a file, which changes with its content. Raises `KeyError`."""
        return _address(name, self._files)

    @cached_property
    def _files(self) -> dict[str, bytes]:
        folders = (LOOK, LOOK / "fonts", LOOK / "static", *self.statics)
        found = {
            file.name: file.read_bytes()
            for folder in folders
            for file in sorted(folder.iterdir())
            if file.suffix in _SEEN and file.name != "characters.txt"
        }

        def addressed(name: re.Match[bytes]) -> bytes:
            # The same address as the page's preload, or a browser would fetch the font twice.
            return f'url("{_address(name[1].decode(), found)}")'.encode()

        sheets = {name: _URL.sub(addressed, content) for name, content in found.items() if name.endswith(".css")}
        return found | sheets

    @cached_property
    def _environment(self) -> Environment:
        folders = [*self.templates, LOOK / "templates"]
        made = Environment(
            loader=FileSystemLoader(folders),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.globals |= {"asset": self.asset, "help_address": self.help_address, "clock": _clock}
        return made

    async def _file(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._files:
            raise NotFound
        kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        lasting = "v" in request.query_params
        caching = f"public, max-age={_YEAR}, immutable" if lasting else "no-cache"
        headers = {"Cache-Control": caching, "X-Content-Type-Options": "nosniff"}
        return Response(self._files[name], media_type=kind, headers=headers)

    async def _set_view(self, request: Request) -> Response:
        form = await read_form(request)
        view = _changed(self.view(request), form, strict=True)
        kept = f"language={view.language}&text={view.text}" + (f"&theme={view.theme}" if view.theme else "")
        response = RedirectResponse(own_path(form.get("back", "")), 303, {"Cache-Control": "no-store"})
        secure = self.origin.startswith("https://")
        response.set_cookie(self.cookie, kept, max_age=_YEAR, httponly=True, samesite="lax", secure=secure)
        return response


def _address(name: str, found: Mapping[str, bytes]) -> str:
    return f"{STATIC}{name}?v={b64(sha256(found[name]))[:12]}"


def own_path(address: str) -> str:
    """`address` if it is a path of this very site, else its home. Browsers read a backslash as a slash."""
    parts = urlsplit(address)
    own = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    return address if own and address.isascii() and address.isprintable() else "/"


def _changed(view: View, wanted: Mapping[str, str], *, strict: bool) -> View:
    """`view` with what `wanted` says of it. Raises `InvalidField` for what there is not, if strict."""
    allowed: dict[str, dict[str, Any]] = {
        "language": {name: name for name in LANGUAGES},
        "theme": {name: name for name in get_args(Theme)},
        "text": {str(size): size for size in get_args(Text)},
    }
    for name, values in allowed.items():
        if name not in wanted:
            continue
        if wanted[name] in values:
            view = replace(view, **{name: values[wanted[name]]})
        elif strict:
            raise InvalidField(field=name)
    return view


def _accepted(header: str) -> str:
    """The first of our languages that a browser names; Korean if it names none."""
    for entry in header.split(","):
        name = entry.partition(";")[0].strip().lower().partition("-")[0]
        if name in LANGUAGES:
            return name
    return LANGUAGES[0]


def _clock(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(KST).strftime("%H:%M")


def day(language: str, at: int) -> str:
    """The Korean day: 2029-11-22 in Korean, 22 Nov 2029 in English."""
    local = datetime.fromtimestamp(at, UTC).astimezone(KST)
    return local.strftime("%Y-%m-%d") if language == "ko" else f"{local.day} {local.strftime('%b %Y')}"


def moment(language: str, at: int) -> str:
    """The Korean day and time."""
    return f"{day(language, at)} {_clock(at)}"
