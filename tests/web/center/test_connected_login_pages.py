"""A browser that its customer stays connected in: the PIN alone is enough, and a text message when the key is gone."""

import pytest

from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import LANGUAGES, say
from dojang.refusals import ConnectFirst
from dojang.serving.forms import new_key
from dojang.web import connected
from tests.journeys.center import PIN_ORIGIN, Customer, DeviceKey
from tests.rules.disclosure.clients import BACK
from tests.web.center.shown import Shown
from tests.web.center.test_login_pages import TYPED, Visit, used
from tests.web.center.test_sign_pages import press, pushed, shown
from tests.web.login_site import Browser, LoginSite

LAPTOP = DeviceKey("laptop")


@pytest.fixture
def site() -> LoginSite:
    return LoginSite()


@pytest.fixture
def customer(site: LoginSite) -> Customer:
    return site.center.enrolled()


def stays(browser: Browser, customer: Customer) -> Visit:
    """A login by text message, with a tick at staying connected."""
    visit = Visit(browser)
    visit.send(visit.identified(connect="yes"), "code", code=visit.sms_code())
    visit.send(visit.page(), "pin")
    agreed = customer.agree(used(visit.leads)["code"])
    agreed.hand_in(new_device=agreed.adding(LAPTOP))
    assert browser.page(visit.address).status_code == 303
    return visit


@pytest.fixture
def browser(site: LoginSite, customer: Customer) -> Browser:
    """Connected, and logged in nowhere any more."""
    made = site.browser()
    stays(made, customer)
    site.center.clock.forward(NUMBERS.login.session)
    return made


def test_only_who_ticked_it_stays_connected(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    visit = Visit(browser)
    visit.send(visit.entered(), "pin")
    agreed = customer.agree(used(visit.leads)["code"])
    agreed.hand_in(new_device=agreed.adding(LAPTOP))
    browser.page(visit.address)
    assert connected.COOKIE not in browser.http.cookies
    stays(browser, customer)
    assert connected.COOKIE in browser.http.cookies


def test_the_tick_stands_there_still_when_something_else_was_wrong(site: LoginSite) -> None:
    visit = Visit(site.browser())
    assert "connect" not in visit.page().form("/identify").fields
    assert visit.identified(connect="yes", name="").form("/identify").fields["connect"] == "yes"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_connected_browser_shows_a_masked_name_and_needs_the_pin_alone(
    site: LoginSite, customer: Customer, browser: Browser, language: str
) -> None:
    visit, sent = Visit(browser, language), len(site.front.phone.sent)
    page = visit.page()
    assert say(language, "login_connected.who", name="홍*동") in page.text
    assert "홍길동" not in page.html
    visit.send(page, "connected")
    told = used(visit.leads)
    assert told["lang"] == language
    customer.agree(told["code"], LAPTOP.proof(told["code"])).hand_in()
    assert browser.page(visit.address).headers["location"].startswith(BACK)
    assert len(site.front.phone.sent) == sent


def test_the_code_opens_in_the_connected_device_alone(customer: Customer, browser: Browser) -> None:
    visit = Visit(browser)
    visit.send(visit.page(), "connected")
    with pytest.raises(ConnectFirst):
        customer.agree(used(visit.leads)["code"])


def test_who_is_sent_back_by_the_pin_page_gets_a_text_message(
    site: LoginSite, customer: Customer, browser: Browser
) -> None:
    visit = Visit(browser)
    visit.send(visit.page(), "connected")
    page = visit.page()
    assert page.has("/pin")
    page = visit.send(page, "text")
    assert page.h1 == say("ko", "login_code.title")
    visit.send(page, "code", code=visit.sms_code())
    customer.agree(used(visit.leads)["code"]).hand_in()
    assert browser.page(visit.address).headers["location"].startswith(BACK)


def test_the_text_message_goes_out_before_the_pin_page_too_in_the_pages_language(
    site: LoginSite, browser: Browser
) -> None:
    visit = Visit(browser, "en")
    assert visit.send(visit.page(), "text").has("/code")
    assert visit.sms_code().isdigit()


def test_somebody_else_says_who_they_are(customer: Customer, browser: Browser) -> None:
    for before in (lambda visit: None, lambda visit: visit.send(visit.page(), "connected")):
        visit = Visit(browser)
        before(visit)
        page = visit.page()
        form = visit.page(page.links[say("ko", "login_connected.other")])
        assert form.has("/identify")
        assert "홍*동" not in form.text


def test_a_first_login_at_a_relying_party_is_asked_about_in_a_connected_browser_too(
    site: LoginSite, customer: Customer
) -> None:
    browser = site.browser()
    visit = Visit(browser)
    begun = browser.post("/api/v1/logins", {"to": "/certificates"}).json()
    visit.address = begun["login_url"]
    visit.send(visit.send(visit.page(), "identify", **TYPED, connect="yes"), "code", code=visit.sms_code())
    agreed = customer.agree(used(visit.leads)["code"])
    agreed.hand_in(new_device=agreed.adding(LAPTOP))
    browser.page(visit.address)
    visit = Visit(browser)
    page = visit.send(visit.page(), "connected")
    assert page.form("/pin").button == say("ko", "login_pin.agree")
    visit.send(page, "pin")
    code = used(visit.leads)["code"]
    customer.agree(code, LAPTOP.proof(code)).hand_in()
    assert browser.page(visit.address).headers["location"].startswith(BACK)


def test_a_browser_that_was_disconnected_meanwhile_asks_who_it_is(
    site: LoginSite, customer: Customer, browser: Browser
) -> None:
    visit = Visit(browser)
    page = visit.page()
    with site.center.books.transaction():
        site.center.books.connections.end(customer.visit.uid)
    assert visit.send(page, "connected").has("/identify")
    answer = visit.browser.send("/login/text", {"interaction": visit.id, "idempotency_key": new_key()})
    assert (answer.status_code, "CONNECT_FIRST" in answer.text) == (401, True)


@pytest.mark.parametrize("step", ["connected", "text"])
def test_only_our_own_page_and_the_browser_that_is_connected_take_a_step(
    site: LoginSite, browser: Browser, step: str
) -> None:
    visit = Visit(browser)
    fields = {"interaction": visit.id, "idempotency_key": new_key()}
    assert "ORIGIN_REFUSED" in browser.send(f"/login/{step}", fields, origin="http://evil.example").text
    stranger = site.browser()
    stranger.begin()
    assert PIN_ORIGIN not in stranger.send(f"/login/{step}", fields).headers.get("location", "")
    assert visit.page().has("/connected")


def test_a_signature_that_is_under_way_in_a_login_is_looked_at(
    site: LoginSite, customer: Customer, browser: Browser
) -> None:
    visit = Visit(browser)
    visit.send(visit.page(), "connected")
    code = used(visit.leads)["code"]
    agreed = customer.agree(code, LAPTOP.proof(code))
    site.center.to_vault.down = True
    with pytest.raises(Exception, match="vault_unavailable"):
        agreed.hand_in()
    assert visit.page().h1 == say("ko", "sign.checking_title")


def test_a_connected_browser_signs_without_a_login(site: LoginSite, customer: Customer, browser: Browser) -> None:
    request_id = pushed(site)
    browser.http.cookies.delete("dojang_center_session")
    page = shown(browser, request_id)
    assert "김하늘" in page.text
    code = used(press(browser, page, "pin"))["code"]
    with pytest.raises(ConnectFirst):
        customer.agree(code)
    customer.agree(code, LAPTOP.proof(code)).hand_in()
    assert browser.page(f"/sign?request={request_id}").status_code == 303


def test_a_connected_browser_whose_key_is_gone_logs_in_for_a_signature(
    site: LoginSite, customer: Customer, browser: Browser
) -> None:
    request_id, visit = pushed(site), Visit(browser)
    visit.address = press(browser, shown(browser, request_id), "login")
    page = visit.send(visit.page(), "text")
    visit.send(page, "code", code=visit.sms_code())
    customer.agree(used(visit.leads)["code"]).hand_in()
    assert browser.page(visit.address).headers["location"] == f"/sign?request={request_id}"
    customer.agree(used(press(browser, shown(browser, request_id), "pin"))["code"]).hand_in()


def test_a_connected_browser_gives_a_signature_up(site: LoginSite, browser: Browser) -> None:
    request_id = pushed(site)
    assert "error=access_denied" in press(browser, shown(browser, request_id), "cancel")
    assert Shown(browser.page(f"/sign?request={request_id}")).status == 404
