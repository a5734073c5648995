"""Each page of the seven steps in each of its states, photographed and checked."""

from collections.abc import Callable
from contextlib import ExitStack

import httpx2
import pytest

from dojang.values.application import Step
from tests.browser.camera import Camera, Language
from tests.journeys.proofing import World
from tests.web.center.site import Customer, visiting

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
