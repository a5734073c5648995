"""The customers' virtual telephones: inbox, calls with a keypad, approvals. Practice only, so open to everybody."""

from fastapi import APIRouter

from dojang.demo.bank import customers, mobile_approvals, phone_calls, phones, text_messages
from dojang.demo.bank.routes import PROBLEMS, AtDesk, OpenRoute
from dojang.serving.bodies import Body

router = APIRouter(route_class=OpenRoute, tags=["virtual phone (demo)"], responses=PROBLEMS)


class Inbox(Body):
    """Newest first."""

    messages: list[text_messages.TextReceived]


class Calls(Body):
    """Newest first."""

    calls: list[phone_calls.PhoneCall]


class Approvals(Body):
    """Newest first."""

    approvals: list[mobile_approvals.PhoneApproval]


class Keypad(Body):
    """What is pressed."""

    digits: phone_calls.Digits


class Decided(Body):
    """What the customer says to the shown text."""

    decision: mobile_approvals.Decision


@router.get("/phones/{number}/messages")
def messages(number: str, desk: AtDesk) -> Inbox:
    """The text messages of a telephone."""
    with desk.database.transaction() as connection:
        return Inbox(messages=text_messages.of_phone(connection, phones.by_number(connection, number).number))


@router.get("/phones/{number}/calls")
def calls(number: str, desk: AtDesk) -> Calls:
    """The calls of a telephone, ringing ones included."""
    with desk.database.transaction() as connection:
        return Calls(calls=phone_calls.of_phone(connection, desk, phones.by_number(connection, number).number))


@router.post("/phones/{number}/calls/{call_id}/answer")
def answer(number: str, call_id: str, desk: AtDesk) -> phone_calls.CallState:
    """Pick up."""
    with desk.database.transaction() as connection:
        return phone_calls.answer(connection, desk, phones.plain(number), call_id)


@router.post("/phones/{number}/calls/{call_id}/press")
def press(number: str, call_id: str, body: Keypad, desk: AtDesk) -> phone_calls.CallState:
    """Press the keypad."""
    with desk.database.transaction() as connection:
        return phone_calls.press(connection, desk, phones.plain(number), call_id, body.digits)


@router.post("/phones/{number}/calls/{call_id}/hang-up")
def hang_up(number: str, call_id: str, desk: AtDesk) -> phone_calls.CallState:
    """End the call."""
    with desk.database.transaction() as connection:
        return phone_calls.hang_up(connection, desk, phones.plain(number), call_id)


@router.get("/phones/{number}/approvals")
def approvals(number: str, desk: AtDesk) -> Approvals:
    """What the telephone was asked to approve."""
    with desk.database.transaction() as connection:
        return Approvals(approvals=mobile_approvals.of_phone(connection, phones.by_number(connection, number).number))


@router.post("/phones/{number}/approvals/{approval_id}")
def decide(number: str, approval_id: str, body: Decided, desk: AtDesk) -> mobile_approvals.ApprovalState:
    """Approve, which signs the text with the phone's key, or decline."""
    with desk.database.transaction() as connection:
        return mobile_approvals.decide(connection, desk, phones.plain(number), approval_id, body.decision)


@router.post("/demo/customers", status_code=201)
def create_customer(body: customers.CustomerWish, desk: AtDesk) -> customers.FictionalCustomer:
    """A fresh fictional customer with everything needed to play them."""
    with desk.database.transaction() as connection:
        return customers.create(connection, desk, body)


@router.get("/demo/customers/{user_id}")
def customer_again(user_id: str, desk: AtDesk) -> customers.FictionalCustomer:
    """A fictional customer once more, so that the same person can be played again."""
    with desk.database.transaction() as connection:
        return customers.again(connection, user_id)
