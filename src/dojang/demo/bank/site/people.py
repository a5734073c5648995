"""The demo's customers: everything of a person who does not exist, so that somebody can play them."""

from typing import Any, Final

import pyotp
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection, select

from dojang.demo.bank import customers
from dojang.demo.bank.core_banking import Medium
from dojang.demo.bank.customers import CustomerWish, FictionalCustomer
from dojang.demo.bank.desk import Desk
from dojang.demo.bank.routes import AtDesk
from dojang.demo.bank.site.forms import Form, once
from dojang.demo.bank.site.frame import ThePages
from dojang.demo.bank.site.phone import phone_facts
from dojang.demo.bank.site.phone_screen import screen
from dojang.demo.bank.tables import NEWEST_FIRST
from dojang.demo.bank.tables import customers as table
from dojang.policy.numbers import NUMBERS
from dojang.refusals import InvalidField, NotFound
from dojang.serving.bodies import Body

router = APIRouter(include_in_schema=False)

MEDIA: Final[tuple[Medium, ...]] = ("security_card", "one_time_code", "mobile_confirm")
_LISTED: Final = 30
_OTP_STEP: Final = 30


class ShownCode(Body):
    """What the one-time code device shows, and for how many seconds still."""

    code: str
    seconds: int


@router.get("/demo")
def people(request: Request, pages: ThePages, desk: AtDesk) -> HTMLResponse:
    """The newest customers, and a form for one more."""
    return _listed(request, pages, desk, {"where": "home", **dict.fromkeys(MEDIA, "on")}, [])


@router.post("/demo", response_model=None)
def new_person(request: Request, pages: ThePages, desk: AtDesk, form: Form) -> HTMLResponse | RedirectResponse:
    """One more customer, once."""
    media = [medium for medium in MEDIA if form.get(medium) == "on"]
    if form.get("where") not in ("home", "abroad"):
        raise InvalidField(field="where")
    if not media:
        return _listed(request, pages, desk, form, [(MEDIA[0], "bank_demo.media_missing")])
    wish = CustomerWish(departure="OUT" if form["where"] == "abroad" else "IN", media=media)

    def create(connection: Connection) -> str:
        return f"/demo/{customers.create(connection, desk, wish).user_id}"

    return RedirectResponse(once(desk, request.url.path, form, create), 303)


@router.get("/demo/{user_id}")
def person(
    request: Request, user_id: str, pages: ThePages, desk: AtDesk, tab: str = "", said: str = ""
) -> HTMLResponse:
    """All that one customer has, beside their telephone. 404 for a customer that there is not."""
    with desk.database.transaction() as connection:
        who = customers.again(connection, user_id)
        shown = screen(connection, desk, pages.view(request).language, who.phone, tab)
        abroad = connection.scalar(select(table.c.departure).where(table.c.user_id == user_id)) == "OUT"
    otp = _code(who, desk) if who.otp_seed else None
    facts = {
        "who": who,
        "otp": otp,
        "abroad": abroad,
        "screen": shown,
        "step": _OTP_STEP,
        **phone_facts(f"/demo/{user_id}", said),
    }
    return pages.page(request, "person", now=desk.now(), **facts)


@router.get("/demo/{user_id}/one-time-code")
def one_time_code(user_id: str, desk: AtDesk) -> ShownCode:
    """The code that the customer's device shows now. 404 without a device."""
    with desk.database.transaction() as connection:
        who = customers.again(connection, user_id)
    if not who.otp_seed:
        raise NotFound
    return _code(who, desk)


def _listed(
    request: Request, pages: ThePages, desk: Desk, form: dict[str, str], wrong: list[tuple[str, str]]
) -> HTMLResponse:
    with desk.database.transaction() as connection:
        ids = list(connection.scalars(select(table.c.user_id).order_by(NEWEST_FIRST).limit(_LISTED)))
        everybody = [_summary(connection, user_id) for user_id in ids]
    facts = {"everybody": everybody, "form": form, "media": MEDIA, "wrong": wrong}
    return pages.page(request, "people", 422 if wrong else 200, **facts)


def _summary(connection: Connection, user_id: str) -> dict[str, Any]:
    who = customers.again(connection, user_id)
    row = connection.execute(select(table.c.departure).where(table.c.user_id == user_id)).one()
    mobile = customers.has_mobile_key(connection, who.customer_number)
    owned = {"security_card": bool(who.card), "one_time_code": bool(who.otp_seed), "mobile_confirm": mobile}
    return {"who": who, "abroad": row.departure == "OUT", "media": [medium for medium in MEDIA if owned[medium]]}


def _code(who: FictionalCustomer, desk: Desk) -> ShownCode:
    now = desk.now()
    code = pyotp.TOTP(who.otp_seed, digits=NUMBERS.one_time_code.digits).at(now)
    return ShownCode(code=code, seconds=_OTP_STEP - now % _OTP_STEP)
