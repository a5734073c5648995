"""The page that introduces the demo's customers."""

import pyotp
import pytest

from dojang.demo.bank import ready_made
from dojang.policy.wording import say
from tests.demo.conftest import Bank
from tests.demo.walking import Walker, key_in, words

LANGUAGES = ("ko", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_customer_is_made_as_wished_and_shown_with_all_that_they_have(bank: Bank, language: str) -> None:
    walker = Walker(bank.anyone, language)
    assert say(language, "bank_demo.nobody") in walker.text("/demo")
    made = walker.post("/demo", {"where": "abroad", "security_card": "on", "one_time_code": "on"})
    assert (made.status_code, made.headers["location"]) == (303, "/demo/hanbit0001")
    who = bank.anyone.get("/demo/customers/hanbit0001").json()
    page = walker.text("/demo/hanbit0001")
    for fact in (
        "user_id",
        "name",
        "birth_date",
        "rrn",
        "phone",
        "land_phone",
        "overseas_phone",
        "account",
        "card_serial",
    ):
        assert who[fact] in page, fact
    assert say(language, "bank_demo.is_abroad") in page
    assert pyotp.TOTP(who["otp_seed"]).at(bank.clock.now()) in page
    assert page.count("+1-555") >= 1
    assert all(f"{code[:2]} {code[2:]}" in page for code in who["card"])
    listed = walker.text("/demo")
    assert say(language, "bank_demo.abroad") in listed
    assert f"hanbit0001 · {who['phone']}" in listed


def test_the_card_is_folded_until_somebody_opens_it(bank: Bank) -> None:
    who = bank.customer()
    page = Walker(bank.anyone).get(f"/demo/{who['user_id']}").text
    folded = page.split("<details>")[1].split("</details>")[0]
    assert folded.count("<li>") == 35
    assert "<details open" not in page


def test_a_customer_without_a_medium_is_shown_without_it(bank: Bank) -> None:
    who = bank.customer(media=["mobile_confirm"])
    page = Walker(bank.anyone).text(f"/demo/{who['user_id']}")
    assert say("ko", "bank_demo.card_show") not in page
    assert say("ko", "bank_demo.otp_hint") not in page


def test_the_code_of_the_device_is_told_with_its_seconds(bank: Bank) -> None:
    who = bank.customer()
    bank.clock.time += 30 - bank.clock.time % 30 + 11
    told = bank.anyone.get(f"/demo/{who['user_id']}/one-time-code").json()
    assert told == {"code": pyotp.TOTP(who["otp_seed"]).at(bank.clock.now()), "seconds": 19}
    without = bank.customer(media=["security_card"])
    assert bank.anyone.get(f"/demo/{without['user_id']}/one-time-code").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("where", ["home", "abroad"])
def test_a_customer_with_nothing_to_prove_with_is_not_made(bank: Bank, language: str, where: str) -> None:
    walker = Walker(bank.anyone, language)
    page = walker.post("/demo", {"where": where, "pigeon": "on"})
    assert page.status_code == 422
    assert say(language, "bank_demo.media_missing") in words(page)
    assert say(language, "bank_demo.nobody") in walker.text("/demo")


@pytest.mark.parametrize("form", [{"where": "moon", "security_card": "on"}, {"security_card": "on"}])
def test_a_customer_who_is_nowhere_is_not_made(bank: Bank, form: dict[str, str]) -> None:
    walker = Walker(bank.anyone)
    assert walker.post("/demo", form).status_code == 422
    assert say("ko", "bank_demo.nobody") in walker.text("/demo")


def test_the_same_form_twice_makes_one_customer(bank: Bank) -> None:
    walker = Walker(bank.anyone)
    form = {"where": "home", "security_card": "on", "idempotency_key": key_in(walker.get("/demo"))}
    made = {walker.post("/demo", form).headers["location"] for _ in range(2)}
    assert made == {"/demo/hanbit0001"}
    assert "hanbit0002" not in walker.text("/demo")
    other = walker.post("/demo", {**form, "one_time_code": "on"})
    assert (other.status_code, "IDEMPOTENCY_KEY_REUSED" in other.text) == (409, True)


def test_nobody_by_that_name_is_a_page_that_says_so(bank: Bank) -> None:
    page = Walker(bank.anyone).get("/demo/hanbit9999")
    assert page.status_code == 404
    assert say("ko", "bank_no.not_found_why") in words(page)


def test_a_fresh_bank_has_three_customers_and_a_used_one_gets_no_more(bank: Bank) -> None:
    for _ in range(2):
        ready_made.introduce(bank.app.state.desk)
    listed = Walker(bank.anyone).get("/demo").text
    assert listed.count('href="/demo/hanbit') == 3
    names = {bank.anyone.get(f"/demo/customers/hanbit000{count}").json()["name"] for count in (1, 2, 3)}
    assert len(names) == 3
