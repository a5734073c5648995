"""The bank's pages: every state in words, every bad input with its words, and nothing done twice or for others."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from dojang.demo.bank.sessions import LIFETIME
from dojang.pin.encoding import canonical
from dojang.policy.wording import say
from dojang.values.comparison_code import comparison_code
from tests.demo.conftest import Applicant, Bank
from tests.demo.fake_center import BANK, ORIGIN, FakeCenter
from tests.demo.logins import issue, log_in
from tests.demo.walking import Walker, key_in, order_form, words

LANGUAGES = ("ko", "en")
LOGIN_BUTTON = "금융인증서(브라우저 인증서) 로그인"


def balance(client: TestClient) -> int:
    return int(client.get("/account").json()["balance"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_that_it_is_practice(bank: Bank, language: str) -> None:
    who = bank.customer()
    walker = Walker(bank.anyone, language)
    for path in ("/", "/demo", f"/demo/{who['user_id']}", "/banking", "/nothing"):
        assert say(language, "bank.practice") in walker.get(path).text, path
    assert say(language, "phone.practice") in walker.get(f"/phone/{who['phone']}").text


def test_home_leads_to_the_customers_the_centre_and_internet_banking(bank: Bank) -> None:
    page = Walker(bank.anyone).get("/").text
    for address in ("/demo", f"{ORIGIN}/", "/banking"):
        assert f'href="{address}"' in page


def test_the_login_button_has_its_name_and_leads_to_the_centre(bank: Bank) -> None:
    page = Walker(bank.anyone).get("/banking")
    assert f'<a class="button primary" href="/login">{LOGIN_BUTTON}</a>' in page.text
    assert bank.anyone.get("/login", follow_redirects=False).headers["location"].startswith(f"{ORIGIN}/openid/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_session_that_is_over_is_told_from_one_that_never_was(at_home: TestClient, bank: Bank, language: str) -> None:
    walker = Walker(at_home, language)
    assert say(language, "bank_login.ended") not in Walker(bank.anyone, language).text("/banking")
    assert say(language, "bank_account.nothing") in walker.text("/banking")
    bank.clock.time += LIFETIME
    assert say(language, "bank_login.ended") in walker.text("/banking")
    refused = walker.get("/banking/transfer")
    assert refused.status_code == 401
    assert say(language, "bank_no.session_missing_why") in words(refused)
    assert say(language, "bank_no.transfer") in words(refused)


def test_who_logs_out_is_out_in_every_tab(at_home: TestClient) -> None:
    kept = dict(at_home.cookies)
    answer = Walker(at_home).post("/banking/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/banking?left=1")
    at_home.cookies.update(kept)
    assert at_home.get("/account").json()["code"] == "session_missing"
    assert say("ko", "bank_login.left") in Walker(at_home).text("/banking?left=1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_transfer_is_checked_signed_and_receipted(
    at_home: TestClient, center: FakeCenter, holder: Applicant, language: str
) -> None:
    walker = Walker(at_home, language)
    asked = walker.post("/banking/transfer", order_form())
    confirm = walker.text(asked.headers["location"])
    amount = {"ko": ("1,500,000원", "일백오십만 원"), "en": ("1,500,000 won", "one million five hundred thousand won")}
    for said in ("김도장", "가상은행", "110-123-456789", *amount[language], comparison_code("request-1")):
        assert said in confirm
    there = asked.headers["location"].removesuffix("/confirm")
    assert f'href="{ORIGIN}/sign?request=request-1"' in walker.get(f"{there}/confirm").text
    first, again = walker.text(there), walker.text(there)
    assert first == again
    assert say(language, "bank_receipt.executed", amount=amount[language][0], name="김도장") in first
    assert balance(at_home) == holder.person["balance"] - 1_500_000
    assert walker.get(f"{there}/confirm").headers["location"] == there
    assert "김도장" in walker.text("/banking")


def test_the_receipt_is_saved_as_the_centre_gave_it_and_only_when_there_is_one(
    at_home: TestClient, center: FakeCenter
) -> None:
    walker = Walker(at_home)
    there = walker.order()
    assert walker.get(f"{there}/receipt.json").status_code == 404
    walker.get(there)
    saved = walker.get(f"{there}/receipt.json")
    assert saved.content == canonical({"v": 1})
    assert saved.headers["content-disposition"] == 'attachment; filename="receipt.json"'


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("state", "said"), [("pending", "waiting"), ("expired", "expired"), ("declined", "not_signed")]
)
def test_a_transfer_that_is_not_signed_says_that_no_money_moved(
    at_home: TestClient, center: FakeCenter, holder: Applicant, language: str, state: str, said: str
) -> None:
    walker = Walker(at_home, language)
    there = walker.order()
    center.result = {"state": state}
    page = walker.text(there)
    assert say(language, f"bank_receipt.{said}") in page
    assert say(language, f"bank_receipt.{said}_why") in page
    assert balance(at_home) == holder.person["balance"]


def test_a_waiting_page_hears_of_the_signature(at_home: TestClient, center: FakeCenter) -> None:
    there = Walker(at_home).order()
    center.result = {"state": "pending"}
    assert at_home.get(f"{there}/state").json() == {"state": "waiting", "problem": ""}
    center.result = {}
    assert at_home.get(f"{there}/state").json() == {"state": "executed", "problem": ""}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_centre_that_is_down_costs_nothing_and_the_same_form_goes_on_later(
    at_home: TestClient, center: FakeCenter, holder: Applicant, language: str
) -> None:
    walker = Walker(at_home, language)
    form = order_form(idempotency_key=key_in(walker.get("/banking/transfer")))
    center.down = True
    failed = walker.post("/banking/transfer", form)
    assert failed.status_code == 503
    assert failed.headers["retry-after"] == "2"
    assert say(language, "bank_no.transfer") in words(failed)
    assert say(language, "bank_no.center_unavailable_why") in words(failed)
    assert say(language, "bank_account.waiting") in walker.text("/banking")
    center.down = False
    there = walker.post("/banking/transfer", form).headers["location"].removesuffix("/confirm")
    center.down = True
    assert say(language, "bank_receipt.problem_unavailable") in walker.text(there)
    came = walker.client.get(f"{there.removeprefix('/banking')}/return", follow_redirects=False)
    assert (came.status_code, came.headers["location"]) == (303, f"{BANK}{there}")
    center.down = False
    assert say(language, "bank_receipt.executed_why") in walker.text(there)
    assert balance(at_home) == holder.person["balance"] - 1_500_000


def test_a_transfer_that_the_centre_never_heard_of_says_so(at_home: TestClient, center: FakeCenter) -> None:
    walker = Walker(at_home)
    center.down = True
    walker.post("/banking/transfer", order_form())
    transfer = walker.get("/banking").text.split("/banking/transfers/")[1].split('"')[0]
    assert say("ko", "bank_receipt.unheard") in walker.text(f"/banking/transfers/{transfer}")
    assert walker.get(f"/banking/transfers/{transfer}/confirm").headers["location"].endswith(transfer)


@pytest.mark.parametrize("forged", [{"cms": "Zm9yZ2Vk"}, {"chain": None}])
def test_a_signature_that_is_not_believed_moves_nothing_and_is_told(
    at_home: TestClient, center: FakeCenter, holder: Applicant, forged: dict[str, Any]
) -> None:
    walker = Walker(at_home)
    there = walker.order()
    center.result = forged
    assert say("ko", "bank_receipt.problem_other") in walker.text(there)
    assert balance(at_home) == holder.person["balance"]


def test_money_that_went_meanwhile_is_told(at_home: TestClient, holder: Applicant) -> None:
    walker = Walker(at_home)
    everything, late = walker.order(amount=str(holder.person["balance"])), walker.order(amount="1")
    walker.get(everything)
    assert say("ko", "bank_receipt.insufficient_funds") in walker.text(late)


def test_who_cancels_sends_nothing_even_when_it_is_signed_later(
    at_home: TestClient, center: FakeCenter, holder: Applicant
) -> None:
    walker = Walker(at_home)
    there = walker.order()
    for _ in range(2):
        assert walker.post(f"{there}/cancel").headers["location"] == there
    assert say("ko", "bank_receipt.cancelled") in walker.text(there)
    assert balance(at_home) == holder.person["balance"]


def test_what_was_sent_cannot_be_cancelled(at_home: TestClient, holder: Applicant) -> None:
    walker = Walker(at_home)
    there = walker.order()
    walker.get(there)
    walker.post(f"{there}/cancel")
    assert "보냈어요" in walker.text(there)
    assert balance(at_home) == holder.person["balance"] - 1_500_000


def test_the_same_form_sent_twice_is_one_transfer_and_with_another_order_none(
    at_home: TestClient, center: FakeCenter
) -> None:
    walker = Walker(at_home)
    form = order_form(idempotency_key=key_in(walker.get("/banking/transfer")))
    first, again = (walker.post("/banking/transfer", form).headers["location"] for _ in range(2))
    assert first == again
    assert len(center.requests) == 1
    other = walker.post("/banking/transfer", {**form, "amount": "1"})
    assert other.status_code == 409
    assert say("ko", "bank_no.idempotency_key_reused_why") in words(other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_stands_in_the_summary_and_at_the_field_and_what_was_typed_stays(
    at_home: TestClient, center: FakeCenter, language: str
) -> None:
    walker = Walker(at_home, language)
    typed = {"payee": "김<도장>", "bank": "", "account": "x", "amount": "99,999,999"}
    page = walker.post("/banking/transfer", typed)
    assert page.status_code == 422
    for name in ("bank_missing", "account_refused", "amount_too_much"):
        said = say(language, f"bank_transfer.{name}", balance=say_balance(language))
        assert words(page).count(said) == 2, name
    assert f"<title>{say(language, 'frame.error')}:" in page.text
    assert 'value="김&lt;도장&gt;"' in page.text
    assert 'value="99,999,999"' in page.text
    assert center.requests == {}


def say_balance(language: str) -> str:
    return {"ko": "10,000,000원", "en": "10,000,000 won"}[language]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bank": "한빛은행", "account": "110-9999-9999"}, "account_unknown"),
        ({"payee": "김\u202e도장"}, "payee_refused"),
    ],
)
def test_what_the_bank_cannot_pay_or_show_is_named_at_its_field(
    at_home: TestClient, changes: dict[str, str], said: str
) -> None:
    page = Walker(at_home).post("/banking/transfer", order_form(**changes))
    assert page.status_code == 422
    assert say("ko", f"bank_transfer.{said}") in words(page)


def test_a_transfer_begun_again_has_what_the_first_one_had(at_home: TestClient, center: FakeCenter) -> None:
    walker = Walker(at_home)
    there = walker.order()
    page = walker.get(f"/banking/transfer?again={there.rpartition('/')[2]}").text
    for value in (
        'value="김도장"',
        'value="110-123-456789"',
        'value="1,500,000"',
        '<option value="가상은행" selected>',
    ):
        assert value in page


def test_money_that_came_in_is_listed_with_who_sent_it(
    at_home: TestClient, bank: Bank, center: FakeCenter, holder: Applicant, new_applicant: Any
) -> None:
    payee = new_applicant()
    walker = Walker(at_home)
    walker.get(walker.order(bank="한빛은행", account=payee.person["account"]))
    center.certificate = issue(payee)
    other = TestClient(bank.app, base_url=BANK, follow_redirects=False)
    log_in(other, center)
    seen = Walker(other).text("/banking")
    assert f"{holder.person['name']} +1,500,000원" in seen
    assert "/banking/transfers/" not in Walker(other).get("/banking").text


def test_a_transfer_is_nobody_elses(at_home: TestClient, bank: Bank, center: FakeCenter, new_applicant: Any) -> None:
    there, mine = Walker(at_home).order(), center.certificate
    center.certificate = issue(new_applicant())
    other = TestClient(bank.app, base_url=BANK, follow_redirects=False)
    log_in(other, center)
    for path in (there, f"{there}/confirm", f"{there}/receipt.json", f"{there}/state"):
        assert Walker(other).get(path).status_code == 404, path
    assert Walker(other).get(f"/banking/transfer?again={there.rpartition('/')[2]}").status_code == 404
    assert Walker(other).post(f"{there}/cancel").status_code == 404
    center.certificate = mine
    assert "보냈어요" in Walker(at_home).text(there)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://bank.localhost:9999"},
        {"Origin": "http://evil.example", "Sec_Fetch_Site": "same-origin"},
        {"Origin": "null", "Sec_Fetch_Site": "cross-site"},
        {"Origin": "", "Sec_Fetch_Site": "same-site"},
        {"Origin": ""},
    ],
)
def test_no_form_is_taken_from_anywhere_else(
    at_home: TestClient, bank: Bank, center: FakeCenter, headers: dict[str, str]
) -> None:
    walker = Walker(at_home)
    there, who = walker.order(), bank.customer()
    forms = {
        "/banking/transfer": order_form(),
        f"{there}/cancel": {},
        "/banking/logout": {},
        "/demo": {"where": "home", "security_card": "on"},
        f"/phone/{who['phone']}/calls/x/answer": {},
        f"/phone/{who['phone']}/calls/x/hang-up": {},
        f"/phone/{who['phone']}/calls/x/press": {"digits": "47"},
        f"/phone/{who['phone']}/approvals/x": {"decision": "decline"},
    }
    for path, form in forms.items():
        refused = walker.post(path, form, **headers)
        assert refused.status_code == 403, path
        assert "ORIGIN_REFUSED" in refused.text, path
    assert len(center.requests) == 1
    assert walker.get("/banking/transfer").status_code == 200


def test_a_browser_that_hides_its_origin_but_asks_from_our_page_is_heard(at_home: TestClient) -> None:
    answer = Walker(at_home).post("/banking/transfer", order_form(), Origin="", Sec_Fetch_Site="same-origin")
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"idempotency_key": ""}, 428, "IDEMPOTENCY_KEY_MISSING"),
        ({"idempotency_key": "short"}, 422, "INVALID_FIELD"),
        ({"idempotency_key": "x" * 65}, 422, "INVALID_FIELD"),
    ],
)
def test_a_form_without_a_key_of_ours_is_refused(
    at_home: TestClient, form: dict[str, str], status: int, code: str
) -> None:
    answer = Walker(at_home).post("/banking/transfer", order_form(**form))
    assert answer.status_code == status
    assert code in answer.text


def test_what_is_no_form_is_refused(at_home: TestClient) -> None:
    answer = Walker(at_home).post("/banking/transfer", order_form(), Content_Type="text/plain")
    assert (answer.status_code, "CONTENT_TYPE_REFUSED" in answer.text) == (415, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_gets_a_page_and_a_program_a_problem(bank: Bank, center: FakeCenter, language: str) -> None:
    center.down = True
    page = Walker(bank.anyone, language).get("/login")
    assert page.status_code == 503
    for said in ("bank_no.login", "bank_no.center_unavailable_why", "bank_no.center_unavailable_do"):
        assert say(language, said) in words(page)
    assert 'data-copy="CENTER_UNAVAILABLE"' in page.text
    assert json.loads(bank.anyone.get("/login").content)["code"] == "center_unavailable"
    assert Walker(bank.anyone, language).get("/login/callback?state=x").status_code == 403


def test_what_nobody_expected_is_a_page_too(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("dojang.demo.bank.site.people.customers.again", broken)
    page = Walker(bank.anyone).get("/demo/hanbit0001")
    assert page.status_code == 500
    assert say("ko", "bank_no.unexpected_why") in words(page)
    assert "secret" not in page.text


def test_a_form_may_lead_to_the_centre_and_nowhere_else(bank: Bank) -> None:
    policy = Walker(bank.anyone).get("/").headers["content-security-policy"]
    assert f"form-action 'self' {ORIGIN};" in policy
