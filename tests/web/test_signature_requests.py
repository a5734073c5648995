"""Pushed signature requests as a relying party and its customer's browser see them."""

from typing import Any

import pytest

from dojang.pin.encoding import b64
from dojang.signing.what_is_signed import transfer_content
from tests.journeys.center import Customer
from tests.journeys.logins import ITEM, RETURN
from tests.rules.disclosure.clients import ISSUER
from tests.web.login_site import Browser, LoginSite, problem

CONTENT = b64(ITEM.content)
TURNED = transfer_content([("금액", "1")]).replace(b'"1"', '"1\u202e0"'.encode())


@pytest.fixture
def site() -> LoginSite:
    return LoginSite()


@pytest.fixture
def customer(site: LoginSite) -> Customer:
    return site.center.enrolled()


@pytest.fixture
def browser(site: LoginSite, customer: Customer) -> Browser:
    """Logged in."""
    made = site.browser()
    made.log_in(customer)
    return made


def opening(browser: Browser, request_id: str) -> Any:
    return browser.post(f"/api/v1/signatures/{request_id}/open")


def test_a_pushed_request_is_opened_signed_and_fetched(site: LoginSite, customer: Customer, browser: Browser) -> None:
    pushed = site.push(site.front.bank)
    assert pushed.status_code == 201, pushed.text
    assert pushed.headers["cache-control"] == "no-store"
    request_id = pushed.json()["request_id"]
    assert pushed.json() == {
        "request_id": request_id,
        "authorize_url": f"{ISSUER}/sign?request={request_id}",
        "expires_at": site.front.now + 600,
    }
    empty = {"cms": "", "content": "", "certificate": "", "chain": [], "receipt": {}}
    assert site.result(site.front.bank, request_id).json() == {"state": "pending", **empty}
    visit = opening(browser, request_id).json()
    assert visit["pin_url"].endswith(f"/#code={visit['code']}")
    done = customer.agree(visit["code"]).hand_in()
    assert done.return_to.startswith(f"{RETURN}?request_id={request_id}&")
    result = site.result(site.front.bank, request_id).json()
    assert (result["state"], result["content"]) == ("signed", CONTENT)
    assert len(result["chain"]) == 2
    assert result["receipt"]["v"] == 1
    assert result["certificate"] == result["receipt"]["certificate"]


def test_a_push_repeated_after_a_lost_answer_is_the_same_request(site: LoginSite) -> None:
    first, again = site.push(site.front.bank), site.push(site.front.bank)
    assert (again.status_code, again.json()) == (201, first.json())
    other = b64(transfer_content([("금액", "20,000원")]))
    items = [{"label": "transfer", "content": other, "binding": "shown"}]
    problem(site.push(site.front.bank, items=items), 409, "idempotency_key_reused")


def item(**changes: Any) -> list[dict[str, Any]]:
    return [{"label": "transfer", "content": CONTENT, "binding": "shown", **changes}]


FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "bound by its hash alone": ({"items": item(binding="hash_only")}, "items.0.binding"),
    "an unknown field": ({"display": [["금액", "1원"]]}, "display"),
    "an unknown field of an item": ({"items": item(display="1원")}, "items.0.display"),
    "another purpose": ({"purpose": "login"}, "purpose"),
    "another format": ({"format": "raw"}, "format"),
    "no item": ({"items": []}, "items"),
    "two items": ({"items": item() + item()}, "items"),
    "an item that is no base64url": ({"items": item(content="=")}, "items.0.content"),
    "no state": ({"state": ""}, "state"),
    "a subject that no database keeps": ({"sub": "\0"}, "sub"),
}


@pytest.mark.parametrize(("changes", "field"), FIELDS.values(), ids=FIELDS)
def test_a_push_that_is_not_as_described_is_refused_by_field(
    site: LoginSite, changes: dict[str, Any], field: str
) -> None:
    problem(site.push(site.front.bank, **changes), 422, "invalid_field", field=field)


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "text that turns around": ({"items": item(content=b64(TURNED))}, 403, "transaction_refused"),
    "not canonical": ({"items": item(content=b64(ITEM.content + b" "))}, 403, "transaction_refused"),
    "a label that hides": ({"items": item(label="a\u200bb")}, 403, "transaction_refused"),
    "a foreign address": ({"redirect_uri": "https://evil.example/"}, 422, "signature_request_refused"),
    "nobody's name": ({"sub": "nobody"}, 422, "signature_request_refused"),
}


@pytest.mark.parametrize(("changes", "status", "code"), REFUSED.values(), ids=REFUSED)
def test_a_push_that_nobody_could_answer_for_is_refused(
    site: LoginSite, changes: dict[str, Any], status: int, code: str
) -> None:
    problem(site.push(site.front.bank, **changes), status, code)


def test_another_clients_customer_cannot_be_asked(site: LoginSite) -> None:
    refused = site.push(site.front.bank, sub=site.front.subject(site.front.shop))
    problem(refused, 422, "signature_request_refused")


def test_a_push_or_a_question_needs_a_fresh_proof(site: LoginSite) -> None:
    bank, now = site.front.bank, site.front.now
    proof = bank.proof(now)
    request_id = site.push(bank, **proof).json()["request_id"]
    problem(site.push(bank, **proof), 401, "client_refused")
    path = f"/api/v1/signature-requests/{request_id}/result"
    problem(site.browser().http.post(path, json=proof), 401, "client_refused")
    forged = bank.proof(now, key=site.front.shop.key, header={"alg": "Ed25519"})
    problem(site.browser().http.post(path, json=forged), 401, "client_refused")
    problem(site.browser().http.post(path, json={}), 422, "invalid_field", field="client_assertion_type")


def test_another_clients_request_has_no_result(site: LoginSite) -> None:
    request_id = site.push(site.front.bank).json()["request_id"]
    problem(site.result(site.front.shop, request_id), 404, "signature_request_not_found")
    problem(site.result(site.front.bank, "none"), 404, "signature_request_not_found")


def test_a_browser_connects_first(site: LoginSite) -> None:
    request_id, browser = site.push(site.front.bank).json()["request_id"], site.browser()
    problem(opening(browser, request_id), 401, "session_missing")
    browser.begin()
    problem(opening(browser, request_id), 401, "connect_first")


def test_another_customers_browser_finds_no_request(site: LoginSite, browser: Browser) -> None:
    other = site.push(site.front.bank, sub=site.front.subject(site.front.bank, "1000002")).json()["request_id"]
    for request_id in (other, "none"):
        problem(opening(browser, request_id), 404, "signature_request_not_found")


def test_a_request_is_over_after_ten_minutes(site: LoginSite, browser: Browser) -> None:
    request_id = site.push(site.front.bank).json()["request_id"]
    site.center.clock.forward(600)
    problem(opening(browser, request_id), 404, "signature_request_not_found")
    assert site.result(site.front.bank, request_id).json()["state"] == "expired"
    page = browser.page(f"/sign?request={request_id}")
    assert page.status_code == 404
    assert "<code>SIGNATURE_REQUEST_NOT_FOUND</code>" in page.text


def test_only_our_own_pages_open_a_request(site: LoginSite, browser: Browser) -> None:
    path = f"/api/v1/signatures/{site.push(site.front.bank).json()['request_id']}/open"
    for headers in ({}, {"Origin": "http://bank.localhost:8000"}):
        problem(browser.http.post(path, json={}, headers={"Idempotency-Key": "k", **headers}), 403, "origin_refused")


def test_an_opened_request_gives_another_code_each_time(site: LoginSite, browser: Browser) -> None:
    request_id = site.push(site.front.bank).json()["request_id"]
    codes = {browser.post(f"/api/v1/signatures/{request_id}/open", key="same").json()["code"] for _ in range(2)}
    assert len(codes) == 2
