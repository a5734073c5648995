"""Forms of the bank's own pages: from our own origin, and each key acted on once."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection, insert, select

from dojang.demo.bank import retention
from dojang.demo.bank.desk import Desk
from dojang.demo.bank.relying_party import Party
from dojang.demo.bank.tables import replies
from dojang.pin.encoding import canonical, sha256
from dojang.refusals import (
    IdempotencyKeyReused,
    OriginRefused,
)
from dojang.serving.forms import LED_TO, key_of, read_form

Act = Callable[[Connection], str]


async def _form(request: Request, party: Party) -> dict[str, str]:
    """The fields of a form that a page of ours sent. Raises `OriginRefused` before anything is read of it."""
    # A browser names the origin of every POST; one that has hidden it still says whose page asked.
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin != party.origin and not (origin in (None, "null") and site == "same-origin"):
        raise OriginRefused
    return await read_form(request)


Form = Annotated[dict[str, str], Depends(_form)]


def once(desk: Desk, path: str, form: dict[str, str], act: Act) -> str:
    """Where `act` led. The same form sent again leads there again and does nothing. Raises `IdempotencyKeyReused`."""
    key, asked = f"form {path}\n{key_of(form)}", sha256(canonical(form))
    with desk.database.transaction() as connection:
        kept = connection.execute(select(replies).where(replies.c.key == key)).one_or_none()
        if kept is not None:
            if kept.request_sha256 != asked:
                raise IdempotencyKeyReused
            return str(kept.body.decode())
        address, now = act(connection), desk.now()
        retention.forget(connection, now)
        row = {"key": key, "request_sha256": asked, "status": LED_TO, "body": address.encode(), "answered_at": now}
        connection.execute(insert(replies).values(row))
        return address
