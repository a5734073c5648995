"""What a virtual telephone shows now: its messages, calls and approvals, and what is worth an announcement."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from sqlalchemy import Connection, Row, select

from dojang.demo.bank import phones, text_messages
from dojang.demo.bank.desk import Desk
from dojang.demo.bank.phone_calls import state_now
from dojang.demo.bank.tables import NEWEST_FIRST, approvals, calls
from dojang.demo.bank.text_messages import TextReceived
from dojang.pin.encoding import b64, canonical, sha256
from dojang.policy.numbers import NUMBERS

Tab = Literal["messages", "calls", "approvals"]
TABS: Final[tuple[Tab, ...]] = get_args(Tab)
_CODE: Final = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")
_LISTED: Final = 20


@dataclass(frozen=True, slots=True)
class Call:
    """A call as its telephone tells it. `passed`: the digits of the screen were pressed."""

    call_id: str
    state: str
    passed: bool
    tries_left: int
    placed_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Approval:
    """While it is pending the text hides its code, and the customer picks it out of `choices`."""

    approval_id: str
    state: str
    text: str
    choices: tuple[str, ...]
    asked_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Screen:
    """One telephone, open at `tab`. `asked` is the tab that somebody chose, if any."""

    number: str
    tab: Tab
    asked: str
    messages: Sequence[TextReceived]
    calls: Sequence[Call]
    approvals: Sequence[Approval]
    announced: str
    tag: str

    @property
    def live_call(self) -> Call | None:
        """The one that rings or is under way."""
        return next((call for call in self.calls if call.state in ("calling", "answered")), None)

    @property
    def waiting(self) -> list[Approval]:
        """What waits for a decision."""
        return [approval for approval in self.approvals if approval.state == "pending"]

    def calling(self, tab: str) -> bool:
        """Whether something in this tab waits for the customer."""
        return bool({"calls": self.live_call, "approvals": self.waiting}.get(tab))


def screen(connection: Connection, desk: Desk, language: str, number: str, asked: str = "") -> Screen:
    """The telephone's screen in the chosen tab, or in the one where something waits. Raises `NotFound`."""
    phone, now = phones.by_number(connection, number), desk.now()
    messages = text_messages.of_phone(connection, phone.number)[:_LISTED]
    rung = [_call(row, now) for row in _newest(connection, calls, phone.number)]
    to_approve = [_approval(row, now) for row in _newest(connection, approvals, phone.number)]
    announced = _announced(messages, rung, to_approve)
    waiting: Tab = "calls" if announced in _IN_CALLS else "approvals" if announced == "approval" else "messages"
    tab = next((tab for tab in TABS if tab == asked), waiting)
    states = [
        *(message.message_id for message in messages),
        *(f"{call.call_id} {call.state} {call.tries_left}" for call in rung),
        *(f"{approval.approval_id} {approval.state}" for approval in to_approve),
    ]
    tag = b64(sha256(canonical([language, tab, asked, *states])))[:22]
    return Screen(number, tab, asked if asked in TABS else "", messages, rung, to_approve, announced, tag)


def code_in(text: str) -> str:
    """The six digits that somebody is to copy, or none."""
    found = _CODE.search(text)
    return found[0] if found else ""


def is_right(row: Row[Any], code: str) -> bool:
    """Whether `code` is the one that the screen of the centre shows."""
    return hmac.compare_digest(code.encode(), row.comparison_code.encode())


_IN_CALLS: Final = frozenset({"ringing", "in_call", "wrong_key"})


def _announced(messages: Sequence[TextReceived], rung: Sequence[Call], to_approve: Sequence[Approval]) -> str:
    """The name of the one thing that matters most now."""
    live = next((call for call in rung if call.state in ("calling", "answered")), None)
    if live is not None:
        wrong = live.tries_left < NUMBERS.phone_call.tries
        return "ringing" if live.state == "calling" else "wrong_key" if wrong else "in_call"
    if any(approval.state == "pending" for approval in to_approve):
        return "approval"
    return "message" if messages else ""


def _newest(connection: Connection, table: Any, number: str) -> Sequence[Row[Any]]:
    return connection.execute(select(table).where(table.c.number == number).order_by(NEWEST_FIRST).limit(_LISTED)).all()


def _call(row: Row[Any], now: int) -> Call:
    return Call(
        row.call_id,
        state_now(row, now),
        row.state == "ended" and row.pressed == row.digits,
        NUMBERS.phone_call.tries - row.wrong_keys,
        row.placed_at,
        row.expires_at,
    )


def _approval(row: Row[Any], now: int) -> Approval:
    state = "late" if row.state == "pending" and now >= row.expires_at else row.state
    code = re.escape(row.comparison_code)
    hidden = re.sub(rf"(?<![\w-]){code}(?![\w-])", "○" * len(row.comparison_code), row.text)
    text = hidden if state == "pending" else row.text
    return Approval(row.approval_id, state, text, _choices(row), row.asked_at, row.expires_at)


def _choices(row: Row[Any]) -> tuple[str, ...]:
    """The code among two others, in an order that stays while the page is looked at again and tells nothing."""
    length, drawn = len(row.comparison_code), [row.comparison_code]
    for count in range(100):
        digest = sha256(f"choice {count} {row.approval_id}".encode())
        other = f"{int.from_bytes(digest[:8]) % 10**length:0{length}d}"
        if other not in drawn and len(drawn) < 3:
            drawn.append(other)
    return tuple(sorted(drawn, key=lambda code: sha256(f"order {code} {row.approval_id}".encode())))
