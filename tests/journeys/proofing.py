"""A fictional customer, their bank and the centre, all in memory; whatever leaves the centre checks that no
transaction is open."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyotp
from cryptography.hazmat.primitives.asymmetric import ec

from dojang.adapters.in_memory.bank import MemoryBank, MemoryCustomer
from dojang.adapters.in_memory.books import MemoryBooks
from dojang.adapters.in_memory.clock import MemoryClock
from dojang.adapters.in_memory.core_banking import MemoryCoreBanking
from dojang.adapters.in_memory.departure_record import MemoryDepartureRecord
from dojang.adapters.in_memory.mobile_confirm import MemoryMobileConfirm
from dojang.adapters.in_memory.one_time_code import MemoryOneTimeCode
from dojang.adapters.in_memory.phone_call import MemoryPhoneCall
from dojang.adapters.in_memory.randomness import MemoryRandomness
from dojang.adapters.in_memory.security_card import MemorySecurityCard
from dojang.journeys import prove_identity as journey
from dojang.journeys.prove_identity import Mine, ProofDesk
from dojang.pin import labels, sealing
from dojang.pin.encoding import encode
from dojang.policy.wording import terms
from dojang.ports.books import Books
from dojang.refusals import BankUnavailable
from dojang.values.applicant import ProvenApplicant
from dojang.values.application import Application, ApplicationForm, Consent, HolderKind, Route, Step

START = 1_900_000_000
RESIDENT_NUMBER = "9912319000009"
ORDER = (Step.TERMS, Step.IDENTITY, Step.CALL, Step.MEDIUM, Step.DETAILS, Step.PIN)
CARD = tuple(f"{position * 271 % 10_000:04}" for position in range(1, 36))


def new_customer(number: str = "1000001", user_id: str = "hong1899", **changes: Any) -> MemoryCustomer:
    facts: dict[str, Any] = {
        "customer_number": number,
        "user_id": user_id,
        "resident_number": RESIDENT_NUMBER,
        "name": "홍길동",
        "birth_date": "1899-12-31",
        "mobile": "01012345678",
        "overseas": "+14155550123",
        "card": CARD,
        "otp_seed": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "phone_key": ec.generate_private_key(ec.SECP256R1()),
    }
    return MemoryCustomer(**{**facts, **changes})


def yes_to_all() -> list[Consent]:
    return [Consent(item.item, item.version, item.text_sha256("ko"), agreed=True) for item in terms()]


class OutOfTransaction:
    """Another party: reached only while no transaction is open, and not at all while it is down."""

    def __init__(self, plug: Any, books: Books, down: Callable[[], bool], reached: list[str]) -> None:
        self._plug, self._books, self._down, self._reached = plug, books, down, reached

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._plug, name)

        def reached(*args: Any, **named: Any) -> Any:
            assert not self._books.in_transaction, "a network call inside a transaction"
            self._reached.append(name)
            if self._down():
                raise BankUnavailable
            return act(*args, **named)

        return reached


@dataclass
class Visits:
    """`VersionVisits`: whom it opened a visit for."""

    applicants: list[ProvenApplicant] = field(default_factory=list)
    connect: list[bool] = field(default_factory=list)

    def open_version_visit(self, applicant: ProvenApplicant, *, connect: bool = False) -> str:
        self.applicants.append(applicant)
        self.connect.append(connect)
        return f"code-{len(self.applicants)}"


class World:
    """Everything, with the customer `hong1899`; `act` does a step rightly."""

    def __init__(self, *others: MemoryCustomer, books: Books | None = None, **changes: Any) -> None:
        self.books: Books = books or MemoryBooks()
        self.clock, self.randomness = MemoryClock(START), MemoryRandomness()
        self.customer = new_customer(**changes)
        self.bank = MemoryBank(self.customer, *others)
        self.calls, self.cards = MemoryPhoneCall(self.clock), MemorySecurityCard(self.bank, self.randomness)
        self.phone, self.visits = MemoryMobileConfirm(self.bank), Visits()
        self.bank_is_down = False
        self.requests = 0
        self.reached: list[str] = []
        self.desk = ProofDesk(
            self.books,
            self.clock,
            self.randomness,
            self._outside(MemoryCoreBanking(self.bank)),
            self._outside(MemoryDepartureRecord(self.bank)),
            self._outside(self.calls),
            self._outside(self.cards),
            self._outside(MemoryOneTimeCode(self.bank, self.clock)),
            self._outside(self.phone),
            self.visits,
        )

    def _outside(self, plug: Any) -> Any:
        return OutOfTransaction(plug, self.books, lambda: self.bank_is_down, self.reached)

    def request(self) -> str:
        self.requests += 1
        return f"request-{self.requests}"

    def arrive(self, session: str = "a-session") -> Mine:
        form = ApplicationForm(HolderKind.PERSONAL, session)
        return Mine(journey.arrive(form, self.desk).id, session)

    def reach(self, step: Step, mine: Mine | None = None) -> Mine:
        """An application whose turn is `step`."""
        mine = mine or self.arrive()
        for done in ORDER[: ORDER.index(step)]:
            self.act(done, mine)
        return mine

    def now(self, mine: Mine) -> Application:
        return self.books.applications.get(mine.application_id)

    def act(self, step: Step, mine: Mine) -> object:
        acts: dict[Step, Callable[[], object]] = {
            Step.TERMS: lambda: journey.agree_to_terms(mine, yes_to_all(), self.desk),
            Step.IDENTITY: lambda: self.identify(mine),
            Step.CALL: lambda: self.call(mine),
            Step.MEDIUM: lambda: self.show_card(mine),
            Step.DETAILS: lambda: self.details(mine),
            Step.PIN: lambda: journey.begin_pin(mine, self.desk),
        }
        return acts[step]()

    def sealed(self, mine: Mine, resident_number: str = RESIDENT_NUMBER) -> bytes:
        key = journey.sealing_key(self.desk).public_key
        return sealing.seal(resident_number.encode(), key, encode(labels.RESIDENT_NUMBER_INFO, mine.application_id))

    def identify(
        self, mine: Mine, user_id: str = "hong1899", number: str = RESIDENT_NUMBER, address: str = "192.0.2.1"
    ) -> Application:
        return journey.say_who(mine, user_id, self.sealed(mine, number), address, self.desk)

    def ring(self, mine: Mine, route: Route = Route.ARS, request: str = "") -> str:
        """Place the call and pick it up; the call's id."""
        index = 1 if route is Route.OVERSEAS else 0
        call = journey.ask_for_call(mine, route, index, request or self.request(), self.desk)
        self.calls.answer(call.call_id)
        return call.call_id

    def call(self, mine: Mine, route: Route = Route.ARS) -> Application:
        call_id = self.ring(mine, route)
        placed = self.now(mine).placed_call
        assert placed is not None
        self.calls.press(call_id, placed.digits)
        return journey.listen(mine, self.desk)

    def card_digits(self, mine: Mine) -> tuple[str, str]:
        asked = journey.show_card_question(mine, self.desk)
        return CARD[asked.first_position - 1][:2], CARD[asked.second_position - 1][2:]

    def show_card(self, mine: Mine) -> Application:
        first, second = self.card_digits(mine)
        return journey.answer_card(mine, first, second, self.request(), self.desk)

    def otp(self) -> str:
        return pyotp.TOTP(self.customer.otp_seed).at(self.clock.now())

    def give_otp(self, mine: Mine) -> Application:
        return journey.give_one_time_code(mine, self.otp(), self.request(), self.desk)

    def approve(self, mine: Mine) -> Application:
        self.phone.approve(journey.ask_phone(mine, self.request(), self.desk).approval_id)
        return journey.check_phone(mine, self.desk)

    def details(
        self, mine: Mine, name: str = "홍길동", phone: str = "010-1234-5678", birth_date: str = "1899-12-31"
    ) -> Application:
        return journey.give_details(mine, name, phone, birth_date, self.desk)
