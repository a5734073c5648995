"""The login's, the signature's and the error pages in every way."""

from collections.abc import Callable

import httpx2
import pytest

from dojang.policy.numbers import NUMBERS
from dojang.serving.forms import new_key
from tests.browser.camera import Camera, Language
from tests.journeys.center import Customer
from tests.web.center.shown import Shown
from tests.web.center.test_connected_login_pages import stays
from tests.web.center.test_login_pages import Visit, used
from tests.web.center.test_sign_pages import press, pushed, shown
from tests.web.login_site import LoginSite

Produce = Callable[[Visit, Customer], httpx2.Response]


def answer(visit: Visit, page: Shown, step: str, **typed: str) -> httpx2.Response:
    form = page.form(f"/{step}")
    return visit.browser.send(form.action, {**form.fields, **typed}, visit.language)


def who(visit: Visit, _: Customer) -> httpx2.Response:
    return visit.browser.page(visit.address, visit.language)


def who_wrong(visit: Visit, _: Customer) -> httpx2.Response:
    return answer(visit, visit.page(), "identify", name="", phone="010", birth_date="1990-13-01")


def code(visit: Visit, _: Customer) -> httpx2.Response:
    visit.identified()
    return visit.browser.page(visit.address, visit.language)


def code_wrong(visit: Visit, _: Customer) -> httpx2.Response:
    return answer(visit, visit.identified(), "code", code=f"{(int(visit.sms_code()) + 1) % 1_000_000:06}")


def code_spent(visit: Visit, _: Customer) -> httpx2.Response:
    visit.identified()
    wrong = f"{(int(visit.sms_code()) + 1) % 1_000_000:06}"
    answers = [
        visit.browser.send(
            "/login/code", {"interaction": visit.id, "code": wrong, "idempotency_key": new_key()}, visit.language
        )
        for _turn in range(NUMBERS.text_message.tries)
    ]
    return answers[-1]


def code_expired(visit: Visit, _: Customer) -> httpx2.Response:
    visit.identified()
    visit.browser.site.center.clock.forward(NUMBERS.text_message.lifetime)
    return visit.browser.page(visit.address, visit.language)


def first_time(visit: Visit, _: Customer) -> httpx2.Response:
    visit.entered()
    return visit.browser.page(visit.address, visit.language)


def pin_next(visit: Visit, customer: Customer) -> httpx2.Response:
    visit.send(visit.entered(), "pin")
    customer.agree(used(visit.leads)["code"]).hand_in()
    visit.browser.page(visit.address)
    again = Visit(visit.browser, visit.language)
    again.entered()
    return visit.browser.page(again.address, visit.language)


def connected(visit: Visit, customer: Customer) -> httpx2.Response:
    stays(visit.browser, customer)
    again = Visit(visit.browser, visit.language)
    return visit.browser.page(again.address, visit.language)


def connected_back(visit: Visit, customer: Customer) -> httpx2.Response:
    stays(visit.browser, customer)
    again = Visit(visit.browser, visit.language)
    again.send(again.page(), "connected")
    return visit.browser.page(again.address, visit.language)


def expired(visit: Visit, _: Customer) -> httpx2.Response:
    visit.browser.site.center.clock.forward(NUMBERS.login.interaction)
    return visit.browser.page(visit.address, visit.language)


def unknown_party(visit: Visit, _: Customer) -> httpx2.Response:
    return visit.browser.page("/openid/authorize?client_id=nobody", visit.language)


def logged_in(visit: Visit, customer: Customer) -> str:
    """A request that waits for this browser's customer."""
    visit.browser.log_in(customer)
    return pushed(visit.browser.site)


def sign(visit: Visit, customer: Customer) -> httpx2.Response:
    return visit.browser.page(f"/sign?request={logged_in(visit, customer)}", visit.language)


def sign_login(visit: Visit, _: Customer) -> httpx2.Response:
    return visit.browser.page(f"/sign?request={pushed(visit.browser.site)}", visit.language)


def sign_checking(visit: Visit, customer: Customer) -> httpx2.Response:
    name, site = logged_in(visit, customer), visit.browser.site
    agreed = customer.agree(used(press(visit.browser, shown(visit.browser, name), "pin"))["code"])
    site.center.to_vault.down = True
    with pytest.raises(Exception, match="vault_unavailable"):
        agreed.hand_in()
    return visit.browser.page(f"/sign?request={name}", visit.language)


def sign_unknown(visit: Visit, customer: Customer) -> httpx2.Response:
    logged_in(visit, customer)
    return visit.browser.page("/sign?request=none", visit.language)


def no_page(visit: Visit, _: Customer) -> httpx2.Response:
    return visit.browser.page("/none", visit.language)


STATES: dict[str, tuple[str, str, Produce]] = {
    "login/main": ("login", "main", who),
    "login/wrong": ("login", "wrong", who_wrong),
    "login/expired": ("login", "expired", expired),
    "login/unknown_party": ("login", "unknown_party", unknown_party),
    "login_code/main": ("login_code", "main", code),
    "login_code/wrong": ("login_code", "wrong", code_wrong),
    "login_code/spent": ("login_code", "spent", code_spent),
    "login_code/expired": ("login_code", "expired", code_expired),
    "login_pin/main": ("login_pin", "main", first_time),
    "login_pin/not_first": ("login_pin", "not_first", pin_next),
    "login_connected/main": ("login_connected", "main", connected),
    "login_connected/sent_back": ("login_connected", "sent_back", connected_back),
    "sign/main": ("sign", "main", sign),
    "sign/login_first": ("sign", "login_first", sign_login),
    "sign/checking": ("sign", "checking", sign_checking),
    "sign/unknown": ("sign", "unknown", sign_unknown),
    "error/main": ("error", "main", no_page),
}


@pytest.mark.parametrize(("page", "state", "act"), STATES.values(), ids=STATES)
def test_it_looks_right_in_every_way(camera: Camera, page: str, state: str, act: Produce) -> None:
    def produce(language: Language) -> httpx2.Response:
        site = LoginSite()
        customer = site.center.enrolled()
        return act(Visit(site.browser(), language), customer)

    camera.shoot(page, state, produce, LoginSite().browser().http.get)
