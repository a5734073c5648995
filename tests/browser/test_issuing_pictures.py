"""Each page of the seven steps in each of its states, photographed and checked."""

from collections.abc import Callable
from contextlib import ExitStack

import httpx2
import pytest

from dojang.values.application import Step
from dojang.values.version import VersionState
from tests.browser.camera import Camera, Language
from tests.journeys.proofing import World
from tests.web.center.site import BANK, Customer, visiting
from tests.web.center.test_approval import MOBILE, approval
from tests.web.center.test_confirmation import certified, issued, used_at, version
from tests.web.center.test_medium import CARD, OTP, wrong_pair

Act = Callable[[Customer], object]


def nobody(customer: Customer) -> None:
    customer.look()


def expired(customer: Customer) -> None:
    customer.begin()
    customer.world.clock.forward(1801)
    customer.look()


def lost(customer: Customer) -> None:
    customer.begin()
    customer.http.cookies.delete("dojang_center_session")
    customer.look()


def terms_refused(customer: Customer) -> None:
    customer.reach(Step.TERMS).send("/issue/terms", {"service": "1"})


def not_matched(customer: Customer) -> None:
    customer.reach(Step.IDENTITY).identify(user_id="somebody")


def bank_down(customer: Customer) -> None:
    customer.reach(Step.IDENTITY)
    customer.world.bank_is_down = True
    customer.send("/issue/identity", {"user_id": "hong1899", "sealed_rrn": "AAAA"})


def calling(customer: Customer) -> None:
    customer.reach(Step.CALL).ring()


def wrong_key(customer: Customer) -> None:
    customer.reach(Step.CALL).ring().press("x").check()


def call_expired(customer: Customer) -> None:
    customer.reach(Step.CALL).ring()
    customer.world.clock.forward(181)
    customer.look("/issue/call")


def not_abroad(customer: Customer) -> None:
    customer.reach(Step.CALL).ring(1)


def proven(customer: Customer) -> None:
    customer.reach(Step.CALL).look("/issue/identity")


def card_wrong(customer: Customer) -> None:
    customer.reach(Step.MEDIUM).look(CARD).send(CARD, wrong_pair(customer))


def card_locked(customer: Customer) -> None:
    customer.reach(Step.MEDIUM).look(CARD)
    for _ in range(5):
        customer.send(CARD, wrong_pair(customer))


def approving(customer: Customer) -> None:
    customer.reach(Step.MEDIUM).look(MOBILE).send(MOBILE)


def declined(customer: Customer) -> None:
    approving(customer)
    customer.world.phone.decline(approval(customer))
    customer.send(f"{MOBILE}/check")


def details_refused(customer: Customer) -> None:
    customer.reach(Step.DETAILS).details(name="김하늘")


def replacing(customer: Customer) -> None:
    customer.reach(Step.PIN)
    certified(customer)
    used_at(customer, BANK.client_id, "t1")
    customer.look("/issue/pin")


def coming(customer: Customer) -> None:
    customer.reach(Step.PIN)
    version(customer, VersionState.LIVE)
    customer.look("/issue/pin")


def complete(customer: Customer) -> None:
    customer.reach(Step.PIN)
    certified(customer)
    issued(customer)
    customer.look("/issue")


STATES: tuple[tuple[str, str, Act], ...] = (
    ("issue_start", "main", nobody),
    ("issue_start", "expired", expired),
    ("issue_start", "lost", lost),
    ("issue_terms", "main", lambda customer: customer.reach(Step.TERMS)),
    ("issue_terms", "refused", terms_refused),
    ("issue_identity", "main", lambda customer: customer.reach(Step.IDENTITY)),
    ("issue_identity", "not_matched", not_matched),
    ("issue_identity", "bank_down", bank_down),
    ("issue_identity", "proven", proven),
    ("issue_call", "choose", lambda customer: customer.reach(Step.CALL)),
    ("issue_call", "not_abroad", not_abroad),
    ("issue_call", "main", calling),
    ("issue_call", "wrong_key", wrong_key),
    ("issue_call", "expired", call_expired),
    ("issue_medium", "main", lambda customer: customer.reach(Step.MEDIUM)),
    ("issue_card", "main", lambda customer: customer.reach(Step.MEDIUM).look(CARD)),
    ("issue_card", "wrong", card_wrong),
    ("issue_card", "locked", card_locked),
    ("issue_otp", "main", lambda customer: customer.reach(Step.MEDIUM).look(OTP)),
    ("issue_approval", "ask", lambda customer: customer.reach(Step.MEDIUM).look(MOBILE)),
    ("issue_approval", "main", approving),
    ("issue_approval", "declined", declined),
    ("issue_details", "main", lambda customer: customer.reach(Step.DETAILS)),
    ("issue_details", "refused", details_refused),
    ("issue_pin", "main", lambda customer: customer.reach(Step.PIN)),
    ("issue_pin", "replacing", replacing),
    ("issue_pin", "coming", coming),
    ("issue_issued", "main", complete),
)


@pytest.mark.parametrize(("page", "state", "act"), STATES, ids=[f"{page}-{state}" for page, state, _ in STATES])
def test_a_page_looks_right_in_every_way(camera: Camera, page: str, state: str, act: Act) -> None:
    with ExitStack() as browsers:
        customers: dict[Language, Customer] = {}

        def produce(language: Language) -> httpx2.Response:
            customers[language] = browsers.enter_context(visiting(World(), language))
            act(customers[language])
            return customers[language].answer

        camera.shoot(page, state, produce, lambda path: customers["ko"].http.get(path))
