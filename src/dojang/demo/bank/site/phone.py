"""The virtual telephone's page, and what is pressed on it. Practice only, so open to everybody."""

from collections.abc import Callable
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection, select

from dojang.demo.bank import mobile_approvals, phone_calls, phones
from dojang.demo.bank.routes import AtDesk
from dojang.demo.bank.site.forms import Form, once
from dojang.demo.bank.site.frame import ThePages
from dojang.demo.bank.site.phone_screen import Tab, code_in, is_right, screen
from dojang.demo.bank.tables import approvals, customers
from dojang.policy.numbers import NUMBERS
from dojang.refusals import ApprovalOver, CallOver, InvalidField, NotFound
from dojang.serving.pages import own_path

router = APIRouter(include_in_schema=False)

SAID: Final = ("no_code", "not_digits", "over", "wrong_code")


class Pressed:
    """A form of one telephone: what it does happens once, and leads back to where it was pressed."""

    def __init__(self, request: Request, number: str, desk: AtDesk, form: Form) -> None:
        self.desk, self.form, self.number = desk, form, phones.plain(number)
        self._path, self._own = request.url.path, f"/phone/{quote(number)}"

    def back(self, tab: Tab, said: str = "") -> str:
        """Back to the page, with something to say about what was pressed."""
        base = own_path(self.form.get("back") or self._own).partition("?")[0]
        return f"{base}?tab={tab}" + (f"&said={said}" if said else "")

    def act(self, tab: Tab, act: Callable[[Connection], str | None]) -> RedirectResponse:
        """What is over already is shown as it stands."""

        def acted(connection: Connection) -> str:
            try:
                return self.back(tab, act(connection) or "")
            except (CallOver, ApprovalOver):
                return self.back(tab, "over")

        return RedirectResponse(once(self.desk, self._path, self.form, acted), 303)


OnPhone = Annotated[Pressed, Depends()]


@router.get("/phone/{number}")
def phone(request: Request, number: str, pages: ThePages, desk: AtDesk, tab: str = "", said: str = "") -> HTMLResponse:
    """The telephone on a page of its own. 404 for a number that nobody has."""
    with desk.database.transaction() as connection:
        shown = screen(connection, desk, pages.view(request).language, number, tab)
        owner = phones.by_number(connection, number).customer_number
        who = connection.execute(select(customers).where(customers.c.customer_number == owner)).one()
    facts = phone_facts(f"/phone/{quote(number)}", said)
    return pages.page(request, "phone", now=desk.now(), screen=shown, who=who, **facts)


@router.get("/phone/{number}/screen")
def live(
    request: Request,
    number: str,
    pages: ThePages,
    desk: AtDesk,
    tab: str = "",
    base: str = "",
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """The screen alone, for the page's script. 304 while nothing has changed."""
    with desk.database.transaction() as connection:
        shown = screen(connection, desk, pages.view(request).language, number, tab)
    tag = {"ETag": f'"{shown.tag}"'}
    if tag["ETag"] == if_none_match:
        return Response(status_code=304, headers={**tag, "Cache-Control": "no-store"})
    facts = phone_facts(own_path(base or f"/phone/{quote(number)}"))
    page = pages.page(request, "phone_screen", now=desk.now(), screen=shown, **facts)
    page.headers.update(tag)
    return page


@router.post("/phone/{number}/calls/{call_id}/answer")
def answer(call_id: str, on: OnPhone) -> RedirectResponse:
    """Pick up."""

    def pick_up(connection: Connection) -> None:
        phone_calls.answer(connection, on.desk, on.number, call_id)

    return on.act("calls", pick_up)


@router.post("/phone/{number}/calls/{call_id}/hang-up")
def hang_up(call_id: str, on: OnPhone) -> RedirectResponse:
    """End the call, or do not take it."""

    def end(connection: Connection) -> None:
        phone_calls.hang_up(connection, on.desk, on.number, call_id)

    return on.act("calls", end)


@router.post("/phone/{number}/calls/{call_id}/press")
def press(call_id: str, on: OnPhone) -> RedirectResponse:
    """Press the keypad."""

    def pressed(connection: Connection) -> str:
        digits = on.form.get("digits", "").strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) == NUMBERS.phone_call.digits):
            return "not_digits"
        phone_calls.press(connection, on.desk, on.number, call_id, digits)
        return ""

    return on.act("calls", pressed)


@router.post("/phone/{number}/approvals/{approval_id}")
def decide(approval_id: str, on: OnPhone) -> RedirectResponse:
    """Approve with the code that the centre's screen shows, or decline. Another code declines: it is another screen."""
    decision = on.form.get("decision")
    if decision not in ("approve", "decline"):
        raise InvalidField(field="decision")

    def decided(connection: Connection) -> str:
        here = (approvals.c.approval_id == approval_id) & (approvals.c.number == on.number)
        row = connection.execute(select(approvals).where(here)).one_or_none()
        if row is None:
            raise NotFound
        code = on.form.get("code", "")
        if decision == "approve" and not code:
            return "no_code"
        right = decision == "approve" and is_right(row, code)
        mobile_approvals.decide(connection, on.desk, on.number, approval_id, "approve" if right else "decline")
        return "" if right or decision == "decline" else "wrong_code"

    return on.act("approvals", decided)


def phone_facts(base: str, said: str = "") -> dict[str, Any]:
    """What the telephone's template asks for, on the page at `base`."""
    facts = {"code_in": code_in, "tries": NUMBERS.phone_call.tries}
    return {"base": base, "said": said if said in SAID else "", **facts}
