"""The same request again gets the same answer, and is not done twice."""

import json
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection, insert, select

from dojang import problems
from dojang.demo.bank import retention
from dojang.demo.bank.desk import Desk
from dojang.demo.bank.tables import replies
from dojang.pin.encoding import sha256
from dojang.refusals import IdempotencyKeyReused, Refusal
from dojang.serving.bodies import Body

Act = Callable[[Connection, Desk], Body]


class Once:
    """Does an act and keeps its answer in one transaction, under the caller's `Idempotency-Key` if there is one."""

    def __init__(
        self, request: Request, idempotency_key: Annotated[str | None, Header(min_length=1, max_length=128)] = None
    ) -> None:
        self._desk: Desk = request.app.state.desk
        self._path, self._key = request.url.path, idempotency_key

    def __call__(self, body: Body, act: Act) -> Response:
        """The answer to `body`, or the one given before. Raises `IdempotencyKeyReused`: the key with another body."""
        if self._key is None:
            with self._desk.database.transaction() as connection:
                return _json(200, act(connection, self._desk).json_bytes())
        key, asked = f"{self._path}\n{self._key}", sha256(body.json_bytes())
        with self._desk.database.transaction() as connection:
            given = connection.execute(select(replies).where(replies.c.key == key)).one_or_none()
            if given is not None:
                if given.request_sha256 != asked:
                    raise IdempotencyKeyReused
                return _json(given.status, given.body)
            return self._answer(connection, key, asked, act)

    def _answer(self, connection: Connection, key: str, asked: bytes, act: Act) -> Response:
        try:
            status, answer = 200, act(connection, self._desk).json_bytes()
        except Refusal as refusal:
            status, answer = problems.status(refusal), json.dumps(problems.body(refusal)).encode()
        now = self._desk.now()
        retention.forget(connection, now)
        connection.execute(
            insert(replies).values(key=key, request_sha256=asked, status=status, body=answer, answered_at=now)
        )
        return _json(status, answer)


def _json(status: int, body: bytes) -> Response:
    media_type = JSONResponse.media_type if status < 400 else problems.MEDIA_TYPE
    return Response(body, status, {"Cache-Control": "no-store"}, media_type)


OnceOnly = Annotated[Once, Depends()]
