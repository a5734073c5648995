"""A browser's key on its way in, over HTTP."""

from typing import Any

import httpx2
import pytest
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from dojang.adapters.in_memory.books import MemoryBooks
from dojang.pin.encoding import b64
from dojang.web.api import transactions, versions
from dojang.web.app import Site, application, center_pages
from tests.journeys.center import PIN_ORIGIN, Agreed, Center, Customer, DeviceKey
from tests.journeys.parties import CENTER

EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0"
LAPTOP = DeviceKey()


class Page:
    """The PIN page's calls in one browser."""

    def __init__(self) -> None:
        self.center = Center(MemoryBooks())
        site = Site(CENTER, PIN_ORIGIN, self.center.books, self.center.clock, lambda: None, CollectorRegistry())
        routers = [transactions.router(self.center.desk), versions.router(self.center.desk)]
        app = application(site, routers, center_pages(site.origin, site.pin_origin))
        self.http = TestClient(app, base_url=CENTER)

    def post(self, path: str, bearer: str, body: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {bearer}", "User-Agent": EDGE, "Origin": PIN_ORIGIN}
        return self.http.post(path, json=body, headers=headers)

    def hand_in(self, agreed: Agreed, **more: Any) -> httpx2.Response:
        body = {
            "activation": agreed.activation.as_json(),
            "sealed": b64(agreed.sealed),
            "receipts": [receipt.as_json() for receipt in agreed.receipts],
            **more,
        }
        return self.post("/v1/transactions/activate", agreed.opened.bearer, body)

    def labels(self, customer: Customer) -> list[str]:
        return [device.label for device in self.center.books.devices.of(customer.visit.uid)]


@pytest.fixture
def page() -> Page:
    return Page()


def added(agreed: Agreed, **changes: Any) -> dict[str, Any]:
    new = agreed.adding(LAPTOP)
    return {"key": b64(new.key), "signature": b64(new.signature), **changes}


def test_a_browser_added_beside_an_activation_is_called_by_what_it_says_of_itself(page: Page) -> None:
    customer = page.center.enrolled()
    agreed = customer.agree(page.center.login(connect=True).code)
    for _ in range(2):
        response = page.hand_in(agreed, device=added(agreed))
        assert (response.status_code, response.json()["device_added"]) == (200, True)
    assert page.labels(customer) == ["Edge · Windows"]


def test_an_activation_without_a_device_has_the_answer_of_ever(page: Page) -> None:
    agreed = page.center.enrolled().agree(page.center.login().code)
    for more in ({}, {"device": None}):
        assert page.hand_in(agreed, **more).json().keys() == {"receipt", "return_to"}


def test_a_device_that_is_not_added_is_said_and_the_signature_stands(page: Page) -> None:
    agreed = page.center.enrolled().agree(page.center.login().code)
    answer = page.hand_in(agreed, device=added(agreed)).json()
    assert (answer["device_added"], answer["receipt"]["v"]) == (False, 1)


FORMS: dict[str, tuple[dict[str, Any], str]] = {
    "no key": ({"key": None}, "device.key"),
    "a long key": ({"key": b64(bytes(257))}, "device.key"),
    "a short signature": ({"signature": b64(bytes(63))}, "device.signature"),
    "something more": ({"label": "Chrome"}, "device.label"),
}


@pytest.mark.parametrize(("changes", "field"), FORMS.values(), ids=FORMS)
def test_a_device_of_another_form_is_refused_by_name(page: Page, changes: dict[str, Any], field: str) -> None:
    agreed = page.center.enrolled().agree(page.center.login(connect=True).code)
    response = page.hand_in(agreed, device=added(agreed, **changes))
    assert (response.status_code, response.json()["field"]) == (422, field)


def test_a_browser_named_by_a_statement_is_called_by_what_it_says_of_itself(page: Page) -> None:
    customer = Customer(page.center)
    customer.open(page.center.proven())
    customer.keep_record()
    customer.make_credential(customer.credential())
    statement = customer.statement(device_key=LAPTOP.spki)
    body = {**statement.as_json(), "previous_signature": ""}
    assert page.post("/v1/versions/statement", customer.visit.bearer, body).status_code == 200
    assert page.labels(customer) == ["Edge · Windows"]
