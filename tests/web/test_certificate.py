"""One's own certificate over HTTP: entering the centre, looking, and revoking."""

import json
from typing import Any

import httpx2
import pytest

from tests.journeys.center import Customer
from tests.rules.disclosure.clients import BANK, ISSUER, NAMES
from tests.web.login_site import Browser, LoginSite, problem

LOGINS, CERTIFICATE = "/api/v1/logins", "/api/v1/certificate"


@pytest.fixture
def site() -> LoginSite:
    return LoginSite()


@pytest.fixture
def customer(site: LoginSite) -> Customer:
    return site.center.enrolled()


def entered(site: LoginSite, customer: Customer, to: str = "/certificates") -> Browser:
    """A browser whose customer has logged in at the centre itself."""
    browser = site.browser()
    begun = browser.post(LOGINS, {"to": to})
    assert begun.status_code == 201, begun.text
    interaction = begun.json()["id"]
    visit = browser.step(interaction, "sms-code", {"code": browser.sms(interaction)}).json()
    customer.agree(visit["code"]).hand_in()
    assert browser.view(interaction)["redirect_to"] == to
    return browser


@pytest.fixture
def browser(site: LoginSite, customer: Customer) -> Browser:
    return entered(site, customer)


def mine(browser: Browser) -> dict[str, Any]:
    response = browser.http.get(CERTIFICATE)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    return dict(response.json()["certificate"])


def revoke(browser: Browser, reason: str = "keyCompromise") -> httpx2.Response:
    return browser.post(f"{CERTIFICATE}/revocation", {"reason": reason})


def test_a_browser_begins_a_login_at_the_centre_and_lands_on_our_own_page(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    begun = browser.post(LOGINS, {"to": "/certificates/history"}).json()
    assert begun == {
        "id": begun["id"],
        "login_url": f"/login?interaction={begun['id']}",
        "expires_at": site.front.now + 900,
    }
    page = browser.http.get(begun["login_url"])
    assert page.status_code == 200
    assert "인증센터" in page.text
    visit = browser.step(begun["id"], "sms-code", {"code": browser.sms(begun["id"])}).json()
    done = customer.agree(visit["code"]).hand_in()
    back = browser.http.get(done.return_to.removeprefix(ISSUER))
    assert (back.status_code, back.headers["location"]) == (303, "/certificates/history")


def test_a_login_leads_to_our_own_pages_alone(site: LoginSite) -> None:
    for to in ("https://evil.example/", "//evil.example", "/certificates/../api"):
        problem(site.browser().post(LOGINS, {"to": to}), 422, "invalid_field", field="to")


def test_another_site_begins_no_login_here(site: LoginSite) -> None:
    headers = {"Origin": "https://evil.example", "Idempotency-Key": "k"}
    answer = site.browser().http.post(LOGINS, json={"to": "/certificates"}, headers=headers)
    problem(answer, 403, "origin_refused")


def test_the_openid_endpoints_do_not_know_the_centre_as_a_client(site: LoginSite) -> None:
    response = site.browser().authorize(client_id="center", redirect_uri="/certificates")
    assert response.status_code == 403
    assert "location" not in response.headers
    client = site.front.bank
    client.client_id = "center"
    proof = client.proof(site.front.now)
    pushed = site.browser().http.post("/api/v1/signature-requests/none/result", json=proof)
    problem(pushed, 401, "client_refused")


def test_a_pushed_request_is_never_a_revocation(site: LoginSite) -> None:
    problem(site.push(site.front.bank, purpose="revocation"), 422, "invalid_field", field="purpose")


def test_nothing_is_shown_to_who_has_not_logged_in(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    for path in ("", "/history", "/receipts/txn", "/revocation"):
        problem(browser.http.get(CERTIFICATE + path), 401, "session_missing")
    browser.begin()
    for path in ("", "/history", "/receipts/txn"):
        problem(browser.http.get(CERTIFICATE + path), 401, "connect_first")
    problem(browser.http.get(f"{CERTIFICATE}/revocation"), 404, "revocation_not_found")
    problem(revoke(browser), 401, "connect_first")


def test_a_customer_sees_their_certificate_and_what_it_was_used_for(browser: Browser, customer: Customer) -> None:
    browser.site.center.clock.forward(1)
    browser.log_in(customer)
    entry = browser.site.center.books.certificates.get(customer.visit.kid)
    shown = mine(browser)
    assert shown == {
        "holder_masked": "홍*동",
        "serial": entry.serial,
        "policy": shown["policy"],
        "not_before": entry.not_before,
        "not_after": entry.not_after,
        "state": "valid",
        "reason": "",
        "revoked_at": 0,
        "last_used": browser.site.front.now,
        "days_left": 1096,
    }
    history = browser.http.get(f"{CERTIFICATE}/history").json()
    newest, oldest = history["used"]
    assert history["before"] == ""
    assert newest == {
        "txn": newest["txn"],
        "purpose": "login",
        "relying_party": NAMES[BANK],
        "signed_at": browser.site.front.now,
        "payee_masked": "",
        "bank": "",
        "amount": "",
        "reason": "",
    }
    assert oldest["relying_party"] == {"ko": "인증센터", "en": "Certification centre"}
    assert oldest["signed_at"] == newest["signed_at"] - 1
    place = f"{newest['signed_at']}.{newest['txn']}"
    assert browser.http.get(f"{CERTIFICATE}/history?before={place}").json() == {"used": [oldest], "before": ""}
    problem(browser.http.get(f"{CERTIFICATE}/history?before=x"), 422, "invalid_field", field="before")


def test_a_receipt_is_a_file(browser: Browser) -> None:
    (used,) = browser.http.get(f"{CERTIFICATE}/history").json()["used"]
    answer = browser.http.get(f"{CERTIFICATE}/receipts/{used['txn']}")
    assert answer.headers["content-disposition"] == f'attachment; filename="receipt-{used["txn"]}.json"'
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/json", "no-store")
    assert json.loads(answer.content)["v"] == 1
    problem(browser.http.get(f"{CERTIFICATE}/receipts/another"), 404, "transaction_not_found")


def test_a_customer_without_a_certificate_sees_none(browser: Browser) -> None:
    books = browser.site.center.books
    with books.transaction():
        books.certificates.forget(2**40)
    assert browser.http.get(CERTIFICATE).json() == {"certificate": None}


def test_a_customer_revokes(browser: Browser, customer: Customer) -> None:
    serial = mine(browser)["serial"]
    visit = revoke(browser)
    assert (visit.status_code, visit.headers["cache-control"]) == (200, "no-store")
    assert visit.json()["pin_url"].endswith(f"/#code={visit.json()['code']}")
    told = {"serial": serial, "reason": "keyCompromise"}
    state = browser.http.get(f"{CERTIFICATE}/revocation").json()
    assert state == {**told, "state": "pin", "revoked_at": 0, "published": False}
    done = customer.agree(visit.json()["code"]).hand_in()
    assert done.return_to == f"{ISSUER}/certificates/revocation"
    state = browser.http.get(f"{CERTIFICATE}/revocation").json()
    assert state == {**told, "state": "revoked", "revoked_at": browser.site.front.now, "published": True}
    problem(browser.http.get(CERTIFICATE), 401, "connect_first")
    problem(revoke(browser), 401, "connect_first")


def test_the_codes_of_a_repeated_wish_are_kept_nowhere(browser: Browser) -> None:
    answers = [browser.post(f"{CERTIFICATE}/revocation", {"reason": "keyCompromise"}, key="same") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["code"] != answers[1].json()["code"]


@pytest.mark.parametrize("reason", ["superseded", "", "x" * 65])
def test_another_reason_is_refused(browser: Browser, reason: str) -> None:
    problem(revoke(browser, reason), 422, "invalid_field", field="reason")


def test_another_site_revokes_nothing(browser: Browser) -> None:
    headers = {"Origin": "https://evil.example", "Idempotency-Key": "k"}
    answer = browser.http.post(f"{CERTIFICATE}/revocation", json={"reason": "keyCompromise"}, headers=headers)
    problem(answer, 403, "origin_refused")
