"""A transfer: the form, what will be signed, and what became of it."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy import Row

from dojang.client import certificates
from dojang.demo.bank import relying_party, transfers
from dojang.demo.bank.relying_party import LoggedIn, Party
from dojang.demo.bank.routes import AtDesk
from dojang.demo.bank.site import order_form
from dojang.demo.bank.site.banking import account_of
from dojang.demo.bank.site.forms import Form
from dojang.demo.bank.site.frame import ThePages
from dojang.demo.bank.site.order_form import Wrong
from dojang.pin.encoding import canonical
from dojang.refusals import InsufficientFunds, InvalidField, NotFound, Refusal
from dojang.serving.forms import key_of
from dojang.values.comparison_code import comparison_code

router = APIRouter(include_in_schema=False)

_UNSTORED: Final = {"Cache-Control": "no-store"}


class Teller:
    """Serves one customer who is logged in."""

    def __init__(self, request: Request, pages: ThePages, desk: AtDesk, party: Party, session: LoggedIn) -> None:
        self.desk, self.party, self.session = desk, party, session
        self._request, self._pages = request, pages

    def page(self, name: str, status: int = 200, **facts: Any) -> HTMLResponse:
        """With the customer's account."""
        with self.desk.database.transaction() as connection:
            mine = account_of(connection, self.session)
        return self._pages.page(self._request, name, status, mine=mine, now=self.desk.now(), **facts)

    def form(self, typed: dict[str, str], wrong: tuple[Wrong, ...] = ()) -> HTMLResponse:
        """The order's form, with a key of its own and what was typed."""
        facts = {"typed": typed, "wrong": {one.field: one.name for one in wrong}, "banks": order_form.BANKS}
        return self.page("transfer", 422 if wrong else 200, **facts)

    def found(self, transfer_id: str) -> Row[Any]:
        """The customer's own transfer. Raises `NotFound`."""
        with self.desk.database.transaction() as connection:
            return transfers.of_customer(connection, self.session.customer_number, transfer_id)

    def settled(self, transfer_id: str) -> tuple[Row[Any], str]:
        """The transfer as it stands, and the code of what keeps it from going on."""
        try:
            return relying_party.settle(self.desk, self.party, self.session, transfer_id), ""
        except NotFound:
            raise
        except Refusal as refusal:
            return self.found(transfer_id), refusal.code


AtTeller = Annotated[Teller, Depends()]


@router.get("/banking/transfer")
def order_page(teller: AtTeller, again: str = "") -> HTMLResponse:
    """The form; with `again`, filled with what an earlier transfer was to be."""
    return teller.form(_typed(teller.found(again)) if again else {})


@router.post("/banking/transfer", response_model=None)
def order(teller: AtTeller, form: Form) -> HTMLResponse | RedirectResponse:
    """The order waits for its signature at the centre; the same form sent again is the same transfer."""
    key = key_of(form)
    with teller.desk.database.transaction() as connection:
        balance = account_of(connection, teller.session).balance
    read = order_form.read(form, balance)
    if read.order is None:
        return teller.form(form, read.wrong)
    try:
        row = relying_party.order_transfer(teller.desk, teller.party, teller.session, read.order, key)
    except InsufficientFunds:
        return teller.form(form, (Wrong("amount", "amount_too_much"),))
    except InvalidField as refusal:
        field = str(refusal.facts["field"])
        return teller.form(form, (Wrong(field, "account_unknown" if field == "account" else "payee_refused"),))
    return RedirectResponse(f"/banking/transfers/{row.transfer_id}/confirm", 303)


@router.get("/banking/transfers/{transfer_id}/confirm", response_model=None)
def confirm(teller: AtTeller, transfer_id: str) -> HTMLResponse | RedirectResponse:
    """What will be signed, before the customer leaves for the centre; one that is over is shown as it stands."""
    row = teller.found(transfer_id)
    if row.state != "waiting" or row.request_id is None:
        return RedirectResponse(f"/banking/transfers/{transfer_id}", 303)
    return teller.page("confirm", **_facts(row))


@router.post("/banking/transfers/{transfer_id}/cancel")
def cancel(teller: AtTeller, transfer_id: str, _form: Form) -> RedirectResponse:
    """It will not be executed, unless it was already."""
    teller.found(transfer_id)
    with teller.desk.database.transaction() as connection:
        transfers.refuse(connection, transfer_id, "cancelled")
    return RedirectResponse(f"/banking/transfers/{transfer_id}", 303)


@router.get("/banking/transfers/{transfer_id}")
def transfer(teller: AtTeller, transfer_id: str) -> HTMLResponse:
    """Executed, waiting or refused, by what the centre says now. Opened twice it is the same receipt."""
    row, problem = teller.settled(transfer_id)
    return teller.page("receipt", problem_code=problem, **_facts(row))


@router.get("/banking/transfers/{transfer_id}/state")
def state(teller: AtTeller, transfer_id: str) -> JSONResponse:
    """What the waiting page asks every few seconds."""
    row, problem = teller.settled(transfer_id)
    return JSONResponse({"state": row.state, "problem": problem}, headers=_UNSTORED)


@router.get("/banking/transfers/{transfer_id}/receipt.json")
def receipt(teller: AtTeller, transfer_id: str) -> Response:
    """The customer's receipt, which anybody with the anchors can verify offline. 404 before it is executed."""
    row = teller.found(transfer_id)
    if row.receipt is None:
        raise NotFound
    headers = {**_UNSTORED, "Content-Disposition": 'attachment; filename="receipt.json"'}
    return Response(canonical(row.receipt), media_type="application/json", headers=headers)


def _typed(row: Row[Any]) -> dict[str, str]:
    pairs = transfers.pairs_of(row)
    return {**{name: pairs[name] for name in ("payee", "bank", "account")}, "amount": f"{row.amount:,}"}


def _facts(row: Row[Any]) -> dict[str, Any]:
    serial = f"{certificates.load(row.certificate).serial_number:x}" if row.certificate else ""
    code = comparison_code(row.request_id) if row.request_id else ""
    return {"row": row, "pairs": transfers.pairs_of(row), "code": code, "serial": serial}
