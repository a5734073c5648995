"""A connected browser and its customer's list of browsers, over HTTP."""

from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response

from dojang.pin.encoding import b64
from dojang.policy.numbers import NUMBERS
from dojang.web import connected
from dojang.web.connected import COOKIE
from tests.journeys.center import LABEL, Customer, DeviceKey
from tests.web.login_site import WHO, Browser, LoginSite, problem

LAPTOP, OTHER = DeviceKey("laptop"), DeviceKey("other")
DEVICES = "/api/v1/devices"


@pytest.fixture
def site() -> LoginSite:
    return LoginSite()


@pytest.fixture
def customer(site: LoginSite) -> Customer:
    return site.center.enrolled()


def log_in(browser: Browser, customer: Customer, device: DeviceKey = LAPTOP, *, connect: bool = True) -> str:
    """Done, and seen to be; the interaction's id."""
    interaction = browser.begin()
    assert browser.step(interaction, "identify", {**WHO, "connect": connect}).status_code == 200
    browser.site.front.send()
    code = next(sent.text for sent in reversed(browser.site.front.phone.sent) if sent.purpose == "login")
    visit = browser.step(interaction, "sms-code", {"code": code.partition("확인번호 ")[2][:6]}).json()
    agreed = customer.agree(visit["code"])
    agreed.hand_in(new_device=agreed.adding(device))
    assert browser.view(interaction)["state"] == "done"
    browser.site.center.clock.forward(NUMBERS.device.cookie_renewal)
    return interaction


def token(browser: Browser) -> str:
    return str(browser.http.cookies.get(COOKIE) or "")


def devices(browser: Browser) -> list[dict[str, Any]]:
    response = browser.http.get(DEVICES)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    return list(response.json()["devices"])


def test_a_connected_browser_is_greeted_and_logs_in_by_device_and_pin(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    log_in(browser, customer)
    before, interaction = token(browser), browser.begin()
    assert browser.view(interaction)["connected"] == {"name": "홍*동", "phone": "010-****-5678"}
    response = browser.step(interaction, "connected", {})
    visit = response.json()
    assert (response.status_code, visit["pin_url"].endswith(f"#code={visit['code']}")) == (200, True)
    assert token(browser) not in ("", before)
    assert browser.view(interaction)["state"] == "pin"
    customer.agree(visit["code"], LAPTOP.proof(visit["code"])).hand_in()
    assert browser.view(interaction)["state"] == "done"
    assert len(devices(browser)) == 1


def test_the_cookie_is_for_our_server_alone_lasts_a_year_and_stands_as_a_hash(
    site: LoginSite, customer: Customer
) -> None:
    browser = site.browser()
    interaction = log_in(browser, customer)
    cookie = browser.http.get(f"/api/v1/logins/{interaction}").headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    for part in ("HttpOnly", "SameSite=lax", "Path=/", f"Max-Age={365 * 86_400}"):
        assert part in cookie
    assert "Secure" not in cookie
    rows = repr(site.center.books.connections.rows)  # type: ignore[attr-defined]
    assert token(browser) not in rows
    https = Response()
    connected.keep(https, "a token", "https://center.example")
    assert "Secure" in https.headers["set-cookie"]


def test_nothing_is_set_where_nothing_is_due() -> None:
    response = Response()
    connected.keep(response, "", "https://center.example")
    assert "set-cookie" not in response.headers
    assert connected.token_of(Request({"type": "http", "headers": []})) == ""


def test_the_login_page_that_sends_a_browser_back_leaves_the_cookie_too(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    interaction = log_in(browser, customer)
    browser.http.cookies.delete(COOKIE)
    back = browser.http.get(f"/login?interaction={interaction}")
    assert (back.status_code, token(browser) != "") == (303, True)


def test_who_did_not_want_it_gets_no_cookie(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    log_in(browser, customer, connect=False)
    assert token(browser) == ""
    problem(browser.step(browser.begin(), "connected", {}), 401, "connect_first")


def test_a_connected_browser_gets_its_text_message_without_typing(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    log_in(browser, customer)
    interaction = browser.begin()
    asked = browser.step(interaction, "connected/text-message", {"connect": True})
    assert (asked.status_code, asked.json()["masked_phone"]) == (200, "010-****-5678")
    assert browser.view(interaction)["connect"] is True
    stranger = site.browser()
    problem(stranger.step(stranger.begin(), "connected/text-message", {}), 401, "connect_first")


def test_a_code_for_the_pin_page_is_not_kept_for_a_repeated_request(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    log_in(browser, customer)
    interaction = browser.begin()
    codes = [browser.step(interaction, "connected", {}, key="same").json()["code"] for _ in range(2)]
    assert codes[0] != codes[1]
    kept = site.center.books.idempotency.rows.values()  # type: ignore[attr-defined]
    assert not any(code.encode() in answer.body for answer in kept for code in codes)


def test_a_customer_lists_and_disconnects_their_browsers(site: LoginSite, customer: Customer) -> None:
    browser, other = site.browser(), site.browser()
    log_in(browser, customer)
    log_in(other, customer, OTHER)
    first, second = devices(browser)
    assert (first["id"], first["label"], first["this_browser"]) == (b64(LAPTOP.id), LABEL, True)
    assert (second["id"], second["this_browser"]) == (b64(OTHER.id), False)
    left = browser.post(f"{DEVICES}/{b64(OTHER.id)}/remove")
    assert [one["id"] for one in left.json()["devices"]] == [first["id"]]
    assert token(browser)
    for _ in range(2):
        gone = browser.post(f"{DEVICES}/{b64(LAPTOP.id)}/remove")
        assert (gone.status_code, gone.json()) == (200, {"devices": []})
    assert token(browser) == ""
    problem(other.step(other.begin(), "connected", {}), 401, "connect_first")


def test_only_a_logged_in_customer_on_our_own_pages_disconnects(site: LoginSite, customer: Customer) -> None:
    browser, stranger, path = site.browser(), site.browser(), f"{DEVICES}/{b64(LAPTOP.id)}/remove"
    log_in(browser, customer)
    problem(stranger.post(path), 401, "session_missing")
    stranger.begin()
    problem(stranger.post(path), 401, "connect_first")
    problem(stranger.http.get(DEVICES), 401, "connect_first")
    problem(browser.http.post(path, json={}, headers={"Origin": "http://evil.test"}), 403, "origin_refused")
    assert len(devices(browser)) == 1


@pytest.mark.parametrize("name", ["A" * 42, "A" * 42 + "B", "A" * 44, "%2e%2e"])
def test_what_is_no_devices_name_is_refused(site: LoginSite, customer: Customer, name: str) -> None:
    browser = site.browser()
    log_in(browser, customer)
    assert browser.post(f"{DEVICES}/{name}/remove").status_code in (404, 422)
    assert len(devices(browser)) == 1


def sign(browser: Browser, request_id: str, step: str, body: Any = None) -> httpx2.Response:
    return browser.post(f"/api/v1/signatures/{request_id}/{step}", body)


def test_a_connected_browser_opens_a_signature_or_asks_for_a_text_message(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    log_in(browser, customer)
    site.center.clock.forward(NUMBERS.login.session)
    request_id = site.push(site.front.bank).json()["request_id"]
    browser.http.cookies.delete("dojang_center_session")
    visit = sign(browser, request_id, "open").json()
    asked = sign(browser, request_id, "text-message")
    assert (asked.status_code, asked.json()["masked_phone"]) == (200, "010-****-5678")
    site.front.send()
    code = site.front.phone.sent[-1].text.partition("확인번호 ")[2][:6]
    second = sign(browser, request_id, "sms-code", {"code": code}).json()
    assert visit["code"] != second["code"]
    customer.agree(second["code"]).hand_in()
    assert site.result(site.front.bank, request_id).json()["state"] == "signed"
    stranger = site.browser()
    stranger.begin()
    problem(sign(stranger, request_id, "text-message"), 401, "connect_first")


def test_the_calls_are_described(site: LoginSite) -> None:
    paths = site.browser().http.get("/api/v1/openapi.json").json()["paths"]
    assert f"{DEVICES}/{{device}}/remove" in paths
    assert "/api/v1/logins/{interaction}/connected" in paths
