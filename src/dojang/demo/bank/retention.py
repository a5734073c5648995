"""What mattered for one conversation is forgotten after a day; statements and transfers are kept."""

from typing import Final

from sqlalchemy import Connection, delete

from dojang.demo.bank.tables import approvals, calls, proofs, replies, text_messages
from dojang.policy.numbers import NUMBERS

_KEEP: Final = 3600 * NUMBERS.request.idempotency_hours
_SINCE: Final = (
    replies.c.answered_at,
    text_messages.c.sent_at,
    calls.c.placed_at,
    approvals.c.asked_at,
    proofs.c.proven_at,
)


def forget(connection: Connection, now: int) -> None:
    """Rows older than a day are gone."""
    for since in _SINCE:
        connection.execute(delete(since.table).where(since < now - _KEEP))
