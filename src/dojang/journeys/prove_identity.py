"""A customer proves who they are: arrive, agree, say who, take a call, show a medium, give details, go to the PIN.

Every step reads what it needs, asks the other party outside of any transaction, and records the outcome against the
application as it is then. What cannot be taken back (a call, an answer that spends a try) is asked under a `request`:
repeated under the same one, it happens once.
"""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from dojang.pin.encoding import b64
from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import terms
from dojang.ports.books import Books
from dojang.ports.clock import Clock
from dojang.ports.core_banking import CoreBanking
from dojang.ports.departure_record import DepartureRecord
from dojang.ports.mobile_confirm import MobileConfirm
from dojang.ports.one_time_code import OneTimeCode
from dojang.ports.phone_call import PhoneCall
from dojang.ports.randomness import Randomness
from dojang.ports.security_card import SecurityCard
from dojang.proofing import application as steps
from dojang.proofing import ars, consents, departure, details, identity, media, mobile_approval
from dojang.proofing.evidence import judge
from dojang.refusals import (
    ApplicationNotFound,
    ApprovalPending,
    BankUnavailable,
    CallNotPassed,
    TooManyRequests,
    WrongStep,
)
from dojang.values.applicant import ProvenApplicant
from dojang.values.application import (
    Application,
    ApplicationForm,
    AskedApproval,
    BankCustomer,
    CallProof,
    Consent,
    Medium,
    PlacedCall,
    Route,
    Step,
)
from dojang.values.factors import CallStatus, CardQuestion, SealingKey

_HOUR: Final = 3600


class VersionVisits(Protocol):
    """Where a proven applicant goes to choose a PIN."""

    def open_version_visit(self, applicant: ProvenApplicant, *, connect: bool = False) -> str:
        """The one-time code that the PIN page opens the visit with; a fresh one whenever it is asked."""
        ...


@dataclass(frozen=True, slots=True)
class ProofDesk:
    """What the steps need."""

    books: Books
    clock: Clock
    randomness: Randomness
    core_banking: CoreBanking
    departure_record: DepartureRecord
    phone_call: PhoneCall
    security_card: SecurityCard
    one_time_code: OneTimeCode
    mobile_confirm: MobileConfirm
    version_visits: VersionVisits


@dataclass(frozen=True, slots=True)
class Mine:
    """An application as the browser names it, and the browser's session."""

    application_id: str
    session: str


def arrive(form: ApplicationForm, desk: ProofDesk) -> Application:
    """Steps one and two: somebody is in the certification centre and has said what they are."""
    application = steps.arrive(form, b64(desk.randomness.token(16)), desk.clock.now())
    with desk.books.transaction():
        desk.books.applications.add(application)
    return application


def resume(mine: Mine, desk: ProofDesk) -> Application:
    """The application as it stands. Raises `ApplicationNotFound` in any other browser, `ApplicationExpired`."""
    application = _own(mine, desk)
    now = desk.clock.now()
    steps.require(application, steps.expected(application, now), now)
    return application


def extend(mine: Mine, desk: ProofDesk) -> Application:
    """The idle time begins again."""
    return _change(mine, desk, steps.extended)


def agree_to_terms(mine: Mine, given: Iterable[Consent], desk: ProofDesk) -> Application:
    """Step three. Raises `ConsentMissing`, `TermsChanged`."""
    answers = consents.check_consents(given, terms())
    now = desk.clock.now()
    with desk.books.transaction():
        application = steps.agreed(_own(mine, desk), answers, now)
        desk.books.applications.put(application)
        desk.books.consents.record(application.id, answers, now)
    return application


def sealing_key(desk: ProofDesk) -> SealingKey:
    """Core banking's key: the resident number is sealed to it in the browser, and we only hand it on."""
    return desk.core_banking.sealing_key()


def say_who(mine: Mine, user_id: str, sealed_resident_number: bytes, address: str, desk: ProofDesk) -> Application:
    """Step four. Raises `IdentityNotMatched` whatever was wrong, `IdentityLocked`, `CustomerExposed`."""
    application = _at(mine, Step.IDENTITY, desk)
    began = desk.clock.now()
    limits = identity.limits(user_id, address)
    with desk.books.transaction():
        for limit in limits:
            desk.books.tries.add(limit.bucket, began)
            identity.check(limit, desk.books.tries.count(limit.bucket, began - identity.WINDOW + 1))
    try:
        customer = desk.core_banking.identify(application.id, user_id, sealed_resident_number)
    except BankUnavailable:
        _take_back(limits, began, desk)
        raise
    _take_back(limits, began, desk)
    identity.check_not_exposed(customer)
    return _change(mine, desk, lambda found, now: steps.identified(found, customer, now))


def ask_for_call(mine: Mine, route: Route, phone: int, request: str, desk: ProofDesk) -> PlacedCall:
    """Step five begins: one of the registered phones rings. From abroad only if the departure record says so.

    Raises `PhoneNotRegistered`, `NotAbroad`, `DepartureUnknown`, `TooManyRequests`.
    """
    application = _at(mine, Step.CALL, desk)
    customer = _customer(application)
    registered = ars.phone_for(customer, route, phone)
    if route is Route.OVERSEAS:
        departure.check_departure(desk.departure_record.of(application.id, customer.customer_number))
    digits = desk.randomness.digits(NUMBERS.phone_call.digits)
    call = _intend(mine, ars.new_call(route, registered, digits, request, desk.clock.now()), desk)
    taken = replace(call, call_id=desk.phone_call.place(application.id, customer.customer_number, call))
    _change(mine, desk, lambda found, now: steps.calling(found, taken, now) if found.placed_call == call else found)
    return taken


def listen(mine: Mine, desk: ProofDesk) -> Application:
    """Step five: proven once the number was pressed. Raises `CallNotPassed`, `CallExpired`, `CallTriesSpent`."""
    placed = _at(mine, Step.CALL, desk).placed_call
    if placed is None or not placed.call_id:
        raise CallNotPassed
    status = desk.phone_call.status(placed.call_id)
    return _change(mine, desk, lambda found, now: _heard(found, placed, status, now))


def show_card_question(mine: Mine, desk: ProofDesk) -> CardQuestion:
    """Step six by card: the same question until it is answered rightly. Raises `MediumNotOwned`, `CardLocked`."""
    application = _with_medium(mine, Medium.SECURITY_CARD, desk)
    return desk.security_card.question(application.id, _customer(application).customer_number)


def answer_card(mine: Mine, first: str, second: str, request: str, desk: ProofDesk) -> Application:
    """Step six by security card. Raises `WrongCardDigits`, `CardLocked`."""
    application = _with_medium(mine, Medium.SECURITY_CARD, desk)
    desk.security_card.answer(application.id, _customer(application).customer_number, first, second, request)
    return _change(mine, desk, lambda found, now: steps.medium_shown(found, Medium.SECURITY_CARD, now))


def give_one_time_code(mine: Mine, code: str, request: str, desk: ProofDesk) -> Application:
    """Step six by OTP. Raises `WrongOneTimeCode` (a code used before too), `OneTimeCodeLocked`."""
    application = _with_medium(mine, Medium.ONE_TIME_CODE, desk)
    desk.one_time_code.check(application.id, _customer(application).customer_number, code, request)
    return _change(mine, desk, lambda found, now: steps.medium_shown(found, Medium.ONE_TIME_CODE, now))


def ask_phone(mine: Mine, request: str, desk: ProofDesk) -> AskedApproval:
    """Step six by mobile begins: the registered phone shows what is to be approved."""
    application = _with_medium(mine, Medium.MOBILE_CONFIRM, desk)
    code = desk.randomness.digits(NUMBERS.mobile_confirm.comparison_digits)
    new = mobile_approval.new_approval(application.id, code, request, desk.clock.now())

    def intend(found: Application, now: int) -> Application:
        before = found.asked_approval
        return found if before is not None and before.request == request else steps.asking(found, new, now)

    asked = _change(mine, desk, intend).asked_approval or new
    number = _customer(application).customer_number
    taken = replace(asked, approval_id=desk.mobile_confirm.ask(application.id, number, asked))
    _change(mine, desk, lambda found, now: steps.asking(found, taken, now) if found.asked_approval == asked else found)
    return taken


def check_phone(mine: Mine, desk: ProofDesk) -> Application:
    """Step six by mobile: proven by the registered key's signature over the text.

    Raises `ApprovalPending`, `ApprovalDeclined`, `ApprovalOver`, `SignatureRefused`.
    """
    application = _with_medium(mine, Medium.MOBILE_CONFIRM, desk)
    asked = application.asked_approval
    if asked is None or not asked.approval_id:
        raise ApprovalPending
    status = desk.mobile_confirm.status(asked.approval_id)
    mobile_approval.check_approval(asked, status, _customer(application).mobile_key, desk.clock.now())
    return _change(mine, desk, lambda found, now: steps.medium_shown(found, Medium.MOBILE_CONFIRM, now))


def give_details(mine: Mine, name: str, phone: str, birth_date: str, desk: ProofDesk) -> Application:
    """Step seven: everything equals the bank's record. Raises `DetailsNotMatched`."""
    application = _at(mine, Step.DETAILS, desk)
    customer = _customer(application)
    given = details.read_details(name, phone, birth_date, desk.clock.now())
    details.check_details(given, customer)
    desk.core_banking.check_details(application.id, customer.customer_number, given.name, given.phone, given.birth_date)
    return _change(mine, desk, lambda found, now: steps.detailed(found, given, now))


def begin_pin(mine: Mine, desk: ProofDesk, *, connect: bool = False) -> str:
    """All seven hold: the code for the PIN page; `connect` this browser too. Raises `WrongStep`, `ProofExpired`."""
    return desk.version_visits.open_version_visit(judge(_own(mine, desk), desk.clock.now()), connect=connect)


def _own(mine: Mine, desk: ProofDesk) -> Application:
    application = desk.books.applications.get(mine.application_id)
    if not hmac.compare_digest(application.session, mine.session):
        raise ApplicationNotFound
    return application


def _at(mine: Mine, step: Step, desk: ProofDesk) -> Application:
    application = _own(mine, desk)
    steps.require(application, step, desk.clock.now())
    return application


def _with_medium(mine: Mine, medium: Medium, desk: ProofDesk) -> Application:
    application = _at(mine, Step.MEDIUM, desk)
    media.check_owned(_customer(application), medium)
    return application


def _customer(application: Application) -> BankCustomer:
    if application.identity is None:
        raise WrongStep(expected=Step.IDENTITY.value)
    return application.identity.customer


def _change(mine: Mine, desk: ProofDesk, change: Callable[[Application, int], Application]) -> Application:
    with desk.books.transaction():
        before = _own(mine, desk)
        after = change(before, desk.clock.now())
        if after != before:
            desk.books.applications.put(after)
    return after


def _intend(mine: Mine, call: PlacedCall, desk: ProofDesk) -> PlacedCall:
    """The call is durable before it is placed; the same request again is the same call."""
    now = desk.clock.now()
    with desk.books.transaction():
        application = _own(mine, desk)
        before = application.placed_call
        if before is not None and before.request == call.request:
            return before
        bucket = f"call:{_customer(application).customer_number}"
        desk.books.tries.add(bucket, now)
        if desk.books.tries.count(bucket, now - _HOUR + 1) > NUMBERS.phone_call.calls_per_hour:
            raise TooManyRequests(window=_HOUR)
        desk.books.applications.put(steps.calling(application, call, now))
    return call


def _heard(found: Application, placed: PlacedCall, status: CallStatus, now: int) -> Application:
    if found.placed_call is None or found.placed_call.request != placed.request:
        return found
    outcome = ars.heard(placed, status, now)
    if isinstance(outcome, CallProof):
        return steps.called(found, outcome, now)
    return found if outcome == placed else steps.calling(found, outcome, now)


def _take_back(limits: Iterable[identity.Limit], at: int, desk: ProofDesk) -> None:
    """What was no wrong answer does not count."""
    with desk.books.transaction():
        for limit in limits:
            desk.books.tries.take_back(limit.bucket, at)
