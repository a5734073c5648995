"""Every page of the bank, in each of its states, in every way that somebody may look at it."""

from starlette.testclient import TestClient

from tests.browser.camera import Camera, Produce
from tests.demo.conftest import Applicant, Bank, applicant, at_home, bank, center, holder, new_applicant, visitor
from tests.demo.fake_center import FakeCenter
from tests.demo.walking import Walker, order_form

__all__ = ["applicant", "at_home", "bank", "center", "holder", "new_applicant", "visitor"]


def page(client: TestClient, path: str) -> Produce:
    return lambda language: client.get(path, headers={"Accept": "text/html", "Accept-Language": language})


def sent(client: TestClient, path: str, form: dict[str, str]) -> Produce:
    return lambda language: Walker(client, language).post(path, form)


def test_home_and_the_demos_customers(bank: Bank, camera: Camera) -> None:
    site = bank.anyone
    camera.shoot("bank_home", "main", page(site, "/"), site.get)
    camera.shoot("bank_customers", "empty", page(site, "/demo"), site.get)
    who = bank.customer()
    bank.customer(departure="OUT")
    bank.customer(media=["one_time_code"])
    camera.shoot("bank_customers", "main", page(site, "/demo"), site.get)
    camera.shoot("bank_customers", "no_medium", sent(site, "/demo", {"where": "abroad"}), site.get)
    camera.shoot("bank_customer", "main", page(site, f"/demo/{who['user_id']}"), site.get)


def test_internet_banking(bank: Bank, at_home: TestClient, camera: Camera) -> None:
    camera.shoot("bank_login", "main", page(bank.anyone, "/banking"), bank.anyone.get)
    camera.shoot("bank_login", "left", page(bank.anyone, "/banking?left=1"), bank.anyone.get)
    camera.shoot("bank_account", "empty", page(at_home, "/banking"), at_home.get)
    bank.clock.time += 3600
    camera.shoot("bank_login", "ended", page(at_home, "/banking"), at_home.get)


def test_a_transfer_in_each_state(at_home: TestClient, center: FakeCenter, holder: Applicant, camera: Camera) -> None:
    walker = Walker(at_home)
    camera.shoot("bank_transfer", "main", page(at_home, "/banking/transfer"), at_home.get)
    wrong = {"payee": "", "account": "x", "amount": "99,999,999"}
    camera.shoot("bank_transfer", "wrong", sent(at_home, "/banking/transfer", wrong), at_home.get)
    there = walker.order()
    camera.shoot("bank_confirm", "main", page(at_home, f"{there}/confirm"), at_home.get)
    center.result = {"state": "pending"}
    camera.shoot("bank_receipt", "waiting", page(at_home, there), at_home.get)
    center.down = True
    camera.shoot("bank_receipt", "center_down", page(at_home, there), at_home.get)
    camera.shoot("bank_transfer", "center_down", sent(at_home, "/banking/transfer", order_form()), at_home.get)
    center.down, center.result = False, {}
    camera.shoot("bank_receipt", "main", page(at_home, there), at_home.get)
    for state, said in (("expired", "expired"), ("declined", "not_signed")):
        another = walker.order()
        center.result = {"state": state}
        camera.shoot("bank_receipt", said, page(at_home, another), at_home.get)
    center.result = {}
    cancelled, all_of_it, too_late = walker.order(), walker.order(amount="8,500,000"), walker.order(amount="1")
    walker.post(f"{cancelled}/cancel")
    camera.shoot("bank_receipt", "cancelled", page(at_home, cancelled), at_home.get)
    at_home.get(all_of_it)
    camera.shoot("bank_receipt", "insufficient_funds", page(at_home, too_late), at_home.get)
    camera.shoot("bank_account", "main", page(at_home, "/banking"), at_home.get)


def test_what_is_refused(bank: Bank, center: FakeCenter, visitor: TestClient, camera: Camera) -> None:
    site = bank.anyone
    camera.shoot("bank_refused", "nothing_there", page(site, "/nothing"), site.get)
    camera.shoot("bank_refused", "login", page(site, "/login/callback?state=x"), site.get)
    camera.shoot("bank_refused", "not_logged_in", page(site, "/banking/transfer"), site.get)
    center.down = True
    camera.shoot("bank_refused", "main", page(visitor, "/login"), visitor.get)
