"""The bank's contracts with the certification centre, under /contracts: every call is signed by the centre.

A POST may carry an `Idempotency-Key`: the same request under the same key gets the same answer, a "no" included.
"""

from fastapi import APIRouter, Response, Security
from fastapi.security import APIKeyHeader

from dojang.demo.bank import (
    core_banking,
    mobile_approvals,
    one_time_codes,
    phone_calls,
    registration_authority,
    security_cards,
    text_messages,
)
from dojang.demo.bank.replies import OnceOnly
from dojang.demo.bank.routes import PROBLEMS, AtDesk, SignedRoute
from dojang.pin.service_call import HEADER

# For the description only: the route itself checks the signature.
_signed = APIKeyHeader(name=HEADER, auto_error=False, description="caller=;time=;nonce=;signature= (Ed25519)")
router = APIRouter(
    prefix="/contracts",
    route_class=SignedRoute,
    tags=["contracts"],
    dependencies=[Security(_signed)],
    responses=PROBLEMS,
)


@router.get("/core-banking/sealing-key")
def sealing_key(desk: AtDesk) -> core_banking.SealingKey:
    """The key that resident registration numbers are sealed to in the browser."""
    return core_banking.sealing_key(desk)


@router.post("/core-banking/identity-matches", response_model=core_banking.Identity)
def identity_matches(body: core_banking.IdentityQuestion, once: OnceOnly) -> Response:
    """Do the user ID and the sealed resident number belong to one customer? If not: 403 `identity_not_matched`."""
    return once(body, lambda connection, desk: core_banking.match_identity(connection, desk, body))


@router.post("/core-banking/detail-matches", response_model=core_banking.Nothing)
def detail_matches(body: core_banking.DetailsQuestion, once: OnceOnly) -> Response:
    """Do name, mobile number and birth date equal the bank's record? 403 `details_not_matched` whatever was wrong."""
    return once(body, lambda connection, desk: core_banking.match_details(connection, desk, body))


@router.post("/departure-record", response_model=core_banking.Departure)
def departure_record(body: core_banking.CustomerQuestion, once: OnceOnly) -> Response:
    """Has the customer left the country?"""
    return once(body, lambda connection, desk: core_banking.departure(connection, desk, body))


@router.post("/phone-calls", response_model=phone_calls.CallPlaced)
def place_call(body: phone_calls.CallOrder, once: OnceOnly) -> Response:
    """Call a registered telephone. 422 `phone_not_registered`, 403 `not_abroad`."""
    return once(body, lambda connection, desk: phone_calls.place(connection, desk, body))


@router.get("/phone-calls/{call_id}")
def call_state(call_id: str, desk: AtDesk) -> phone_calls.CallState:
    """How the call stands and what was pressed."""
    with desk.database.transaction() as connection:
        return phone_calls.state(connection, desk, call_id)


@router.post("/text-messages", response_model=text_messages.TextAccepted)
def send_text(body: text_messages.TextOrder, once: OnceOnly) -> Response:
    """Send a text message."""
    return once(body, lambda connection, desk: text_messages.send(connection, desk, body))


@router.get("/text-messages/{message_id}")
def text_state(message_id: str, desk: AtDesk) -> text_messages.TextState:
    """Whether it arrived, and why not."""
    with desk.database.transaction() as connection:
        return text_messages.state(connection, message_id)


@router.post("/security-cards/questions", response_model=security_cards.CardQuestion)
def card_question(body: core_banking.CustomerQuestion, once: OnceOnly) -> Response:
    """The open question of the customer's security card. 423 `card_locked`."""
    return once(body, lambda connection, desk: security_cards.question(connection, desk, body))


@router.post("/security-cards/answers", response_model=core_banking.Nothing)
def card_answer(body: security_cards.CardAnswer, once: OnceOnly) -> Response:
    """403 `wrong_card_digits` with `tries_left`, 423 `card_locked`."""
    return once(body, lambda connection, desk: security_cards.answer(connection, desk, body))


@router.post("/one-time-codes", response_model=core_banking.Nothing)
def one_time_code(body: one_time_codes.CodeAnswer, once: OnceOnly) -> Response:
    """403 `wrong_one_time_code` with `tries_left` (a replay too), 423 `one_time_code_locked`."""
    return once(body, lambda connection, desk: one_time_codes.answer(connection, desk, body))


@router.post("/mobile-approvals", response_model=mobile_approvals.ApprovalAsked)
def ask_approval(body: mobile_approvals.ApprovalOrder, once: OnceOnly) -> Response:
    """Ask the customer's registered mobile to approve a text."""
    return once(body, lambda connection, desk: mobile_approvals.ask(connection, desk, body))


@router.get("/mobile-approvals/{approval_id}")
def approval_state(approval_id: str, desk: AtDesk) -> mobile_approvals.ApprovalState:
    """The decision, and the phone's signature over the text."""
    with desk.database.transaction() as connection:
        return mobile_approvals.state(connection, approval_id)


@router.post("/registration-authority/statements", response_model=registration_authority.Statement)
def registration_statement(body: registration_authority.StatementQuestion, once: OnceOnly) -> Response:
    """Sign who the applicant is, if the bank answered every proof. 403 `registration_refused`, 410 `proof_expired`."""
    return once(body, lambda connection, desk: registration_authority.sign(connection, desk, body))


@router.get("/registration-authority/certificates/{customer_number}")
def last_kid(customer_number: str, desk: AtDesk) -> registration_authority.LastKid:
    """The kid that was last signed for this customer."""
    with desk.database.transaction() as connection:
        return registration_authority.last_kid(connection, customer_number)
