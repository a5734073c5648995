"""Text messages to virtual telephones."""

from typing import Annotated, Final, Literal

from pydantic import Field
from sqlalchemy import Connection, insert, select

from dojang.demo.bank import phones
from dojang.demo.bank.desk import Desk, new_id
from dojang.demo.bank.tables import NEWEST_FIRST, text_messages
from dojang.policy.numbers import NUMBERS
from dojang.refusals import InvalidField, NotFound
from dojang.serving.bodies import Body, Seconds

_LIMIT: Final = NUMBERS.text_message.characters


class TextOrder(Body):
    """At most 70 UCS-2 characters."""

    number: Annotated[str, Field(min_length=3, max_length=40)]
    text: Annotated[str, Field(min_length=1, max_length=_LIMIT)]
    purpose: Annotated[str, Field(pattern="^[a-z_]{1,32}$")]


class TextAccepted(Body):
    """The supplier has taken the message."""

    message_id: str


class TextState(Body):
    """`reason` says why it was not delivered."""

    state: Literal["accepted", "delivered", "undelivered"]
    reason: str


class TextReceived(Body):
    """What the telephone shows."""

    message_id: str
    text: str
    purpose: str
    sent_at: Seconds


def send(connection: Connection, desk: Desk, order: TextOrder) -> TextAccepted:
    """Deliver at once to a telephone there is; a number that nobody has is undelivered. Raises `InvalidField`."""
    if len(order.text.encode("utf-16-be")) > 2 * _LIMIT:
        raise InvalidField(field="text")
    message_id = new_id()
    try:
        number, state, reason = phones.by_number(connection, order.number).number, "delivered", ""
    except NotFound:
        number, state, reason = phones.plain(order.number), "undelivered", "number_unknown"
    connection.execute(
        insert(text_messages).values(
            message_id=message_id,
            number=number,
            text=order.text,
            purpose=order.purpose,
            state=state,
            reason=reason,
            sent_at=desk.now(),
        )
    )
    return TextAccepted(message_id=message_id)


def state(connection: Connection, message_id: str) -> TextState:
    """Raises `NotFound`."""
    row = connection.execute(select(text_messages).where(text_messages.c.message_id == message_id)).one_or_none()
    if row is None:
        raise NotFound
    return TextState(state=row.state, reason=row.reason)


def of_phone(connection: Connection, number: str) -> list[TextReceived]:
    """The telephone's inbox, newest first."""
    rows = connection.execute(
        select(text_messages)
        .where(text_messages.c.number == number, text_messages.c.state == "delivered")
        .order_by(NEWEST_FIRST)
    )
    return [
        TextReceived(message_id=row.message_id, text=row.text, purpose=row.purpose, sent_at=row.sent_at) for row in rows
    ]
