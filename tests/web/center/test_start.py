"""The doors of the centre, and where an application begins, goes on and ends."""

import pytest

from dojang.adapters.in_memory.books import MemoryBooks
from dojang.policy.numbers import NUMBERS
from dojang.values.application import Step
from dojang.web.center.wizard import COOKIE
from dojang.web.sessions import COOKIE as SESSION
from tests.web.center.site import Customer


def applications(customer: Customer) -> int:
    books = customer.world.books
    assert isinstance(books, MemoryBooks)
    return len(books.applications.rows)


def test_the_first_page_leads_everywhere(customer: Customer) -> None:
    page = customer.look("/").answer.text
    for address in ("/issue", "/certificates", "/help", "/faq", "/business"):
        assert f'href="{address}"' in page


def test_the_business_door_says_what_there_is_not_and_what_to_do(customer: Customer) -> None:
    customer.look("/business")
    assert customer.says("business.title")
    assert customer.says("business.branch")
    assert 'href="/issue"' in customer.answer.text


def test_to_look_is_to_begin_nothing(customer: Customer) -> None:
    assert customer.look().answer.status_code == 200
    assert customer.says("issue_start.title")
    assert applications(customer) == 0
    assert not customer.http.cookies


def test_the_first_two_steps_are_ticked_on_arrival(customer: Customer) -> None:
    customer.begin()
    assert customer.at == "/issue/terms"
    assert customer.answer.text.count('<li data-state="done"') == 2
    assert '<li data-state="waiting" aria-current="step">' in customer.answer.text


def test_begun_twice_in_one_browser_it_is_one(korean: Customer) -> None:
    page = korean.look().page
    korean.send("/issue/start", page=page).send("/issue/start", page=page)
    assert (korean.at, applications(korean)) == ("/issue/terms", 1)


def test_the_way_back_in_leads_to_the_step_and_says_so(customer: Customer) -> None:
    customer.reach(Step.CALL).look("/issue")
    assert customer.at == "/issue/call?why=resumed"
    assert customer.says("issue.why_resumed", number=5)


def test_begun_anew_everything_begins_anew(korean: Customer) -> None:
    korean.reach(Step.CALL)
    before = korean.application_id
    form = korean.look("/issue/terms").page.form("/issue/extend")
    korean.answer = korean.http.post("/issue/start", data={**form, "anew": "1"})
    assert (korean.at, korean.application_id != before) == ("/issue/terms", True)


def test_time_is_given_anew_and_the_customer_stays_where_they_were(korean: Customer) -> None:
    korean.reach(Step.CALL)
    korean.world.clock.forward(NUMBERS.application.idle - 1)
    korean.look("/issue/call?choose=abroad").send("/issue/extend")
    assert korean.at == "/issue/call?choose=abroad"
    korean.world.clock.forward(NUMBERS.application.idle - 1)
    assert korean.look("/issue/call?choose=abroad").answer.status_code == 200


def test_more_time_leads_to_no_other_site(korean: Customer) -> None:
    korean.reach(Step.TERMS)
    korean.http.follow_redirects = False
    assert korean.send("/issue/extend", {"back": "//evil.example"}).answer.headers["location"] == "/"


@pytest.mark.parametrize("path", ["/issue", "/issue/terms", "/issue/call"])
def test_an_application_that_ended_says_that_nothing_was_issued(customer: Customer, path: str) -> None:
    customer.reach(Step.CALL)
    customer.world.clock.forward(NUMBERS.application.idle)
    assert customer.look(path).answer.status_code == 410
    assert customer.says("issue_start.expired_lead")
    assert customer.send("/issue/start").at == "/issue/terms"


@pytest.mark.parametrize(("cookie", "status"), [(SESSION, 401), (COOKIE, 200)])
def test_without_its_cookie_an_application_is_not_found(customer: Customer, cookie: str, status: int) -> None:
    customer.reach(Step.IDENTITY)
    customer.http.cookies.delete(cookie)
    assert customer.look("/issue/identity").answer.status_code == status
    assert customer.says("issue_start.lost_title" if status == 401 else "issue_start.title")


def test_another_browsers_application_is_not_found(customer: Customer) -> None:
    customer.reach(Step.IDENTITY)
    theirs = customer.application_id
    customer.http.cookies.clear()
    customer.begin()
    customer.http.cookies.set(COOKIE, theirs, domain="center.dojang.localhost", path="/issue")
    for name in [c for c in customer.http.cookies.jar if c.name == COOKIE and c.value != theirs]:
        customer.http.cookies.jar.clear(name.domain, name.path, name.name)
    assert customer.look("/issue/identity").answer.status_code == 404
    assert customer.says("issue_start.lost_title")


@pytest.mark.parametrize("name", ["", "\xe9", "\x7f", r'"\000"'], ids=["empty", "no_ascii", "delete", "null"])
def test_a_cookie_that_nobody_gave_names_nothing_and_no_database_is_asked(
    korean: Customer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    korean.begin()
    asked: list[str] = []
    monkeypatch.setattr(korean.world.books.applications, "get", asked.append)
    session = f"{SESSION}={korean.http.cookies[SESSION]}"
    cookie = f"{session}; {COOKIE}={name}".encode("latin-1")
    korean.http.cookies.clear()
    korean.answer = korean.http.get("/issue/terms", headers={b"Cookie": cookie})
    assert korean.says("issue_start.lost_title")
    assert asked == []


@pytest.mark.parametrize("action", ["/issue/start", "/issue/extend", "/issue/terms", "/issue/identity", "/issue/call"])
def test_no_form_of_another_site_is_acted_on(korean: Customer, action: str) -> None:
    korean.reach(Step.TERMS)
    before = korean.world.books.applications.get(korean.application_id)
    answer = korean.http.post(action, data=korean.page.form("/issue/extend"), headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert korean.world.books.applications.get(korean.application_id) == before
