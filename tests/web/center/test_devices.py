"""The page of a customer's browsers."""

from dataclasses import replace
from html import unescape

import pytest

from dojang.pin.encoding import b64
from dojang.policy.wording import LANGUAGES, say
from tests.journeys.center import LABEL, Customer, DeviceKey
from tests.journeys.test_devices import LAPTOP, connect
from tests.web.center.test_certificates import logged_in, page, send
from tests.web.login_site import LoginSite

PATH = "/certificates/devices"
PHONE = DeviceKey("phone")


@pytest.fixture
def site() -> LoginSite:
    return LoginSite()


@pytest.fixture
def customer(site: LoginSite) -> Customer:
    return site.center.enrolled()


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_connected_browser_the_page_says_how_one_gets_there(
    site: LoginSite, customer: Customer, language: str
) -> None:
    assert say(language, "devices.none") in page(logged_in(site), PATH, language)


def test_every_browser_is_listed_with_its_name_and_times(site: LoginSite, customer: Customer) -> None:
    connect(site.center, customer)
    connect(site.center, customer, PHONE)
    shown = page(logged_in(site), PATH)
    assert shown.count(f"<strong>{LABEL}</strong>") == 2
    assert say("en", "devices.here") not in shown


def test_a_disconnected_browser_is_gone_and_the_page_says_so(site: LoginSite, customer: Customer) -> None:
    connect(site.center, customer)
    connect(site.center, customer, PHONE)
    holder = logged_in(site)
    answer = send(holder, PATH, device=b64(LAPTOP.id))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?gone")
    shown = page(holder, answer.headers["location"])
    assert say("en", "devices.gone") in shown
    assert shown.count(f"<strong>{LABEL}</strong>") == 1
    assert [one.id for one in site.center.books.devices.of(customer.visit.uid)] == [PHONE.id]


def test_the_same_form_twice_disconnects_one_browser_once(site: LoginSite, customer: Customer) -> None:
    connect(site.center, customer)
    holder = logged_in(site)
    answers = [send(holder, PATH, key="a-key-of-sixteen", device=b64(LAPTOP.id)) for _ in range(2)]
    assert [one.headers["location"] for one in answers] == [f"{PATH}?gone"] * 2


@pytest.mark.parametrize("device", ["", "AA", "<script>", "é"])
def test_what_is_no_browsers_id_is_refused(site: LoginSite, customer: Customer, device: str) -> None:
    assert send(logged_in(site), PATH, device=device).status_code == 422


def test_nobody_disconnects_anothers_browser(site: LoginSite, customer: Customer) -> None:
    connect(site.center, customer)
    send(logged_in(site, "9999999"), PATH, device=b64(LAPTOP.id))
    assert len(site.center.books.devices.of(customer.visit.uid)) == 1


def test_another_sites_form_disconnects_nothing(site: LoginSite, customer: Customer) -> None:
    connect(site.center, customer)
    answer = send(logged_in(site), PATH, origin="http://bank.localhost:8000", device=b64(LAPTOP.id))
    assert answer.status_code == 403
    assert len(site.center.books.devices.of(customer.visit.uid)) == 1


def test_whoever_is_not_logged_in_logs_in_first(site: LoginSite) -> None:
    assert site.browser().http.get(PATH).headers["location"].startswith("/login?interaction=")


def test_a_browser_without_a_name_has_one_here(site: LoginSite, customer: Customer) -> None:
    connect(site.center, customer)
    (device,) = site.center.books.devices.of(customer.visit.uid)
    with site.center.books.transaction():
        site.center.books.devices.put(replace(device, label=""))
    assert say("en", "devices.unnamed") in unescape(page(logged_in(site), PATH))
