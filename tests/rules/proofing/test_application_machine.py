"""The seven steps against a model that knows nothing but a table of times."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dojang.policy.numbers import NUMBERS
from dojang.proofing import application as steps
from dojang.proofing.evidence import judge
from dojang.refusals import ApplicationExpired, ProofExpired, Refusal, WrongStep
from dojang.values.application import (
    Application,
    ApplicationForm,
    AskedApproval,
    BankCustomer,
    CallProof,
    Consent,
    Details,
    HolderKind,
    Medium,
    PhoneKind,
    PlacedCall,
    RegisteredPhone,
    Route,
    Step,
)

ORDER = ("terms", "identity", "call", "medium", "details")
LIMITS = NUMBERS.application
AGES = {"identity": LIMITS.identity_proof, "call": LIMITS.call_proof, "medium": LIMITS.medium_proof}
PEOPLE = [BankCustomer(number, "홍길동", "1899-12-31", (), (), b"", exposed=False) for number in ("1", "2")]
# Long and short waits around every limit.
WAITS = st.sampled_from([0, 1, 30, 299, 300, 599, 600, 601, 1199, 1200, 1799, 1800])


class SevenSteps(RuleBasedStateMachine):
    @initialize(now=st.integers(0, 2**40))
    def arrive(self, now: int) -> None:
        self.now, self.proven, self.person, self.serial = now, dict[str, int](), 0, ""
        self.expires_at = now + LIMITS.idle
        self.application = steps.arrive(ApplicationForm(HolderKind.PERSONAL, "s"), "a", now)

    @rule(seconds=WAITS)
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule(step=st.sampled_from(ORDER), person=st.sampled_from([0, 1]))
    def take(self, step: str, person: int) -> None:
        if not self.happens(step, self.act(step, person)):
            return
        if step == "identity" and person != self.person:
            for other in ("call", "medium", "details"):
                self.proven.pop(other, None)
            self.person = person
        self.proven[step] = self.now
        self.expires_at = self.now + LIMITS.idle

    @rule()
    def go_on(self) -> None:
        """Whatever is next, so that the end is reached often."""
        if self.turn() in ORDER:
            self.take(self.turn(), self.person)

    @rule(step=st.sampled_from(["call", "medium"]))
    def begin(self, step: str) -> None:
        """A call meant to be placed or an approval meant to be asked: no proof, but a sign of life."""
        phone = RegisteredPhone("r", PhoneKind.MOBILE, "")
        call = PlacedCall(Route.ARS, phone, "47", "r", 0)
        approval = AskedApproval("text", "12", "r", 0)
        acts: dict[str, Callable[[], Application]] = {
            "call": lambda: steps.calling(self.application, call, self.now),
            "medium": lambda: steps.asking(self.application, approval, self.now),
        }
        if self.happens(step, acts[step]):
            self.expires_at = self.now + LIMITS.idle

    @rule()
    def extend(self) -> None:
        if self.happens(self.turn(), lambda: steps.extended(self.application, self.now), late="issued"):
            self.expires_at = self.now + LIMITS.idle

    @rule(serial=st.sampled_from(["01", "02"]))
    def issue(self, serial: str) -> None:
        if serial == self.serial:
            assert steps.issued(self.application, serial, self.now) == self.application
        elif self.happens("pin", lambda: steps.issued(self.application, serial, self.now)):
            self.serial = serial

    @invariant()
    def only_what_holds_now_is_judged_proven(self) -> None:
        if self.refusal("pin") is not None:
            with pytest.raises(Refusal):
                judge(self.application, self.now)
            return
        applicant = judge(self.application, self.now)
        assert applicant.customer_number == PEOPLE[self.person].customer_number
        assert applicant.proven_until == min(self.proven[step] + age for step, age in AGES.items())
        assert applicant.proven_until > self.now

    @invariant()
    def it_expires_when_the_model_does(self) -> None:
        assert self.application.expires_at == self.expires_at
        assert self.application.serial == self.serial

    def fresh(self, step: str) -> bool:
        return step in self.proven and self.now < self.proven[step] + AGES.get(step, 2**60)

    def turn(self) -> str:
        if self.serial:
            return "issued"
        return next((step for step in ORDER if not self.fresh(step)), "pin")

    def refusal(self, step: str) -> type[Refusal] | None:
        if not self.serial and self.now >= self.expires_at:
            return ApplicationExpired
        turn = self.turn()
        if turn == step:
            return None
        return ProofExpired if turn in self.proven and turn != "issued" else WrongStep

    def happens(self, step: str, act: Callable[[], Application], late: str = "") -> bool:
        """Do it if the model allows it; else see exactly the model's refusal and nothing changed."""
        refusal = WrongStep if late and self.turn() == late else self.refusal(step)
        if refusal is None:
            self.application = act()
            return True
        with pytest.raises(refusal) as no:
            act()
        assert type(no.value) is refusal
        return False

    def act(self, step: str, person: int) -> Callable[[], Application]:
        application, now = self.application, self.now
        details = Details("홍길동", "01012345678", "1899-12-31", now)
        acts: dict[str, Callable[[], Application]] = {
            "terms": lambda: steps.agreed(application, (Consent("service", 1, "", agreed=True),), now),
            "identity": lambda: steps.identified(application, PEOPLE[person], now),
            "call": lambda: steps.called(application, CallProof(Route.ARS, now), now),
            "medium": lambda: steps.medium_shown(application, Medium.SECURITY_CARD, now),
            "details": lambda: steps.detailed(application, details, now),
        }
        return acts[step]


SevenSteps.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestSevenSteps = SevenSteps.TestCase


def test_steps_one_and_two_are_ticked_on_arrival() -> None:
    application = steps.arrive(ApplicationForm(HolderKind.PERSONAL, "s"), "a", 5)
    assert all(steps.holds(application, step, 5) for step in (Step.HOME, Step.CENTER))
    assert steps.expected(application, 5) is Step.TERMS


def test_a_customer_whom_the_bank_describes_differently_proves_everything_again() -> None:
    application = steps.arrive(ApplicationForm(HolderKind.PERSONAL, "s"), "a", 0)
    application = steps.agreed(application, (Consent("service", 1, "", agreed=True),), 0)
    application = steps.identified(application, PEOPLE[0], 0)
    application = steps.called(application, CallProof(Route.ARS, 1), 1)
    later = steps.extended(application, LIMITS.idle - 1)
    again = LIMITS.identity_proof
    assert steps.identified(later, PEOPLE[0], again).call is not None
    moved = replace(PEOPLE[0], mobile_key=b"another phone")
    assert steps.identified(later, moved, again).call is None
