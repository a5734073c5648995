"""Mutating calls from our own pages: our origin, JSON, and each idempotency key answered once."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dojang.pin.encoding import sha256
from dojang.ports.books import Books
from dojang.ports.clock import Clock
from dojang.refusals import (
    ContentTypeRefused,
    IdempotencyKeyMissing,
    InvalidField,
    OriginRefused,
    Refusal,
    RequestUnderWay,
)
from dojang.serving.app import Instead, problem_response
from dojang.values.web import KeptAnswer
from dojang.web.sessions import session_id

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")
KEY_HEADER: Final = "Idempotency-Key"


class WholeBody:
    """Reads the body before anybody looks at the request, so that its limit is refused here and not as bad JSON."""

    def __init__(self, app: ASGIApp, instead: Instead) -> None:
        self._app, self._instead = app, instead

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await Request(scope, receive).body()
        except Refusal as refusal:
            await self._instead(Request(scope), refusal, problem_response(refusal))(scope, receive, send)
            return
        await self._app(scope, _Replayed(body, receive), send)


class _Replayed:
    """A body already read, as the server would give it."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self.body, self._receive, self._given = body, receive, False

    async def __call__(self) -> Message:
        if self._given:
            return await self._receive()
        self._given = True
        return {"type": "http.request", "body": self.body, "more_body": False}


class PageCalls:
    """Below the prefixes, a mutating call needs our own origin, a JSON content type and an idempotency key.

    In one session, the same key with the same request gets the stored answer, with another request a refusal. Nothing
    that ended above 499 or without a session is stored, nor an answer whose handler set `request.state.keep_answer` to
    False because it holds a secret: those are run again. `request.state.request_id` names the request to other parties,
    so that what is run again does not happen twice.
    """

    def __init__(self, app: ASGIApp, origin: str, prefixes: tuple[str, ...], books: Books, clock: Clock) -> None:
        self._app, self._origin, self._prefixes = app, origin, prefixes
        self._books, self._clock = books, clock
        self._under_way: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["method"] in _READING or not self._is_ours(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            response = await self._answer(scope, receive)
        except Refusal as refusal:
            response = problem_response(refusal)
        await response(scope, receive, send)

    def _is_ours(self, path: str) -> bool:
        return any(path == prefix or path.startswith(prefix + "/") for prefix in self._prefixes)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        headers = Headers(scope=scope)
        check_origin(headers, self._origin)
        check_json(headers)
        key = _key_of(headers)
        body = await Request(scope, receive).body()
        session = session_id(Request(scope))
        state = scope.setdefault("state", {})
        asked = f"{scope['method']} {scope['path']}\n"
        state["keep_answer"] = True
        state["request_id"] = sha256(f"{asked}{session}\n{key}".encode()).hex()
        if await run_in_threadpool(self._books.sessions.find, session, self._clock.now()) is None:
            return await self._run(scope, body, receive)
        answer = KeptAnswer(session, key, sha256(asked.encode() + body), self._clock.now())
        with self._alone(session, key):
            return await self._once(scope, body, receive, answer)

    async def _once(self, scope: Scope, body: bytes, receive: Receive, answer: KeptAnswer) -> Response:
        kept = await run_in_threadpool(self._begin, answer)
        if kept.status:
            return Response(kept.body, kept.status, {"Cache-Control": "no-store"}, kept.media_type)
        response = await self._run(scope, body, receive)
        if response.status_code < 500 and scope["state"]["keep_answer"]:
            await run_in_threadpool(self._finish, answer, response)
        return response

    def _begin(self, answer: KeptAnswer) -> KeptAnswer:
        with self._books.transaction():
            return self._books.idempotency.begin(answer)

    def _finish(self, answer: KeptAnswer, response: Response) -> None:
        said = KeptAnswer(
            answer.scope,
            answer.key,
            answer.fingerprint,
            answer.begun_at,
            response.status_code,
            response.headers.get("content-type", ""),
            bytes(response.body),
        )
        with self._books.transaction():
            self._books.idempotency.finish(said)

    async def _run(self, scope: Scope, body: bytes, receive: Receive) -> Response:
        answer = _Answer()
        await self._app(scope, _Replayed(body, receive), answer)
        return answer.response()

    @contextmanager
    def _alone(self, session: str, key: str) -> Iterator[None]:
        """Two of the same at once: the second is asked to come again."""
        name = (session, key)
        with self._lock:
            if name in self._under_way:
                raise RequestUnderWay
            self._under_way.add(name)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.discard(name)


class _Answer:
    """A response held back until it is kept."""

    def __init__(self) -> None:
        self._status, self._headers, self._body = 500, [], bytearray()  # type: ignore[var-annotated]

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    def response(self) -> Response:
        made = Response(bytes(self._body), self._status)
        made.raw_headers = self._headers
        return made


def check_origin(headers: Headers, own: str) -> None:
    """Raises `OriginRefused` unless the browser says that one of our own pages calls."""
    origin = headers.get("origin")
    if origin is not None:
        if origin != own:
            raise OriginRefused
    elif headers.get("sec-fetch-site") != "same-origin":
        raise OriginRefused


def check_json(headers: Headers) -> None:
    """Raises `ContentTypeRefused`: a form posted from elsewhere is never JSON."""
    media_type, _, parameter = headers.get("content-type", "").partition(";")
    if media_type.strip().lower() != "application/json" or parameter.strip().lower() not in ("", "charset=utf-8"):
        raise ContentTypeRefused


def _key_of(headers: Headers) -> str:
    key = headers.get(KEY_HEADER)
    if key is None:
        raise IdempotencyKeyMissing
    if not _KEY.fullmatch(key):
        raise InvalidField(field=KEY_HEADER)
    return key
