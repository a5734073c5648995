"""Step five as pages: the phones, the number to press, and how a call can end."""

import pytest

from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import say
from dojang.values.application import Step
from dojang.values.factors import Departure
from tests.journeys.proofing import World
from tests.web.center.site import ORIGIN, Customer, visiting


@pytest.fixture
def at_call(customer: Customer) -> Customer:
    return customer.reach(Step.CALL)


def watched(customer: Customer) -> dict[str, object]:
    return dict(customer.http.post("/issue/call/state").json())


def wrong_digits(customer: Customer) -> str:
    return f"{(int(customer.call.digits) + 1) % 100:02}"


def test_only_registered_phones_stand_there_masked(at_call: Customer) -> None:
    assert "010****5678" in at_call.text
    assert "01012345678" not in at_call.answer.text
    assert at_call.page.form("/issue/call")["phone"] == "0"


def test_the_number_on_the_screen_pressed_on_the_phone_leads_on(at_call: Customer) -> None:
    at_call.ring()
    assert at_call.at == "/issue/call"
    assert f'<p class="number">{at_call.call.digits}</p>' in at_call.answer.text
    assert at_call.press().check().at == "/issue/medium"


def test_a_reload_shows_the_same_number_and_rings_nobody(at_call: Customer) -> None:
    at_call.ring()
    digits = at_call.call.digits
    at_call.look("/issue/call")
    assert f'<p class="number">{digits}</p>' in at_call.answer.text
    assert len(at_call.world.calls.placed) == 1


def test_sent_twice_it_rings_once(at_call: Customer) -> None:
    page = at_call.page
    for _ in range(2):
        at_call.send("/issue/call", {"phone": "0"}, page)
    assert len(at_call.world.calls.placed) == 1


@pytest.mark.parametrize("phone", ["", "x", "-1", "999", "٣"])
def test_what_names_no_phone_is_asked_for_again(at_call: Customer, phone: str) -> None:
    at_call.send("/issue/call", {"phone": phone})
    sentence = say(at_call.language, "issue_phone.phone_wrong")
    assert (at_call.answer.status_code, at_call.summary, at_call.beside("phone")) == (422, sentence, sentence)
    assert at_call.world.calls.placed == []


def test_a_phone_that_is_not_registered_is_not_called(at_call: Customer) -> None:
    at_call.send("/issue/call", {"phone": "7"})
    assert (at_call.answer.status_code, at_call.world.calls.placed) == (422, [])
    assert at_call.beside("phone") == say(at_call.language, "refusals.phone_not_registered")


@pytest.mark.parametrize(
    ("departure", "code"), [(Departure.IN, "not_abroad"), (Departure.UNKNOWN, "departure_unknown")]
)
def test_from_abroad_the_record_decides_and_the_other_way_is_named(departure: Departure, code: str) -> None:
    with visiting(World(departure=departure)) as customer:
        customer.reach(Step.CALL).look("/issue/call?choose=abroad")
        assert customer.page.form("/issue/call")["phone"] == "1"
        customer.send("/issue/call")
        assert (customer.answer.status_code, customer.world.calls.placed) == (403, [])
        assert customer.beside("phone") == say("ko", f"refusals.{code}")
        assert say("ko", f"refusals.{code}_remedy") in customer.summary
        assert customer.page.form("/issue/call")["phone"] == "1"


def test_from_abroad_the_overseas_phone_rings_when_the_record_says_out() -> None:
    with visiting(World(departure=Departure.OUT)) as customer:
        customer.reach(Step.CALL).ring(1)
        assert "+14****0123" in customer.text
        customer.press().check().look("/issue/call")
        assert customer.says("issue_proven.call_overseas")


def test_pressed_too_early_the_button_says_that_nothing_came_yet(at_call: Customer) -> None:
    at_call.ring().check()
    assert at_call.at == "/issue/call?why=not_yet"
    assert at_call.says("issue_call.not_yet")


def test_wrong_digits_say_how_many_tries_are_left_and_the_last_ends_the_call(at_call: Customer) -> None:
    at_call.ring()
    for left in range(NUMBERS.phone_call.tries - 1, 0, -1):
        at_call.press(wrong_digits(at_call)).check()
        assert at_call.says("issue_call.wrong_key", tries_left=left)
    at_call.press(wrong_digits(at_call)).check()
    assert at_call.heading == say(at_call.language, "issue_call.spent")
    assert at_call.ring().press().check().at == "/issue/medium"


def test_a_call_that_took_too_long_says_so_and_a_new_one_has_a_new_number(at_call: Customer) -> None:
    at_call.ring()
    at_call.world.clock.forward(NUMBERS.phone_call.lifetime)
    page = at_call.page
    assert at_call.look("/issue/call").heading == say(at_call.language, "issue_call.expired")
    assert at_call.send("/issue/call/check", page=page).heading == say(at_call.language, "issue_call.expired")
    assert at_call.ring().press().check().at == "/issue/medium"


def test_a_call_that_was_hung_up_says_so(at_call: Customer) -> None:
    at_call.ring()
    at_call.world.calls.answer(at_call.call.call_id)
    at_call.world.calls.hang_up(at_call.call.call_id)
    assert at_call.check().heading == say(at_call.language, "issue_call.hung_up")
    assert at_call.says("issue_call.hung_up_way")


def test_every_state_of_a_call_has_its_words() -> None:
    for language in ("ko", "en"):
        for state in ("calling", "answered", "wrong_key", "passed", "busy", "no_answer", "hung_up", "ended", "expired"):
            assert say(language, f"issue_call.{state}", tries_left=1)
        for over in ("busy", "no_answer", "hung_up", "ended", "expired", "spent"):
            assert say(language, f"issue_call.{over}_way")


def test_too_many_calls_are_not_placed(at_call: Customer) -> None:
    for _ in range(NUMBERS.phone_call.calls_per_hour):
        at_call.ring().look("/issue/call?choose=1")
    at_call.ring()
    assert at_call.answer.status_code == 429
    assert say(at_call.language, "refusals.too_many_requests") in at_call.summary


def test_with_the_bank_down_the_same_again_rings_once(at_call: Customer) -> None:
    key = at_call.page.form("/issue/call")["idempotency_key"]
    at_call.world.bank_is_down = True
    at_call.ring()
    assert at_call.answer.status_code == 503
    assert say(at_call.language, "refusals.bank_unavailable") in at_call.summary
    assert at_call.page.form("/issue/call")["idempotency_key"] == key
    at_call.world.bank_is_down = False
    at_call.ring()
    assert (at_call.at, len(at_call.world.calls.placed)) == ("/issue/call", 1)


def test_another_phone_may_be_chosen_while_one_rings(at_call: Customer) -> None:
    at_call.ring().look("/issue/call?choose=1")
    assert at_call.says("issue_phone.title")


def test_a_page_that_watches_hears_each_state_in_words(at_call: Customer) -> None:
    at_call.ring()
    assert watched(at_call) == {"text": say(at_call.language, "issue_call.calling"), "over": False}
    at_call.press(wrong_digits(at_call))
    said = say(at_call.language, "issue_call.wrong_key", tries_left=NUMBERS.phone_call.tries - 1)
    assert watched(at_call) == {"text": said, "over": False}
    at_call.world.bank_is_down = True
    assert watched(at_call) == {"text": say(at_call.language, "refusals.bank_unavailable"), "over": False}
    at_call.world.bank_is_down = False
    at_call.press()
    assert watched(at_call) == {"text": say(at_call.language, "issue_call.passed"), "over": True}
    assert watched(at_call)["over"] is True
    assert at_call.check().at == "/issue/medium"


def test_a_page_that_watches_hears_that_the_call_is_over(at_call: Customer) -> None:
    at_call.ring()
    at_call.world.calls.answer(at_call.call.call_id)
    at_call.world.calls.hang_up(at_call.call.call_id)
    assert watched(at_call) == {"text": say(at_call.language, "issue_call.hung_up"), "over": True}
    at_call.world.clock.forward(NUMBERS.phone_call.lifetime)
    assert watched(at_call) == {"text": say(at_call.language, "refusals.call_expired"), "over": True}


def test_nobody_else_hears_of_a_call(at_call: Customer) -> None:
    at_call.ring()
    for origin in ("http://evil.example", "null", ORIGIN + "0"):
        assert at_call.http.post("/issue/call/state", headers={"Origin": origin}).status_code == 403
    at_call.http.cookies.clear()
    assert watched(at_call) == {"text": say(at_call.language, "refusals.application_not_found"), "over": True}


def test_the_phone_may_be_pressed_twice_on_without_harm(at_call: Customer) -> None:
    page = at_call.ring().page
    at_call.press().check()
    assert at_call.send("/issue/call/check", page=page).at == "/issue/medium"
