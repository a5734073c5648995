"""The bank as a relying party: who is logged in, and transfers that the customer signs at the centre."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Cookie, Depends, Request
from sqlalchemy import Row

from dojang.demo.bank import sessions, transfers
from dojang.demo.bank.center_client import CenterClient
from dojang.demo.bank.desk import Desk
from dojang.demo.bank.evidence import Evidence
from dojang.demo.bank.routes import AtDesk
from dojang.demo.bank.sessions import COOKIE, Session


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The bank's side of logins and signatures. `evidence` raises `SettingRefused` while there are no anchors."""

    origin: str
    center: CenterClient
    evidence: Callable[[], Evidence]


def _relying_party(request: Request) -> RelyingParty:
    party: RelyingParty = request.app.state.relying_party
    return party


Party = Annotated[RelyingParty, Depends(_relying_party)]
Browser = Annotated[str, Cookie(alias=COOKIE, max_length=100)]


def _session(desk: AtDesk, browser: Browser = "") -> Session:
    with desk.database.transaction() as connection:
        return sessions.of_cookie(connection, desk, browser)


LoggedIn = Annotated[Session, Depends(_session)]


def order_transfer(
    desk: Desk, party: RelyingParty, session: Session, order: transfers.TransferOrder, key: str | None
) -> Row[Any]:
    """The transfer waits for its signature, and the centre knows it. The same order under one key is one transfer.

    Raises what `transfers.open_order` refuses, `CenterUnavailable`, and what the centre refused by name.
    """
    with desk.database.transaction() as connection:
        transfer = transfers.open_order(connection, desk, session, order, key)
    if transfer.request_id is not None:
        return transfer
    back = f"{party.origin}/transfers/{transfer.transfer_id}/return"
    push = party.center.push(
        transfer.content, label=transfers.LABEL, sub=session.sub, redirect_uri=back, state=transfer.transfer_id
    )
    with desk.database.transaction() as connection:
        transfers.pushed(connection, transfer.transfer_id, push)
        return transfers.of_customer(connection, session.customer_number, transfer.transfer_id)


def settle(desk: Desk, party: RelyingParty, session: Session, transfer_id: str) -> Row[Any]:
    """The transfer as the centre's word leaves it: signed, verified and executed; refused for good; or waiting still.

    Settled twice it changes nothing. Raises `NotFound`, `CenterUnavailable`, and what is wrong with a signature: the
    transfer then waits as before, and no money has moved.
    """
    with desk.database.transaction() as connection:
        transfer = transfers.of_customer(connection, session.customer_number, transfer_id)
    if transfer.state != "waiting" or transfer.request_id is None:
        return transfer
    result = party.center.result(transfer.request_id)
    if result.state == "signed":
        certificate = party.evidence().of_transfer(result, transfer.content, desk.now())
        with desk.database.transaction() as connection:
            transfers.execute(connection, desk, transfer, result, certificate)
    elif result.state != "pending":
        with desk.database.transaction() as connection:
            transfers.refuse(connection, transfer_id, "expired" if result.state == "expired" else "not_signed")
    with desk.database.transaction() as connection:
        return transfers.of_customer(connection, session.customer_number, transfer_id)
