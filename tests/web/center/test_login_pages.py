"""A login through its pages, as a browser without JavaScript goes through them."""

from urllib.parse import parse_qs, urlsplit

import pytest

from dojang.adapters.in_memory.books import MemoryBooks
from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import LANGUAGES, say
from dojang.serving.forms import new_key
from tests.journeys.center import PIN_ORIGIN, Customer
from tests.rules.disclosure.clients import BACK, ISSUER
from tests.web.center.shown import Shown
from tests.web.login_site import Browser, LoginSite

TYPED = {"name": "홍길동", "phone": "010-1234-5678", "birth_date": "1899-12-31"}
SHOWN = "010-****-5678"
LIMITS = NUMBERS.text_message


@pytest.fixture
def site() -> LoginSite:
    return LoginSite()


@pytest.fixture
def customer(site: LoginSite) -> Customer:
    return site.center.enrolled()


@pytest.fixture
def browser(site: LoginSite) -> Browser:
    return site.browser()


class Visit:
    """One login in one browser, one page after another."""

    def __init__(self, browser: Browser, language: str = "ko") -> None:
        self.browser, self.language = browser, language
        self.id = browser.begin()
        self.address = f"/login?interaction={self.id}"

    def page(self, address: str = "") -> Shown:
        return Shown(self.browser.page(address or self.address, self.language))

    def send(self, page: Shown, step: str, **typed: str) -> Shown:
        """The next page; where the answer leads elsewhere, `leads` has where."""
        form = page.form(f"/{step}")
        answer = self.browser.send(form.action, {**form.fields, **typed}, self.language)
        self.leads = answer.headers.get("location", "")
        return self.page(self.leads) if self.leads.startswith("/login") else Shown(answer)

    def identified(self, **typed: str) -> Shown:
        return self.send(self.page(), "identify", **{**TYPED, **typed})

    def sms_code(self) -> str:
        front = self.browser.site.front
        front.send()
        words = {"ko": "확인번호 ", "en": "code "}[self.language]
        return front.phone.sent[-1].text.partition(words)[2][: LIMITS.digits]

    def entered(self) -> Shown:
        return self.send(self.identified(), "code", code=self.sms_code())


@pytest.fixture
def visit(browser: Browser) -> Visit:
    return Visit(browser)


def used(address: str) -> dict[str, str]:
    """What the PIN page is told, in its fragment."""
    assert address.startswith(f"{PIN_ORIGIN}/#code=")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).fragment).items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_customer_logs_in_by_text_message_and_pin_and_goes_back(
    site: LoginSite, customer: Customer, browser: Browser, language: str
) -> None:
    visit = Visit(browser, language)
    party = site.front.bank.party.name[language]
    page = visit.page()
    assert (page.status, page.language, page.h1) == (200, language, say(language, "login.title", party=party))
    page = visit.identified()
    assert page.h1 == say(language, "login_code.title")
    assert SHOWN in page.text
    page = visit.send(page, "code", code=visit.sms_code())
    assert page.h1 == say(language, "login_pin.first_title", party=party)
    visit.send(page, "pin")
    told = used(visit.leads)
    assert (told["lang"], told["text"]) == (language, "100")
    assert visit.address.endswith(told["back"])
    customer.agree(told["code"]).hand_in()
    answer = browser.page(visit.address)
    back = urlsplit(answer.headers["location"])
    assert (answer.status_code, f"{back.scheme}://{back.netloc}{back.path}") == (303, BACK)
    assert parse_qs(back.query)["state"] == ["a state"]
    assert site.token(site.front.bank, parse_qs(back.query)["code"][0]).status_code == 200


def test_what_a_relying_party_learns_is_asked_about_once(site: LoginSite, customer: Customer, visit: Visit) -> None:
    page = visit.entered()
    assert page.form("/pin").button == say("ko", "login_pin.agree")
    assert say("ko", "login.shared_nothing_else") in page.text
    visit.send(page, "pin")
    customer.agree(used(visit.leads)["code"]).hand_in()
    assert "code=" in visit.browser.page(visit.address).headers["location"]
    again = Visit(site.browser())
    again.entered()
    assert used(again.leads)["code"]


def test_a_login_that_was_not_signed_is_asked_about_again(site: LoginSite, customer: Customer, visit: Visit) -> None:
    visit.send(visit.entered(), "pin")
    assert used(visit.leads)
    assert Visit(site.browser()).entered().has("/pin")


def test_who_comes_back_from_the_pin_page_goes_on_there_with_another_code(customer: Customer, visit: Visit) -> None:
    page = visit.entered()
    visit.send(page, "pin")
    first = used(visit.leads)["code"]
    visit.send(visit.page(), "pin")
    second = used(visit.leads)["code"]
    assert first != second
    customer.agree(second).hand_in()
    assert visit.browser.page(visit.address).headers["location"].startswith(BACK)


def test_the_pin_page_button_of_a_signed_login_leads_back_too(customer: Customer, visit: Visit) -> None:
    """The back button, after it was all done."""
    page = visit.entered()
    visit.send(page, "pin")
    customer.agree(used(visit.leads)["code"]).hand_in()
    answer = visit.browser.send(page.form("/pin").action, page.form("/pin").fields)
    assert answer.headers["location"] == visit.address


def test_the_code_is_entered_in_a_session_of_its_own(customer: Customer, visit: Visit) -> None:
    planted = visit.browser.cookie
    visit.entered()
    assert visit.browser.cookie not in (None, planted)


def test_a_page_does_not_tell_whether_somebody_is_a_customer(site: LoginSite, customer: Customer) -> None:
    """Nor does a wrong code, nor another text message, nor the end of the time."""
    pages: list[list[str]] = []
    for born in ("1899-12-31", "1899-12-30"):
        visit = Visit(site.browser())
        seen = [visit.identified(birth_date=born)]
        site.front.waiting.clear()
        seen.append(visit.send(seen[0], "code", code="000000"))
        seen.append(visit.send(seen[1], "again"))
        pages.append([" ".join((str(page.status), page.title, page.text)) for page in seen])
    assert pages[0] == pages[1]


WRONG = {
    "no name": ("name", "", "login.name_wrong"),
    "a name of controls": ("name", "a\u202eb", "login.name_wrong"),
    "a name without end": ("name", "x" * 201, "login.name_wrong"),
    "no telephone": ("phone", "", "login.phone_wrong"),
    "a telephone in words": ("phone", "공일공-1234-5678", "login.phone_wrong"),
    "a telephone in other digits": ("phone", "٠١٠١٢٣٤٥٦٧٨", "login.phone_wrong"),
    "a telephone without digits": ("phone", "-------", "login.phone_wrong"),
    "no birth date": ("birth_date", "", "login.birth_date_wrong"),
    "a day that there is not": ("birth_date", "1899-02-29", "login.birth_date_wrong"),
    "half a date": ("birth_date", "991231", "login.birth_date_wrong"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("field", "value", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_field_has_its_words_in_the_summary_and_beside_it(
    browser: Browser, field: str, value: str, words: str, language: str
) -> None:
    page = Visit(browser, language).identified(**{field: value})
    sentence = say(language, words)
    assert page.status == 422
    assert page.title.startswith(say(language, "frame.error"))
    assert page.summary == [(field, sentence)]
    assert page.errors == {field: sentence}


def test_what_was_typed_stands_there_still_when_something_else_was_wrong(visit: Visit) -> None:
    page = visit.identified(name="<b>홍</b>", birth_date="31")
    fields = page.form("/identify").fields
    assert {name: fields[name] for name in TYPED} == {**TYPED, "name": "<b>홍</b>", "birth_date": "31"}
    assert "<b>홍" not in page.html


@pytest.mark.parametrize("born", ["18991231", "1899.12.31", "1899. 12. 31.", "1899/12/31", " 1899 12 31 "])
def test_a_birth_date_is_taken_however_it_is_written(
    site: LoginSite, customer: Customer, visit: Visit, born: str
) -> None:
    visit.identified(birth_date=born)
    visit.sms_code()
    assert len(site.front.phone.sent) == 1


def test_a_wrong_code_says_how_many_tries_are_left_and_the_fifth_is_the_last(customer: Customer, visit: Visit) -> None:
    page = visit.identified()
    right = visit.sms_code()
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for left in range(LIMITS.tries - 1, 0, -1):
        page = visit.send(page, "code", code=wrong)
        sentence = say("ko", "refusals.wrong_sms_code", tries_left=left)
        assert (page.status, page.summary, page.errors) == (403, [("code", sentence)], {"code": sentence})
        assert page.form("/code").fields["code"] == ""
    page = visit.send(page, "code", code=wrong)
    assert (page.status, page.summary) == (403, [("", say("ko", "login_code.spent"))])
    assert not page.has("/code")
    assert visit.page().notices == [say("ko", "login_code.spent")]
    late = visit.browser.send("/login/code", {"interaction": visit.id, "code": right, "idempotency_key": new_key()})
    assert Shown(late).summary == [("", say("ko", "login_code.spent"))]


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"])
def test_what_is_not_six_digits_is_no_try(customer: Customer, visit: Visit, code: str) -> None:
    page = visit.send(visit.identified(), "code", code=code)
    sentence = say("ko", "login_code.code_wrong")
    assert (page.status, page.errors) == (422, {"code": sentence})
    assert say("ko", "login_code.left", left=LIMITS.tries) in page.text


def test_spaces_in_the_code_are_forgiven(customer: Customer, visit: Visit) -> None:
    page = visit.identified()
    code = visit.sms_code()
    assert visit.send(page, "code", code=f" {code[:3]} {code[3:]} ").has("/pin")


def test_after_three_minutes_the_code_is_over_and_another_one_is_sent(
    site: LoginSite, customer: Customer, visit: Visit
) -> None:
    page = visit.identified()
    code = visit.sms_code()
    site.center.clock.forward(LIMITS.lifetime)
    late = visit.send(page, "code", code=code)
    assert (late.status, late.summary) == (410, [("", say("ko", "login_code.expired"))])
    page = visit.page()
    assert page.notices == [say("ko", "login_code.expired")]
    assert not page.has("/code")
    page = visit.send(page, "again")
    assert visit.send(page, "code", code=visit.sms_code()).has("/pin")
    assert len(site.front.phone.sent) == 2


def test_another_text_message_waits_half_a_minute_and_says_so(
    site: LoginSite, customer: Customer, visit: Visit
) -> None:
    page = visit.identified()
    refused = visit.send(page, "again")
    sentence = say("ko", "refusals.sms_limit", retry_after=LIMITS.resend_after)
    assert (refused.status, refused.summary) == (429, [("", sentence)])
    site.center.clock.forward(LIMITS.resend_after)
    first = visit.sms_code()
    page = visit.send(visit.page(), "again")
    second = visit.sms_code()
    assert page.has("/code")
    assert visit.send(page, "code", code=first).status == 403
    assert visit.send(visit.page(), "code", code=second).has("/pin")


def test_too_many_names_from_one_address_are_told_on_the_form(site: LoginSite, visit: Visit) -> None:
    with site.center.books.transaction():
        for _ in range(NUMBERS.login.identify_per_address):
            site.center.books.tries.add("identify-address:testclient", site.front.now)
    page = visit.identified()
    assert (page.status, page.summary) == (429, [("", say("ko", "refusals.sms_limit", retry_after=3600))])
    assert page.form("/identify").fields["name"] == TYPED["name"]


def test_the_same_form_sent_twice_sends_one_text_message(site: LoginSite, customer: Customer, visit: Visit) -> None:
    form = visit.page().form("/identify")
    answers = [visit.browser.send(form.action, {**form.fields, **TYPED}) for _ in range(2)]
    assert [answer.headers["location"] for answer in answers] == [visit.address] * 2
    site.front.send()
    assert len(site.front.phone.sent) == 1


def test_a_code_whose_answer_was_lost_is_sent_again(customer: Customer, visit: Visit) -> None:
    page = visit.identified()
    form, before = page.form("/code"), dict(visit.browser.http.cookies)
    typed = {**form.fields, "code": visit.sms_code()}
    visit.browser.send(form.action, typed)
    visit.browser.http.cookies.clear()
    visit.browser.http.cookies.update(before)
    assert visit.browser.send(form.action, typed).headers["location"] == visit.address
    assert visit.page().has("/pin")


def test_a_typed_number_is_mended_by_going_back(customer: Customer, visit: Visit) -> None:
    page = visit.identified(phone="010-9999-8888")
    link = next(address for address in page.links.values() if "who=again" in address)
    assert visit.page(link).has("/identify")


def test_the_text_message_is_in_the_language_of_the_page(site: LoginSite, customer: Customer, browser: Browser) -> None:
    Visit(browser, "en").identified()
    site.front.send()
    assert "Hanbit Bank login code" in site.front.phone.sent[-1].text


@pytest.mark.parametrize("step", ["before", "sent", "entered"])
def test_who_gives_up_goes_back_without_a_login(customer: Customer, visit: Visit, step: str) -> None:
    page = {"before": visit.page, "sent": visit.identified, "entered": visit.entered}[step]()
    visit.send(page, "cancel")
    back = urlsplit(visit.leads)
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    assert parse_qs(back.query) == {"error": ["access_denied"], "state": ["a state"], "iss": [ISSUER]}
    assert visit.page().status == 410


def test_a_login_that_was_given_up_is_none_even_with_the_right_pin(customer: Customer, visit: Visit) -> None:
    page = visit.entered()
    visit.send(page, "pin")
    code = used(visit.leads)["code"]
    visit.send(page, "cancel")
    customer.agree(code).hand_in()
    assert visit.page().status == 410


def test_who_gives_up_after_signing_is_logged_in(customer: Customer, visit: Visit) -> None:
    page = visit.entered()
    visit.send(page, "pin")
    customer.agree(used(visit.leads)["code"]).hand_in()
    visit.send(page, "cancel")
    assert "code=" in visit.leads


def test_no_login_of_this_browser_has_a_page_that_says_so(site: LoginSite, browser: Browser) -> None:
    interaction, stranger = browser.begin(), site.browser()
    asked = ((stranger, interaction), (browser, "none"), (browser, ""), (browser, "%00"), (browser, "<script>1"))
    for who, name in asked:
        page = Shown(who.page(f"/login?interaction={name}"))
        assert (page.status, page.h1) == (404, say("ko", "errors.login"))
        assert "INTERACTION_NOT_FOUND" in page.text
        assert "<script>1" not in page.html
    site.center.clock.forward(NUMBERS.login.interaction)
    assert "INTERACTION_EXPIRED" in Shown(browser.page(f"/login?interaction={interaction}")).text


@pytest.mark.parametrize("step", ["identify", "again", "code", "pin", "cancel"])
def test_only_our_own_page_takes_a_step(customer: Customer, visit: Visit, step: str) -> None:
    visit.identified()
    fields = {"interaction": visit.id, "idempotency_key": new_key(), "code": visit.sms_code(), **TYPED}
    answer = visit.browser.send(f"/login/{step}", fields, origin="http://evil.example")
    assert (answer.status_code, "ORIGIN_REFUSED" in answer.text) == (403, True)
    assert visit.page().has("/code")


@pytest.mark.parametrize("step", ["again", "pin"])
def test_a_step_before_its_turn_says_so(visit: Visit, step: str) -> None:
    answer = visit.browser.send(f"/login/{step}", {"interaction": visit.id, "idempotency_key": new_key()})
    assert (answer.status_code, "WRONG_STEP" in answer.text) == (409, True)


@pytest.mark.parametrize("step", ["identify", "again", "code", "pin", "cancel"])
def test_a_strange_browser_takes_no_step(site: LoginSite, customer: Customer, visit: Visit, step: str) -> None:
    visit.identified()
    fields = {"interaction": visit.id, "idempotency_key": new_key(), "code": visit.sms_code(), **TYPED}
    stranger = site.browser()
    assert stranger.send(f"/login/{step}", fields).status_code in (401, 404)
    stranger.begin()
    assert stranger.send(f"/login/{step}", fields).status_code == 404
    assert visit.page().has("/code")


def test_nothing_that_was_typed_and_no_code_is_kept_beside_the_sealed_login(
    site: LoginSite, customer: Customer, visit: Visit
) -> None:
    page = visit.identified()
    code = visit.sms_code()
    visit.send(page, "code", code=code)
    visit.send(visit.page(), "pin")
    assert isinstance(site.center.books, MemoryBooks)
    kept = b"".join(answer.body for answer in site.center.books.idempotency.rows.values())
    for secret in (TYPED["name"], "5678", code, used(visit.leads)["code"]):
        assert secret.encode() not in kept


def test_a_form_leads_to_the_pin_page_and_to_relying_parties_alone(site: LoginSite, visit: Visit) -> None:
    policy = visit.browser.page(visit.address).headers["content-security-policy"]
    parties = dict.fromkeys((*site.front.bank.party.origins, *site.front.shop.party.origins))
    assert f"form-action 'self' {PIN_ORIGIN} {' '.join(parties)};" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_once_the_code_was_right_nobody_says_that_they_are_somebody_else(customer: Customer, visit: Visit) -> None:
    visit.entered()
    page = visit.page(f"{visit.address}&who=again")
    assert (page.has("/identify"), page.has("/pin")) == (False, True)
