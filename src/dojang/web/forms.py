"""Forms of our own pages: from our own origin, and each idempotency key acted on once.

What is kept is the outcome (where it led, or the refusal by code), never the page: what somebody typed is not stored,
and the page is drawn anew from what the same form sent again.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated
from weakref import WeakValueDictionary

from fastapi import Depends, Request
from starlette.datastructures import Headers

from dojang import problems
from dojang.pin.encoding import canonical, sha256
from dojang.ports.books import Books
from dojang.ports.clock import Clock
from dojang.refusals import Refusal, Unavailable
from dojang.serving.forms import KEY, LED_TO, key_of, read_form
from dojang.values.web import KeptAnswer
from dojang.web.page_calls import check_origin
from dojang.web.sessions import session_id

Act = Callable[[str], str]


Form = Annotated[dict[str, str], Depends(read_form)]


class _Turn:
    """Whose turn it is among those that send one form at once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


class Forms:
    """The forms of the site at `origin`."""

    def __init__(self, books: Books, clock: Clock, origin: str) -> None:
        self._books, self._clock, self._origin = books, clock, origin
        self._lock, self._turns = threading.Lock(), WeakValueDictionary[tuple[str, str], _Turn]()

    def once(self, request: Request, form: dict[str, str], act: Act) -> str:
        """Where `act` led: the same form sent again leads there again, or meets the same refusal, without acting.

        Sent twice at once, the second waits for the first. `act` gets a name for the request, under which other parties
        do a thing once too. What a party that was down kept from happening is tried again. Raises `OriginRefused`,
        `IdempotencyKeyMissing`, `IdempotencyKeyReused`, and what `act` raises.
        """
        turn = self._turn(request, form)
        with turn.lock:
            kept, name = self._begin(request, form)
            if kept.status == LED_TO:
                return kept.body.decode()
            if kept.status:
                raise problems.refusal(json.loads(kept.body)) or Refusal()
            try:
                address = act(name)
            except Unavailable:
                raise
            except Refusal as refusal:
                self._finish(replace(kept, status=problems.status(refusal), body=canonical(problems.body(refusal))))
                raise
            self._finish(replace(kept, status=LED_TO, body=address.encode()))
            return address

    def again(self, request: Request, form: dict[str, str], act: Act) -> str:
        """As `once`, for what leads to an address that is a secret and so is not kept: `act` runs every time."""
        return act(self._begin(request, form)[1])

    def _turn(self, request: Request, form: dict[str, str]) -> "_Turn":
        """One for all that send this form now; it is forgotten with the last of them."""
        with self._lock:
            return self._turns.setdefault((session_id(request), form.get(KEY, "")), _Turn())

    def _begin(self, request: Request, form: dict[str, str]) -> tuple[KeptAnswer, str]:
        check_origin(Headers(scope=request.scope), self._origin)
        key = key_of(form)
        scope, now = session_id(request), self._clock.now()
        asked = f"{request.url.path}\n{canonical(form).decode()}".encode()
        name = sha256(f"form {request.url.path}\n{scope}\n{key}".encode()).hex()
        # A cookie that names no session of ours keeps nothing: whoever made it up would fill the table.
        known = scope if self._books.sessions.find(scope, now) else ""
        answer = KeptAnswer(known, key, sha256(asked), now)
        if not known:
            return answer, name
        with self._books.transaction():
            return self._books.idempotency.begin(answer), name

    def _finish(self, answer: KeptAnswer) -> None:
        if answer.scope:
            with self._books.transaction():
                self._books.idempotency.finish(answer)
