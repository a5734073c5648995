"""The seven steps as a customer goes through them, and every way in which they are refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dojang.journeys import prove_identity as journey
from dojang.journeys.prove_identity import Mine
from dojang.policy.numbers import NUMBERS
from dojang.proofing import application as steps
from dojang.proofing.evidence import judge
from dojang.refusals import (
    ApplicationExpired,
    ApplicationNotFound,
    ApprovalDeclined,
    ApprovalOver,
    ApprovalPending,
    BankUnavailable,
    CallExpired,
    CallNotPassed,
    CallTriesSpent,
    CardLocked,
    ConsentMissing,
    CustomerExposed,
    DepartureUnknown,
    DetailsNotMatched,
    IdentityLocked,
    IdentityNotMatched,
    MediumNotOwned,
    NotAbroad,
    OneTimeCodeLocked,
    PhoneNotRegistered,
    ProofExpired,
    Refusal,
    SignatureRefused,
    TermsChanged,
    TooManyRequests,
    WrongCardDigits,
    WrongOneTimeCode,
    WrongStep,
)
from dojang.values.application import Consent, Medium, Route, Step
from dojang.values.factors import ApprovalState, ApprovalStatus, CallStatus, Departure
from tests.journeys.proofing import ORDER, START, World, new_customer, yes_to_all

APPLICATION = NUMBERS.application


def refused(refusal: type[Refusal], act: Callable[[], object]) -> Refusal:
    with pytest.raises(refusal) as caught:
        act()
    assert type(caught.value) is refusal
    return caught.value


@pytest.mark.parametrize("route", list(Route))
@pytest.mark.parametrize("medium", list(Medium))
def test_every_route_with_every_medium_leads_to_the_pin(route: Route, medium: Medium) -> None:
    world = World(departure=Departure.OUT)
    mine = world.reach(Step.CALL)
    world.call(mine, route)
    {
        Medium.SECURITY_CARD: world.show_card,
        Medium.ONE_TIME_CODE: world.give_otp,
        Medium.MOBILE_CONFIRM: world.approve,
    }[medium](mine)
    world.details(mine)
    assert journey.begin_pin(mine, world.desk) == "code-1"
    (applicant,) = world.visits.applicants
    assert (applicant.name, applicant.customer_number, applicant.phone) == ("홍길동", "1000001", "01012345678")
    proven = world.now(mine)
    assert proven.call is not None
    assert proven.call.route is route
    assert proven.medium is not None
    assert proven.medium.medium is medium


@pytest.mark.parametrize("at", ORDER)
@pytest.mark.parametrize("tried", ORDER)
def test_a_step_out_of_turn_is_refused_and_changes_nothing(at: Step, tried: Step) -> None:
    if tried is at:
        return
    world = World()
    mine = world.reach(at)
    before = world.now(mine)
    acts: dict[Step, Callable[[], object]] = {
        Step.TERMS: lambda: world.act(Step.TERMS, mine),
        Step.IDENTITY: lambda: world.identify(mine),
        Step.CALL: lambda: journey.ask_for_call(mine, Route.ARS, 0, "r", world.desk),
        Step.MEDIUM: lambda: journey.answer_card(mine, "00", "00", "r", world.desk),
        Step.DETAILS: lambda: world.details(mine),
        Step.PIN: lambda: journey.begin_pin(mine, world.desk),
    }
    assert refused(WrongStep, acts[tried]).facts == {"expected": at.value}
    assert world.now(mine) == before
    assert world.calls.placed == [r for r in world.calls.placed if r != "r"]


@pytest.mark.parametrize("at", ORDER)
def test_an_expired_application_goes_no_further(at: Step) -> None:
    world = World()
    mine = world.reach(at)
    world.clock.forward(APPLICATION.idle)
    refused(ApplicationExpired, lambda: journey.resume(mine, world.desk))
    refused(ApplicationExpired, lambda: journey.extend(mine, world.desk))
    refused(ApplicationExpired, lambda: world.act(at, mine))


def test_an_extended_application_lives_for_the_idle_time_again() -> None:
    world = World()
    mine = world.reach(Step.IDENTITY)
    world.clock.forward(APPLICATION.idle - 1)
    assert journey.extend(mine, world.desk).expires_at == world.clock.now() + APPLICATION.idle


def test_another_browser_does_not_find_the_application() -> None:
    world = World()
    mine = world.reach(Step.IDENTITY)
    refused(ApplicationNotFound, lambda: journey.resume(Mine(mine.application_id, "another"), world.desk))
    refused(ApplicationNotFound, lambda: world.act(Step.IDENTITY, Mine(mine.application_id, "another")))


def test_a_lapsed_proof_is_named_and_only_it_is_proven_again() -> None:
    world = World()
    mine = world.reach(Step.PIN)
    world.clock.forward(APPLICATION.call_proof)
    assert refused(ProofExpired, lambda: journey.begin_pin(mine, world.desk)).facts["step"] == "call"
    assert refused(ProofExpired, lambda: world.show_card(mine)).facts["step"] == "call"
    world.call(mine)
    assert refused(ProofExpired, lambda: journey.begin_pin(mine, world.desk)).facts["step"] == "medium"
    world.show_card(mine)
    assert journey.begin_pin(mine, world.desk)


def test_nothing_is_issued_on_an_expired_proof_or_before_the_last_step() -> None:
    world = World()
    mine = world.reach(Step.DETAILS)
    refused(WrongStep, lambda: judge(world.now(mine), world.clock.now()))
    refused(WrongStep, lambda: steps.issued(world.now(mine), "01", world.clock.now()))
    world.details(mine)
    until = judge(world.now(mine), world.clock.now()).proven_until
    assert until == START + APPLICATION.call_proof
    refused(ProofExpired, lambda: judge(world.now(mine), until))
    refused(ProofExpired, lambda: steps.issued(world.now(mine), "01", until))


def test_an_issued_application_stays_readable_and_takes_no_step() -> None:
    world = World()
    mine = world.reach(Step.PIN)
    done = steps.issued(world.now(mine), "0a", world.clock.now())
    with world.books.transaction():
        world.books.applications.put(done)
    world.clock.forward(10 * APPLICATION.idle)
    assert journey.resume(mine, world.desk).serial == "0a"
    assert steps.issued(done, "0a", world.clock.now()) == done
    refused(WrongStep, lambda: steps.issued(done, "0b", world.clock.now()))
    for step in ORDER:
        assert refused(WrongStep, lambda step=step: world.act(step, mine)).facts == {"expected": "issued"}  # type: ignore[misc]
    refused(WrongStep, lambda: journey.extend(mine, world.desk))


# step three


def test_every_answer_is_recorded_with_its_time() -> None:
    world = World()
    mine = world.arrive()
    given = [Consent(c.item, c.version, c.text_sha256, c.item != "news") for c in yes_to_all()]
    journey.agree_to_terms(mine, given, world.desk)
    kept = world.books.consents.of(mine.application_id)
    assert sorted(kept, key=lambda row: row[0].item) == sorted(((c, START) for c in given), key=lambda row: row[0].item)


def test_storing_the_key_is_an_item_of_its_own_that_must_be_agreed_to() -> None:
    world = World()
    given = [Consent(c.item, c.version, c.text_sha256, c.item != "key_storage") for c in yes_to_all()]
    no = refused(ConsentMissing, lambda: journey.agree_to_terms(world.arrive(), given, world.desk))
    assert no.facts == {"item": "key_storage"}


@pytest.mark.parametrize(
    ("forged", "refusal"),
    [
        (lambda c: [*c[1:]], ConsentMissing),
        (lambda c: [*c, c[0]], TermsChanged),
        (lambda c: [*c, Consent("unknown", 1, "", agreed=True)], TermsChanged),
        (lambda c: [Consent(c[0].item, c[0].version + 1, c[0].text_sha256, agreed=True), *c[1:]], TermsChanged),
        (lambda c: [Consent(c[0].item, c[0].version, c[1].text_sha256, agreed=True), *c[1:]], TermsChanged),
    ],
    ids=["an item left out", "an item twice", "an unknown item", "another version", "another text"],
)
def test_consents_to_anything_but_what_is_shown_are_refused(
    forged: Callable[[list[Consent]], list[Consent]], refusal: type[Refusal]
) -> None:
    world = World()
    refused(refusal, lambda: journey.agree_to_terms(world.arrive(), forged(yes_to_all()), world.desk))


# step four


@pytest.mark.parametrize(
    ("user_id", "number"),
    [("hong1899", "9912319000017"), ("nobody", "9912319000009"), ("nobody", "0000000000000")],
    ids=["wrong number", "wrong id", "both"],
)
def test_whatever_is_wrong_at_step_four_the_refusal_is_the_same(user_id: str, number: str) -> None:
    world = World()
    mine = world.reach(Step.IDENTITY)
    no = refused(IdentityNotMatched, lambda: world.identify(mine, user_id, number))
    assert no.facts == {}
    assert world.now(mine).identity is None


def test_a_number_sealed_for_one_application_opens_in_no_other() -> None:
    world = World()
    mine, other = world.reach(Step.IDENTITY), world.reach(Step.IDENTITY)
    sealed = world.sealed(other)
    refused(IdentityNotMatched, lambda: journey.say_who(mine, "hong1899", sealed, "192.0.2.1", world.desk))


def test_a_sixth_wrong_try_for_one_person_is_not_asked_and_the_window_frees_them() -> None:
    world = World()
    mine = world.reach(Step.IDENTITY)
    for number in range(APPLICATION.identity_tries_per_person):
        refused(IdentityNotMatched, lambda n=number: world.identify(mine, "HONG1899", "0" * 13, f"192.0.2.{n}"))  # type: ignore[misc]
    refused(IdentityLocked, lambda: world.identify(mine, address="192.0.2.99"))
    world.clock.forward(APPLICATION.identity_window)
    assert world.identify(world.reach(Step.IDENTITY)).identity is not None


def test_one_address_has_its_own_limit_over_all_persons() -> None:
    world = World()
    mine = world.reach(Step.IDENTITY)
    for number in range(APPLICATION.identity_tries_per_address):
        refused(IdentityNotMatched, lambda n=number: world.identify(mine, f"user-{n}"))  # type: ignore[misc]
    refused(IdentityLocked, lambda: world.identify(mine))
    assert world.identify(mine, address="192.0.2.2").identity is not None


def test_all_together_have_a_limit_too() -> None:
    world = World()
    mine = world.reach(Step.IDENTITY)
    with world.books.transaction():
        for _ in range(APPLICATION.identity_tries_in_all):
            world.books.tries.add("identity:all", world.clock.now())
    refused(IdentityLocked, lambda: world.identify(mine))


def test_right_answers_and_a_bank_that_is_down_cost_no_tries() -> None:
    world = World()
    for _ in range(APPLICATION.identity_tries_per_address + 1):
        assert world.identify(world.reach(Step.IDENTITY)).identity is not None
    mine, sealed = world.reach(Step.IDENTITY), b""
    sealed = world.sealed(mine)
    world.bank_is_down = True
    for _ in range(APPLICATION.identity_tries_per_person + 1):
        refused(BankUnavailable, lambda: journey.say_who(mine, "hong1899", sealed, "192.0.2.1", world.desk))
    world.bank_is_down = False
    assert world.identify(mine).identity is not None


def test_an_exposed_person_is_sent_to_a_branch_and_nothing_is_proven() -> None:
    world = World(exposed=True)
    mine = world.reach(Step.IDENTITY)
    refused(CustomerExposed, lambda: world.identify(mine))
    assert world.now(mine).identity is None


def test_proving_to_be_somebody_else_undoes_what_was_proven_about_the_first() -> None:
    other = new_customer("1000002", "lim1899", resident_number="9912310000003", name="임꺽정")
    world = World(other)
    mine = world.reach(Step.PIN)
    world.clock.forward(APPLICATION.identity_proof - 1)
    journey.extend(mine, world.desk)
    world.clock.forward(1)
    found = world.identify(mine, "lim1899", "9912310000003")
    assert (found.call, found.medium, found.details) == (None, None, None)


# step five


def test_only_registered_numbers_that_suit_the_route_are_called() -> None:
    world = World(departure=Departure.OUT)
    mine = world.reach(Step.CALL)
    for route, index in ((Route.ARS, 1), (Route.OVERSEAS, 0), (Route.ARS, 2)):
        refused(PhoneNotRegistered, lambda r=route, i=index: journey.ask_for_call(mine, r, i, "r", world.desk))  # type: ignore[misc]
    assert world.calls.placed == []


@pytest.mark.parametrize(
    ("says", "refusal"), [(Departure.IN, NotAbroad), (Departure.UNKNOWN, DepartureUnknown)], ids=["IN", "UNKNOWN"]
)
def test_without_an_out_no_call_goes_abroad_and_the_other_way_is_named(says: Departure, refusal: type[Refusal]) -> None:
    world = World(departure=says)
    mine = world.reach(Step.CALL)
    no = refused(refusal, lambda: journey.ask_for_call(mine, Route.OVERSEAS, 1, "r", world.desk))
    assert no.facts == {"other_way": "ars"}
    assert world.calls.placed == []


def test_digits_pressed_too_late_prove_nothing() -> None:
    world = World()
    mine = world.reach(Step.CALL)
    call_id = world.ring(mine)
    placed = world.now(mine).placed_call
    assert placed is not None
    world.calls.press(call_id, placed.digits)
    world.clock.forward(NUMBERS.phone_call.lifetime)
    refused(CallExpired, lambda: journey.listen(mine, world.desk))
    assert world.now(mine).call is None


def test_three_wrong_keys_end_the_call_and_a_new_call_has_new_tries() -> None:
    world = World()
    mine = world.reach(Step.CALL)
    call_id = world.ring(mine)
    placed = world.now(mine).placed_call
    assert placed is not None
    wrong = "00" if placed.digits != "00" else "11"
    world.calls.press(call_id, wrong)
    heard = journey.listen(mine, world.desk).placed_call
    assert heard is not None
    assert (heard.state, heard.tries_left) == ("wrong_key", 2)
    world.calls.press(call_id, wrong)
    world.calls.press(call_id, wrong)
    refused(CallTriesSpent, lambda: journey.listen(mine, world.desk))
    assert world.call(mine).call is not None


def test_nobody_is_heard_before_a_call() -> None:
    world = World()
    refused(CallNotPassed, lambda: journey.listen(world.reach(Step.CALL), world.desk))


def test_the_same_request_is_one_call_with_one_number() -> None:
    world = World()
    mine = world.reach(Step.CALL)
    first = journey.ask_for_call(mine, Route.ARS, 0, "same", world.desk)
    assert journey.ask_for_call(mine, Route.ARS, 0, "same", world.desk) == first
    assert world.calls.placed == ["same"]


def test_a_call_is_intended_durably_before_it_is_placed_and_finished_by_the_same_request() -> None:
    world = World()
    mine = world.reach(Step.CALL)
    world.bank_is_down = True
    refused(BankUnavailable, lambda: journey.ask_for_call(mine, Route.ARS, 0, "same", world.desk))
    intended = world.now(mine).placed_call
    assert intended is not None
    assert intended.call_id == ""
    world.bank_is_down = False
    assert journey.ask_for_call(mine, Route.ARS, 0, "same", world.desk).digits == intended.digits


def test_only_the_newest_call_counts() -> None:
    world = World()
    mine = world.reach(Step.CALL)
    old = world.ring(mine)
    placed = world.now(mine).placed_call
    assert placed is not None
    world.calls.press(old, placed.digits)
    world.ring(mine)
    assert journey.listen(mine, world.desk).call is None


def test_what_an_old_call_heard_while_a_new_one_was_placed_does_not_count() -> None:
    world = World()
    mine = world.reach(Step.CALL)
    old = world.ring(mine)
    placed = world.now(mine).placed_call
    assert placed is not None
    world.calls.press(old, placed.digits)
    heard = world.calls.status(old)

    class CalledAgainMeanwhile:
        def place(self, *args: str) -> str:
            return "new"

        def status(self, call_id: str) -> CallStatus:
            journey.ask_for_call(mine, Route.ARS, 0, world.request(), racing)
            return heard

    racing = replace(world.desk, phone_call=CalledAgainMeanwhile())  # type: ignore[arg-type]
    assert journey.listen(mine, racing).call is None


def test_calls_to_one_customer_are_limited_by_the_hour() -> None:
    world = World()
    mine = world.reach(Step.CALL)
    for _ in range(NUMBERS.phone_call.calls_per_hour):
        world.ring(mine)
    refused(TooManyRequests, lambda: world.ring(mine))


# step six


def test_a_medium_that_the_customer_does_not_own_is_refused() -> None:
    world = World(media=(Medium.SECURITY_CARD,))
    mine = world.reach(Step.MEDIUM)
    world.reached.clear()
    refused(MediumNotOwned, lambda: world.give_otp(mine))
    refused(MediumNotOwned, lambda: world.approve(mine))
    assert world.reached == []


def test_a_wrong_card_pair_spends_a_try_and_keeps_the_question_until_the_card_locks() -> None:
    world = World()
    mine = world.reach(Step.MEDIUM)
    asked = journey.show_card_question(mine, world.desk)
    for left in reversed(range(NUMBERS.security_card.tries)):
        assert journey.show_card_question(mine, world.desk) == asked
        no = refused(WrongCardDigits, lambda: journey.answer_card(mine, "xx", "xx", world.request(), world.desk))
        assert no.facts == {"tries_left": left}
    refused(CardLocked, lambda: journey.answer_card(mine, "xx", "xx", world.request(), world.desk))
    assert world.now(mine).medium is None


def test_the_same_wrong_answer_under_one_request_spends_one_try() -> None:
    world = World()
    mine = world.reach(Step.MEDIUM)
    journey.show_card_question(mine, world.desk)
    for _ in range(3):
        no = refused(WrongCardDigits, lambda: journey.answer_card(mine, "xx", "xx", "same", world.desk))
        assert no.facts == {"tries_left": NUMBERS.security_card.tries - 1}


def test_a_replayed_otp_is_wrong() -> None:
    world = World()
    first, second = world.reach(Step.MEDIUM), world.reach(Step.MEDIUM)
    world.give_otp(first)
    no = refused(WrongOneTimeCode, lambda: world.give_otp(second))
    assert no.facts == {"tries_left": NUMBERS.one_time_code.tries - 1}
    world.clock.forward(30)
    assert world.give_otp(second).medium is not None


def test_ten_wrong_codes_lock_the_device() -> None:
    world = World()
    mine = world.reach(Step.MEDIUM)
    for _ in range(NUMBERS.one_time_code.tries):
        refused(WrongOneTimeCode, lambda: journey.give_one_time_code(mine, "abcdef", world.request(), world.desk))
    refused(OneTimeCodeLocked, lambda: world.give_otp(mine))


def test_an_approval_undecided_declined_or_late_proves_nothing() -> None:
    world = World()
    mine = world.reach(Step.MEDIUM)
    refused(ApprovalPending, lambda: journey.check_phone(mine, world.desk))
    asked = journey.ask_phone(mine, "a", world.desk)
    refused(ApprovalPending, lambda: journey.check_phone(mine, world.desk))
    world.phone.decline(asked.approval_id)
    refused(ApprovalDeclined, lambda: journey.check_phone(mine, world.desk))
    late = journey.ask_phone(mine, "b", world.desk)
    world.phone.approve(late.approval_id)
    world.clock.forward(NUMBERS.mobile_confirm.lifetime)
    refused(ApprovalOver, lambda: journey.check_phone(mine, world.desk))
    assert world.now(mine).medium is None


def test_the_same_request_asks_the_phone_once() -> None:
    world = World()
    mine = world.reach(Step.MEDIUM)
    assert journey.ask_phone(mine, "same", world.desk) == journey.ask_phone(mine, "same", world.desk)
    assert world.phone.asked == ["same"]


@pytest.mark.parametrize("forged", ["another key", "another application", "another code", "nothing"])
def test_an_approval_that_the_registered_key_did_not_sign_is_refused(forged: str) -> None:
    world = World()
    mine = world.reach(Step.MEDIUM)
    asked = journey.ask_phone(mine, "a", world.desk)
    signatures = {
        "another key": new_customer().sign(asked.text),
        "another application": world.customer.sign(asked.text.replace(mine.application_id, "x")),
        "another code": world.customer.sign(asked.text.replace(asked.comparison_code, "xx")),
        "nothing": b"",
    }
    world.phone.put(asked.approval_id, ApprovalStatus(ApprovalState.APPROVED, signatures[forged]))
    refused(SignatureRefused, lambda: journey.check_phone(mine, world.desk))
    assert world.now(mine).medium is None


# step seven


@pytest.mark.parametrize(
    ("name", "phone", "birth_date"),
    [
        ("홍길순", "01012345678", "1899-12-31"),
        ("홍길동", "01012345679", "1899-12-31"),
        ("홍길동", "01012345678", "1899-12-30"),
        ("홍길동", "not a number", "1899-12-31"),
        ("홍길동", "01012345678", "1899-13-31"),
        (" ", "01012345678", "1899-12-31"),
    ],
)
def test_details_other_than_the_banks_are_refused_uniformly(name: str, phone: str, birth_date: str) -> None:
    world = World()
    mine = world.reach(Step.DETAILS)
    no = refused(DetailsNotMatched, lambda: world.details(mine, name, phone, birth_date))
    assert no.facts == {}
    assert world.now(mine).details is None


def test_a_name_or_birth_date_that_we_know_to_be_wrong_is_not_passed_on() -> None:
    world = World()
    mine = world.reach(Step.DETAILS)
    world.reached.clear()
    refused(DetailsNotMatched, lambda: world.details(mine, name="홍길순"))
    refused(DetailsNotMatched, lambda: world.details(mine, birth_date="1899-12-30"))
    assert world.reached == []


# the PIN


def test_starting_again_opens_another_visit_for_the_same_person() -> None:
    world = World()
    mine = world.reach(Step.PIN)
    assert [journey.begin_pin(mine, world.desk) for _ in range(2)] == ["code-1", "code-2"]
    assert len(set(world.visits.applicants)) == 1
