"""My certificate's pages, as a browser gets them."""

import hashlib
import re
from html import unescape
from urllib.parse import urlsplit

import httpx2
import pytest

from dojang.journeys import enter_center, revoke_certificate
from dojang.policy.wording import LANGUAGES, say
from dojang.serving.forms import new_key
from dojang.values.certificate import CUSTOMERS_REASONS
from dojang.values.login import SignedIn
from tests.journeys.center import PIN_ORIGIN, Customer
from tests.rules.disclosure.clients import BANK, ISSUER
from tests.web.login_site import Browser, LoginSite

DAY = 86_400


@pytest.fixture
def site() -> LoginSite:
    return LoginSite()


@pytest.fixture
def customer(site: LoginSite) -> Customer:
    return site.center.enrolled()


@pytest.fixture
def holder(site: LoginSite, customer: Customer) -> Browser:
    """A browser whose customer is logged in at the centre."""
    return logged_in(site)


def logged_in(site: LoginSite, number: str = "1000001", lasts: int = 1800) -> Browser:
    browser = site.browser()
    browser.http.get("/certificates")
    session = session_of(browser)
    with site.center.books.transaction():
        site.center.books.signed_in.put(SignedIn(session, number, site.front.now + lasts))
    return browser


def session_of(browser: Browser) -> str:
    """The id of the browser's session, as the centre keeps it."""
    return hashlib.sha256(str(browser.cookie).encode()).hexdigest()


def page(browser: Browser, path: str, language: str = "en") -> str:
    answer = browser.http.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def send(browser: Browser, path: str, key: str = "", origin: str = ISSUER, **fields: str) -> httpx2.Response:
    form = {"idempotency_key": key or new_key(), **fields}
    return browser.http.post(path, data=form, headers={"Origin": origin, "Accept-Language": "en"})


@pytest.mark.parametrize("path", ["", "/history", "/revoke", "/receipts/some-txn"])
def test_whoever_is_not_logged_in_logs_in_first_and_comes_back(site: LoginSite, path: str) -> None:
    browser = site.browser()
    answer = browser.http.get(f"/certificates{path}")
    assert answer.status_code == 303
    address = urlsplit(answer.headers["location"])
    assert address.path == "/login"
    begun = site.center.books.interactions.get(address.query.removeprefix("interaction="))
    assert begun.redirect_uri in enter_center.WAYS


def test_a_login_that_is_over_is_none(site: LoginSite, customer: Customer) -> None:
    browser = logged_in(site, lasts=10)
    assert browser.http.get("/certificates").status_code == 200
    site.center.clock.forward(11)
    assert browser.http.get("/certificates").status_code == 303


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_holder_sees_how_it_stands_and_what_can_be_done(holder: Browser, language: str) -> None:
    shown = page(holder, "/certificates", language)
    for key in ("state_valid", "history", "devices", "reissue", "revoke", "never_used"):
        assert say(language, f"certificates.{key}") in shown
    assert "1.2.840.113556" in shown


def test_the_name_is_masked(holder: Browser, customer: Customer) -> None:
    shown = page(holder, "/certificates")
    assert "*" in shown
    assert "홍길동" not in shown


def test_one_that_ends_soon_says_so(site: LoginSite, customer: Customer) -> None:
    entry = site.center.books.certificates.valid_of_customer("1000001")
    assert entry is not None
    assert "ends in" not in page(logged_in(site), "/certificates")
    site.center.clock.forward(entry.not_after - site.front.now - 30 * DAY)
    assert "ends in 30 days" in page(logged_in(site), "/certificates")


def test_one_that_is_over_leads_to_a_new_one(site: LoginSite, customer: Customer) -> None:
    entry = site.center.books.certificates.valid_of_customer("1000001")
    assert entry is not None
    site.center.clock.forward(entry.not_after - site.front.now + 1)
    shown = page(logged_in(site), "/certificates")
    assert say("en", "certificates.over_expired") in shown
    assert 'href="/issue"' in shown
    assert "/certificates/revoke" not in shown


def test_a_customer_without_one_is_told_how_to_get_one(site: LoginSite) -> None:
    assert say("en", "certificates.none") in page(logged_in(site, "9999999"), "/certificates")


def test_the_history_is_empty_before_the_first_use_and_names_each_use_after_it(
    site: LoginSite, customer: Customer
) -> None:
    assert say("en", "history.none") in page(logged_in(site), "/certificates/history")
    browser = site.browser()
    browser.log_in(customer)
    shown = page(logged_in(site), "/certificates/history")
    assert "Login at" in shown
    address = re.findall(r'href="(/certificates/receipts/[^"]+)"', shown)
    assert len(address) == 1
    receipt = logged_in(site).http.get(address[0])
    assert receipt.headers["content-disposition"].startswith("attachment")
    assert "activation" in receipt.json()


def test_nobody_gets_anothers_receipt(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    browser.log_in(customer)
    (address,) = re.findall(r'href="(/certificates/receipts/[^"]+)"', page(logged_in(site), "/certificates/history"))
    assert logged_in(site, "9999999").http.get(address).status_code == 404


def test_revocation_says_its_consequence_and_leaves_a_way_out(holder: Browser) -> None:
    shown = page(holder, "/certificates/revoke")
    for key in ("consequence", "for_good", "keep", *(f"reason_{reason}" for reason in CUSTOMERS_REASONS)):
        assert say("en", f"revoke.{key}") in shown


def test_a_reason_leads_to_the_pin_page_in_the_language_of_the_page(holder: Browser) -> None:
    answer = send(holder, "/certificates/revoke", reason="keyCompromise")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{PIN_ORIGIN}/#code=")
    assert "lang=en" in answer.headers["location"]


@pytest.mark.parametrize("fields", [{}, {"reason": ""}, {"reason": "superseded"}, {"reason": "certificateHold"}])
def test_without_one_of_the_reasons_the_page_says_so_and_nothing_is_asked(
    site: LoginSite, holder: Browser, fields: dict[str, str]
) -> None:
    answer = send(holder, "/certificates/revoke", **fields)
    assert answer.status_code == 422
    assert unescape(answer.text).count(say("en", "revoke.choose")) == 2
    assert "Error: " in answer.text
    assert site.center.books.revocations.newest_of(session_of(holder)) is None


def test_another_sites_form_revokes_nothing(holder: Browser) -> None:
    answer = send(holder, "/certificates/revoke", origin="http://bank.localhost:8000", reason="keyCompromise")
    assert answer.status_code == 403


def signed_revocation(site: LoginSite, holder: Browser, customer: Customer) -> None:
    address = send(holder, "/certificates/revoke", reason="keyCompromise").headers["location"]
    customer.agree(address.partition("#code=")[2].partition("&")[0]).hand_in()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_signed_is_revoked_when_the_customer_comes_back(
    site: LoginSite, holder: Browser, customer: Customer, language: str
) -> None:
    signed_revocation(site, holder, customer)
    shown = page(holder, revoke_certificate.WAY_BACK, language)
    assert say(language, "revocation.title_revoked") in shown
    assert say(language, "revoke.reason_keyCompromise") in shown
    assert holder.http.get("/certificates").status_code == 303
    revoked = page(logged_in(site), "/certificates", language)
    assert say(language, "certificates.over_revoked") in revoked


def test_what_the_customer_left_at_the_pin_is_not_revoked_and_the_page_says_so(holder: Browser) -> None:
    send(holder, "/certificates/revoke", reason="keyCompromise")
    shown = page(holder, revoke_certificate.WAY_BACK)
    assert say("en", "revocation.lead_pin") in shown
    assert "/certificates/revoke" in shown


def test_who_asked_for_nothing_is_led_to_the_certificate(holder: Browser) -> None:
    answer = holder.http.get(revoke_certificate.WAY_BACK)
    assert (answer.status_code, answer.headers["location"]) == (303, "/certificates")


def test_who_logs_out_here_is_logged_out_here_and_nowhere_else(site: LoginSite, customer: Customer) -> None:
    here, elsewhere = logged_in(site), logged_in(site)
    answer = send(here, "/certificates/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert here.http.get("/certificates").status_code == 303
    assert elsewhere.http.get("/certificates").status_code == 200


def test_the_banks_history_is_named_by_the_bank(site: LoginSite, customer: Customer) -> None:
    site.browser().log_in(customer)
    assert BANK in site.front.desk.clients
    name = site.front.desk.clients[BANK].name["en"]
    assert f"Login at {name}" in page(logged_in(site), "/certificates/history")
