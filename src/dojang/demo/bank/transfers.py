"""Transfers: asked for, signed by the customer, verified, and then executed once."""

import json
from typing import Annotated, Any, Final, Literal

from pydantic import Field
from sqlalchemy import Connection, Row, func, insert, select, update

from dojang.demo.bank import evidence, phones
from dojang.demo.bank.center_client import Pushed, SignatureResult
from dojang.demo.bank.desk import Desk, new_id
from dojang.demo.bank.sessions import Session
from dojang.demo.bank.tables import accounts, transfers
from dojang.pin.encoding import b64, canonical, sha256
from dojang.refusals import (
    IdempotencyKeyReused,
    InsufficientFunds,
    InvalidField,
    NotFound,
    SignerRefused,
    TransactionRefused,
)
from dojang.serving.bodies import B64, Body
from dojang.signing.what_is_signed import transfer_content

OWN_NAMES: Final = ("한빛은행", "Hanbit Bank")
LABEL: Final = "transfer"
State = Literal["waiting", "executed", "refused"]
_Line = Annotated[str, Field(min_length=1, max_length=100)]


class TransferOrder(Body):
    """Whole won to an account here or elsewhere."""

    payee: _Line
    bank: _Line
    account: Annotated[str, Field(pattern="^[0-9][0-9-]{5,30}$")]
    amount: Annotated[int, Field(ge=1, le=1_000_000_000_000)]


class TransferAsked(Body):
    """The customer signs at `authorize_url`."""

    transfer_id: str
    request_id: str
    authorize_url: str


class TransferView(Body):
    """`content` is what was signed; `cms`, `certificate`, `chain` and `receipt` are there once it is executed."""

    transfer_id: str
    state: State
    reason: str
    request_id: str
    content: B64
    cms: B64
    certificate: B64
    chain: list[str]
    receipt: Any
    requested_at: int
    executed_at: int


def open_order(connection: Connection, desk: Desk, session: Session, order: TransferOrder, key: str | None) -> Row[Any]:
    """The transfer, waiting to be signed: a new one, or the one already opened under `key`.

    Raises `InvalidField` for what can't be shown or an account that isn't ours, `InsufficientFunds`,
    `IdempotencyKeyReused` for the key with another order.
    """
    asked = sha256(canonical(order.model_dump()))
    mine = transfers.c.customer_number == session.customer_number
    if key is not None:
        found = connection.execute(select(transfers).where(mine, transfers.c.idempotency_key == key)).one_or_none()
        if found is not None:
            if found.order_sha256 != asked:
                raise IdempotencyKeyReused
            return found
    account = _account_of(connection, session.customer_number)
    if account.balance < order.amount:
        raise InsufficientFunds
    transfer_id = new_id()
    connection.execute(
        insert(transfers).values(
            transfer_id=transfer_id,
            customer_number=session.customer_number,
            idempotency_key=key,
            order_sha256=asked,
            from_account=account.number,
            to_account=_own_account(connection, order),
            amount=order.amount,
            content=_content(order, account.number, transfer_id),
            state="waiting",
            requested_at=desk.now(),
        )
    )
    return of_customer(connection, session.customer_number, transfer_id)


def pushed(connection: Connection, transfer_id: str, push: Pushed) -> None:
    """The centre has taken the request."""
    connection.execute(
        update(transfers)
        .where(transfers.c.transfer_id == transfer_id)
        .values(request_id=push.request_id, authorize_url=push.authorize_url)
    )


def of_customer(connection: Connection, customer_number: str, transfer_id: str) -> Row[Any]:
    """Raises `NotFound`, for another customer's transfer too."""
    row = connection.execute(
        select(transfers).where(transfers.c.transfer_id == transfer_id, transfers.c.customer_number == customer_number)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def refuse(connection: Connection, transfer_id: str, reason: str) -> None:
    """It will not be executed any more."""
    connection.execute(
        update(transfers)
        .where(transfers.c.transfer_id == transfer_id, transfers.c.state == "waiting")
        .values(state="refused", reason=reason)
    )


def execute(
    connection: Connection, desk: Desk, transfer: Row[Any], result: SignatureResult, certificate: bytes
) -> None:
    """Move the money, once, for a signature that was verified: `certificate` is its signer's.

    Raises `SignerRefused` unless that is this customer and the signed content is what was asked for. Without enough
    money the transfer is refused and nothing moves.
    """
    # 1. The signed bytes are the bytes that were asked for.
    if result.content != transfer.content:
        raise SignerRefused
    # 2. The signer is the customer whose money it is.
    if evidence.customer_of(connection, certificate) != transfer.customer_number:
        raise SignerRefused
    # 3. Only once.
    if of_customer(connection, transfer.customer_number, transfer.transfer_id).state != "waiting":
        return
    # 4. The money is there.
    if not _move(connection, transfer):
        refuse(connection, transfer.transfer_id, "insufficient_funds")
        return
    # 5. The evidence is kept beside what it allowed.
    connection.execute(
        update(transfers)
        .where(transfers.c.transfer_id == transfer.transfer_id)
        .values(
            state="executed",
            executed_at=desk.now(),
            cms=result.cms,
            certificate=certificate,
            chain=[b64(der) for der in result.chain],
            receipt=result.receipt,
        )
    )


def view(transfer: Row[Any]) -> TransferView:
    """What its customer sees."""
    return TransferView(
        transfer_id=transfer.transfer_id,
        state=transfer.state,
        reason=transfer.reason,
        request_id=transfer.request_id or "",
        content=transfer.content,
        cms=transfer.cms or b"",
        certificate=transfer.certificate or b"",
        chain=transfer.chain or [],
        receipt=transfer.receipt,
        requested_at=transfer.requested_at,
        executed_at=transfer.executed_at or 0,
    )


def pairs_of(transfer: Row[Any]) -> dict[str, str]:
    """The names and values that are signed, read from the very bytes."""
    return dict(json.loads(transfer.content)["pairs"])


def _account_of(connection: Connection, customer_number: str) -> Row[Any]:
    return connection.execute(select(accounts).where(accounts.c.customer_number == customer_number)).one()


def _move(connection: Connection, transfer: Row[Any]) -> bool:
    """Take the amount from the account, if it is there, and give it to ours that receives it."""
    paying = update(accounts).where(accounts.c.number == transfer.from_account, accounts.c.balance >= transfer.amount)
    if connection.execute(paying.values(balance=accounts.c.balance - transfer.amount)).rowcount != 1:
        return False
    receiving = update(accounts).where(accounts.c.number == transfer.to_account)
    connection.execute(receiving.values(balance=accounts.c.balance + transfer.amount))
    return True


def _own_account(connection: Connection, order: TransferOrder) -> str | None:
    """The account here that receives the money; none when it goes to another bank."""
    if order.bank not in OWN_NAMES:
        return None
    digits = phones.plain(order.account)
    number: str | None = connection.scalar(
        select(accounts.c.number).where(func.replace(accounts.c.number, "-", "") == digits)
    )
    if number is None:
        raise InvalidField(field="account")
    return number


def _content(order: TransferOrder, from_account: str, transfer_id: str) -> bytes:
    """What the customer signs. The transfer's id makes it unlike any other, so that one signature is one transfer."""
    pairs = [
        ("payee", order.payee),
        ("bank", order.bank),
        ("account", order.account),
        ("amount", f"{order.amount:,} KRW"),
        ("from_account", from_account),
        ("transfer", transfer_id),
    ]
    try:
        return transfer_content(pairs)
    except TransactionRefused:
        raise InvalidField(field="payee") from None
