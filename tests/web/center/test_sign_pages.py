"""A signature through its pages, as a browser without JavaScript goes through them."""

from urllib.parse import parse_qs, urlsplit

import pytest

from dojang.pin.encoding import b64
from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import LANGUAGES, say
from dojang.serving.forms import new_key
from dojang.signing.what_is_signed import transfer_content
from dojang.values.comparison_code import comparison_code
from tests.journeys.center import Customer
from tests.journeys.logins import RETURN
from tests.rules.disclosure.clients import ISSUER
from tests.web.center.shown import Shown
from tests.web.center.test_login_pages import TYPED, Visit, used
from tests.web.login_site import Browser, LoginSite

PAIRS = (
    ("payee", "김하늘"),
    ("bank", "가상은행"),
    ("account", "110-123-456789"),
    ("amount", "1,500,000 KRW"),
    ("from_account", "001-2-3"),
    ("transfer", "t-1"),
)


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


def pushed(site: LoginSite, pairs: tuple[tuple[str, str], ...] = PAIRS, **changes: str) -> str:
    items = [{"label": "transfer", "content": b64(transfer_content(pairs)), "binding": "shown"}]
    return str(site.push(site.front.bank, items=items, **changes).json()["request_id"])


def shown(browser: Browser, request_id: str, language: str = "ko") -> Shown:
    return Shown(browser.page(f"/sign?request={request_id}", language))


def press(browser: Browser, page: Shown, step: str) -> str:
    """Where the button leads."""
    form = page.form(f"/{step}")
    answer = browser.send(form.action, form.fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


AMOUNTS = {
    "ko": ("받는 분", "1,500,000원 (일백오십만 원)"),
    "en": ("Payee", "1,500,000 won (one million five hundred thousand won)"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_asks_and_what_is_signed_stand_above_the_button(site: LoginSite, browser: Browser, language: str) -> None:
    request_id = pushed(site)
    page = shown(browser, request_id, language)
    payee, amount = AMOUNTS[language]
    assert (page.status, page.h1) == (200, say(language, "sign.title"))
    words = [say(language, "sign.asked_by", party=site.front.bank.party.name[language]), payee, "김하늘", "가상은행"]
    words += ["110-123-456789", amount, "001-2-3", "t-1", comparison_code(request_id)]
    places = [page.text.index(word) for word in words]
    assert places == sorted(places)
    assert places[-1] < page.text.index(page.form("/pin").button)


def test_pairs_that_we_have_no_words_for_are_shown_as_they_are_signed(site: LoginSite, browser: Browser) -> None:
    page = shown(browser, pushed(site, (("받는 <b>분", "김&하늘"), ("amount", "1500000 KRW"))))
    assert "받는 <b>분 김&하늘 금액 1500000 KRW" in page.text
    assert "<b>분" not in page.html


def test_the_customer_signs_and_goes_back_with_the_receipt(
    site: LoginSite, customer: Customer, browser: Browser
) -> None:
    request_id = pushed(site)
    leads = press(browser, shown(browser, request_id), "pin")
    customer.agree(used(leads)["code"]).hand_in()
    back = browser.page(f"/sign?request={request_id}")
    assert back.status_code == 303
    assert back.headers["location"].startswith(f"{RETURN}?request_id={request_id}&")
    assert site.result(site.front.bank, request_id).json()["state"] == "signed"


def test_sent_twice_it_is_the_same_signature(site: LoginSite, customer: Customer, browser: Browser) -> None:
    request_id = pushed(site)
    page = shown(browser, request_id)
    customer.agree(used(press(browser, page, "pin"))["code"]).hand_in()
    before = site.result(site.front.bank, request_id).json()
    assert press(browser, page, "pin") == f"/sign?request={request_id}"
    site.center.clock.forward(NUMBERS.login.signature_request)
    assert browser.page(f"/sign?request={request_id}").headers["location"].startswith(RETURN)
    assert site.result(site.front.bank, request_id).json() == before


@pytest.mark.parametrize("step", ["pin", "cancel"])
def test_a_signature_whose_outcome_is_unknown_is_looked_at_and_never_called_failed(
    site: LoginSite, customer: Customer, browser: Browser, step: str
) -> None:
    request_id = pushed(site)
    page = shown(browser, request_id)
    agreed = customer.agree(used(press(browser, page, "pin"))["code"])
    site.center.to_vault.down = True
    with pytest.raises(Exception, match="vault_unavailable"):
        agreed.hand_in()
    assert press(browser, page, step) == f"/sign?request={request_id}"
    checking = shown(browser, request_id)
    assert (checking.status, checking.h1) == (200, say("ko", "sign.checking_title"))
    assert f'data-then="/sign?request={request_id}"' in checking.html
    site.center.to_vault.down = False
    agreed.hand_in()
    assert browser.page(f"/sign?request={request_id}").status_code == 303


@pytest.mark.parametrize("opened", [False, True])
def test_who_gives_up_goes_back_and_nothing_can_be_signed_any_more(
    site: LoginSite, customer: Customer, browser: Browser, opened: bool
) -> None:
    request_id = pushed(site)
    page = shown(browser, request_id)
    code = used(press(browser, page, "pin"))["code"] if opened else ""
    back = urlsplit(press(browser, page, "cancel"))
    assert f"{back.scheme}://{back.netloc}{back.path}" == RETURN
    told = {"error": ["access_denied"], "request_id": [request_id], "state": ["transfer-1"], "iss": [ISSUER]}
    assert parse_qs(back.query) == told
    assert shown(browser, request_id).status == 404
    if opened:
        with pytest.raises(Exception, match="activation_replayed"):
            customer.agree(code).hand_in()
    assert site.result(site.front.bank, request_id).json()["state"] != "signed"


def test_who_gives_up_with_the_pin_page_open_signs_nothing_there(
    site: LoginSite, customer: Customer, browser: Browser
) -> None:
    request_id = pushed(site)
    page = shown(browser, request_id)
    agreed = customer.agree(used(press(browser, page, "pin"))["code"])
    press(browser, page, "cancel")
    with pytest.raises(Exception, match="activation_replayed"):
        agreed.hand_in()
    assert press(browser, page, "cancel").startswith(RETURN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_who_is_not_logged_in_sees_who_asks_but_not_what(
    site: LoginSite, customer: Customer, language: str
) -> None:
    page = shown(site.browser(), pushed(site), language)
    assert (page.status, page.h1) == (200, say(language, "sign.login_title"))
    assert site.front.bank.party.name[language] in page.text
    assert "김하늘" not in page.html
    assert "1,500,000" not in page.html


def test_who_logs_in_for_a_signature_comes_back_to_it(site: LoginSite, customer: Customer) -> None:
    request_id, browser = pushed(site), site.browser()
    visit = Visit(browser)
    visit.address = press(browser, shown(browser, request_id), "login")
    page = visit.send(visit.page(), "identify", **TYPED)
    visit.send(page, "code", code=visit.sms_code())
    customer.agree(used(visit.leads)["code"]).hand_in()
    assert browser.page(visit.address).headers["location"] == f"/sign?request={request_id}"
    assert shown(browser, request_id).has("/pin")


def test_another_customers_request_is_none(site: LoginSite, browser: Browser) -> None:
    other = pushed(site, sub=site.front.subject(site.front.bank, "1000002"))
    for request_id in (other, "none", "", "%00", "<script>1"):
        page = shown(browser, request_id)
        assert (page.status, page.h1) == (404, say("ko", "errors.sign"))
        assert "SIGNATURE_REQUEST_NOT_FOUND" in page.text
        assert "<script>1" not in page.html
        assert "김하늘" not in page.html


@pytest.mark.parametrize("step", ["pin", "cancel", "login"])
def test_a_request_that_is_over_is_none_in_every_step(site: LoginSite, browser: Browser, step: str) -> None:
    request_id = pushed(site)
    site.center.clock.forward(NUMBERS.login.signature_request)
    answer = browser.send(f"/sign/{step}", {"request": request_id, "idempotency_key": new_key()})
    if step == "cancel":  # giving up what is over changes nothing
        assert answer.headers["location"].startswith(RETURN)
    else:
        assert (answer.status_code, "SIGNATURE_REQUEST_NOT_FOUND" in answer.text) == (404, True)


@pytest.mark.parametrize("step", ["pin", "cancel"])
def test_only_the_customer_whose_request_it_is_takes_a_step(site: LoginSite, browser: Browser, step: str) -> None:
    other = pushed(site, sub=site.front.subject(site.front.bank, "1000002"))
    fields = {"request": other, "idempotency_key": new_key()}
    assert browser.send(f"/sign/{step}", fields).status_code == 404
    stranger = site.browser()
    assert stranger.send(f"/sign/{step}", fields).status_code == 401
    stranger.begin()
    assert stranger.send(f"/sign/{step}", fields).status_code == 401


@pytest.mark.parametrize("step", ["pin", "cancel", "login"])
def test_only_our_own_page_takes_a_step(site: LoginSite, browser: Browser, step: str) -> None:
    request_id = pushed(site)
    fields = {"request": request_id, "idempotency_key": new_key()}
    answer = browser.send(f"/sign/{step}", fields, origin="http://bank.localhost:8000")
    assert (answer.status_code, "ORIGIN_REFUSED" in answer.text) == (403, True)
    assert shown(browser, request_id).has("/pin")
