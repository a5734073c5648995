"""My certificate's pages in every state, looked at."""

from collections.abc import Callable

import httpx2
import pytest

from tests.browser.camera import Camera
from tests.journeys.center import DeviceKey
from tests.journeys.test_devices import connect
from tests.web.center.test_certificates import DAY, logged_in, send, signed_revocation
from tests.web.login_site import Browser, LoginSite

State = Callable[[LoginSite], tuple[Browser, str]]


def valid(site: LoginSite) -> tuple[Browser, str]:
    site.browser().log_in(site.center.enrolled())
    return logged_in(site), "/certificates"


def never_had(site: LoginSite) -> tuple[Browser, str]:
    return logged_in(site, "9999999"), "/certificates"


def late(site: LoginSite, days_before_its_end: int) -> tuple[Browser, str]:
    site.center.enrolled()
    entry = site.center.books.certificates.valid_of_customer("1000001")
    assert entry is not None
    site.center.clock.forward(entry.not_after - site.front.now - days_before_its_end * DAY + 1)
    return logged_in(site), "/certificates"


def due(site: LoginSite) -> tuple[Browser, str]:
    return late(site, 30)


def expired(site: LoginSite) -> tuple[Browser, str]:
    return late(site, 0)


def revoked(site: LoginSite) -> tuple[Browser, str]:
    browser, _ = just_revoked(site)
    browser.http.get("/certificates/revocation")
    return logged_in(site), "/certificates"


def history(site: LoginSite) -> tuple[Browser, str]:
    browser, _ = valid(site)
    return browser, "/certificates/history"


def history_empty(site: LoginSite) -> tuple[Browser, str]:
    site.center.enrolled()
    return logged_in(site), "/certificates/history"


def revoke(site: LoginSite) -> tuple[Browser, str]:
    site.center.enrolled()
    return logged_in(site), "/certificates/revoke"


def just_revoked(site: LoginSite) -> tuple[Browser, str]:
    customer = site.center.enrolled()
    browser = logged_in(site)
    signed_revocation(site, browser, customer)
    return browser, "/certificates/revocation"


def left_at_the_pin(site: LoginSite) -> tuple[Browser, str]:
    browser, _ = revoke(site)
    send(browser, "/certificates/revoke", reason="keyCompromise")
    return browser, "/certificates/revocation"


def devices(site: LoginSite) -> tuple[Browser, str]:
    customer = site.center.enrolled()
    connect(site.center, customer)
    connect(site.center, customer, DeviceKey("phone"))
    return logged_in(site), "/certificates/devices"


def devices_none(site: LoginSite) -> tuple[Browser, str]:
    site.center.enrolled()
    return logged_in(site), "/certificates/devices"


def device_gone(site: LoginSite) -> tuple[Browser, str]:
    browser, path = devices(site)
    return browser, f"{path}?gone"


@pytest.mark.parametrize(
    ("page", "name", "state"),
    [
        ("certificates", "main", valid),
        ("certificates", "none", never_had),
        ("certificates", "due", due),
        ("certificates", "expired", expired),
        ("certificates", "revoked", revoked),
        ("history", "main", history),
        ("history", "empty", history_empty),
        ("devices", "main", devices),
        ("devices", "none", devices_none),
        ("devices", "gone", device_gone),
        ("revoke", "main", revoke),
        ("revocation", "main", just_revoked),
        ("revocation", "left_at_the_pin", left_at_the_pin),
    ],
)
def test_it_looks_right_in_every_way(camera: Camera, page: str, name: str, state: State) -> None:
    browser, path = state(LoginSite())

    def shown(language: str) -> httpx2.Response:
        return browser.http.get(path, headers={"Accept-Language": language})

    camera.shoot(page, name, shown, browser.http.get)


def test_a_form_without_a_reason_looks_right(camera: Camera) -> None:
    browser, path = revoke(LoginSite())

    def shown(language: str) -> httpx2.Response:
        headers = {"Origin": browser.site.front.desk.issuer.name, "Accept-Language": language}
        return browser.http.post(path, data={"idempotency_key": "a-key-of-sixteen"}, headers=headers)

    camera.shoot("revoke", "no_reason", shown, browser.http.get)
