"""Approvals on the customer's mobile: the phone's registered key signs exactly the text that it shows."""

from typing import Annotated, Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from pydantic import Field
from sqlalchemy import Connection, Row, insert, select, update

from dojang.demo.bank import phones, proofs
from dojang.demo.bank.core_banking import ApplicationId, CustomerNumber
from dojang.demo.bank.desk import Desk, new_id
from dojang.demo.bank.proofs import Kind
from dojang.demo.bank.tables import NEWEST_FIRST, approvals
from dojang.policy.numbers import NUMBERS
from dojang.refusals import ApprovalOver, MediumNotOwned, NotFound
from dojang.serving.bodies import B64, Body, Seconds

Decision = Literal["approve", "decline"]
State = Literal["pending", "approved", "declined"]


class ApprovalOrder(Body):
    """What the customer is asked to approve, and the code that screen and phone both show."""

    application: ApplicationId
    customer_number: CustomerNumber
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    comparison_code: Annotated[str, Field(pattern="^[0-9]{2,4}( ?[0-9]{2})?$")]


class ApprovalAsked(Body):
    """The phone shows it."""

    approval_id: str


class ApprovalState(Body):
    """`signature`: ECDSA P-256 SHA-256 (DER) by `device_key` (SubjectPublicKeyInfo) over the UTF-8 text, or empty."""

    state: State
    text: str
    device_key: B64
    signature: B64


class PhoneApproval(Body):
    """What the telephone shows."""

    approval_id: str
    state: State
    text: str
    comparison_code: str
    expires_at: Seconds


def ask(connection: Connection, desk: Desk, order: ApprovalOrder) -> ApprovalAsked:
    """Put the text on the customer's registered mobile. Raises `MediumNotOwned`."""
    proofs.require_identity(connection, order.application, order.customer_number)
    mobile = next((p for p in phones.registered(connection, order.customer_number) if p.private_key is not None), None)
    if mobile is None:
        raise MediumNotOwned
    approval_id, now = new_id(), desk.now()
    connection.execute(
        insert(approvals).values(
            approval_id=approval_id,
            application=order.application,
            customer_number=order.customer_number,
            number=mobile.number,
            text=order.text,
            comparison_code=order.comparison_code,
            state="pending",
            signature=b"",
            asked_at=now,
            expires_at=now + NUMBERS.mobile_confirm.lifetime,
        )
    )
    return ApprovalAsked(approval_id=approval_id)


def state(connection: Connection, approval_id: str) -> ApprovalState:
    """Raises `NotFound`."""
    row = connection.execute(select(approvals).where(approvals.c.approval_id == approval_id)).one_or_none()
    if row is None:
        raise NotFound
    key = phones.mobile_key(connection, row.customer_number)
    return ApprovalState(state=row.state, text=row.text, device_key=key, signature=row.signature)


def of_phone(connection: Connection, number: str) -> list[PhoneApproval]:
    """The telephone's approvals, newest first."""
    rows = connection.execute(select(approvals).where(approvals.c.number == number).order_by(NEWEST_FIRST))
    return [
        PhoneApproval(
            approval_id=row.approval_id,
            state=row.state,
            text=row.text,
            comparison_code=row.comparison_code,
            expires_at=row.expires_at,
        )
        for row in rows
    ]


def decide(connection: Connection, desk: Desk, number: str, approval_id: str, decision: Decision) -> ApprovalState:
    """Sign the shown text, or decline. An approval is a proof. Raises `NotFound`, or `ApprovalOver`."""
    row = _pending(connection, desk, number, approval_id)
    if decision == "decline":
        values: dict[str, Any] = {"state": "declined"}
    else:
        private_key = phones.by_number(connection, number).private_key
        signature = phones.signing_key(private_key).sign(row.text.encode(), ec.ECDSA(SHA256()))
        values = {"state": "approved", "signature": signature}
        proofs.record(connection, row.application, row.customer_number, Kind.MEDIUM, desk.now())
    connection.execute(update(approvals).where(approvals.c.approval_id == approval_id).values(**values))
    return state(connection, approval_id)


def _pending(connection: Connection, desk: Desk, number: str, approval_id: str) -> Row[Any]:
    row = connection.execute(
        select(approvals).where(approvals.c.approval_id == approval_id, approvals.c.number == number)
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.state != "pending" or desk.now() >= row.expires_at:
        raise ApprovalOver
    return row
