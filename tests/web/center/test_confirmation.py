"""Before the PIN: what will be issued, what stops by it, and the way on."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import say
from dojang.refusals import VersionUnderWay
from dojang.values.applicant import ProvenApplicant
from dojang.values.application import Step
from dojang.values.certificate import CertificateEntry, CertificateState, Person
from dojang.values.relying_party import CENTER
from dojang.values.transaction import SignedResult, TransactionRequest
from dojang.values.version import CustomerVersion, VersionState
from dojang.web.sessions import COOKIE as SESSION
from tests.web.center.site import BANK, PIN_ORIGIN, Customer

KID = b"k" * 16
PIN, CHECK = "/issue/pin", "/issue/pin/check"


def certified(customer: Customer, **changes: object) -> CertificateEntry:
    """A valid certificate of the customer's."""
    now = customer.world.clock.now()
    person = Person("홍길동", "01012345678", "1899-12-31")
    entry = CertificateEntry(
        KID, b"u" * 16, "an-earlier-one", "0a1b", "personal_financial", now, now + 86_400, "1000001", person, b"",
        state=CertificateState.VALID,
    )  # fmt: skip
    with customer.world.books.transaction():
        customer.world.books.certificates.reserve(replace(entry, **changes))  # type: ignore[arg-type]
    return entry


def used_at(customer: Customer, party: str, txn: str) -> None:
    """Something signed with that certificate."""
    now = customer.world.clock.now()
    signed = SignedResult((), b"", b"{}", now)
    with customer.world.books.transaction():
        customer.world.books.transactions.add(
            TransactionRequest(txn, KID, party, "login", (), b"n", "", now + 300, signed=signed)
        )


def version(customer: Customer, state: VersionState) -> None:
    with customer.world.books.transaction():
        customer.world.books.versions.add(
            CustomerVersion(b"v" * 16, 1, b"w" * 16, customer.application_id, customer.world.clock.now(), state)
        )


def issued(customer: Customer, serial: str = "0a1b") -> None:
    application = customer.world.books.applications.get(customer.application_id)
    with customer.world.books.transaction():
        customer.world.books.applications.put(replace(application, serial=serial))


@pytest.fixture
def ready(customer: Customer) -> Customer:
    return customer.reach(Step.PIN)


def test_what_will_be_issued_stands_there_masked_before_anything_happens(ready: Customer) -> None:
    assert ready.at == PIN
    for shown in ("홍*동", "010-****-5678", "1899-12-31"):
        assert shown in ready.text
    assert "홍길동" not in ready.answer.text
    assert ready.world.visits.applicants == []
    assert not ready.says("issue_pin.keep")


def test_the_way_on_leads_to_the_pin_page_in_the_same_language_and_look(ready: Customer) -> None:
    ready.http.post("/view", data={"theme": "dark", "text": "125", "back": PIN})
    ready.http.follow_redirects = False
    answer = ready.send(PIN).answer
    address = urlsplit(answer.headers["location"])
    assert (answer.status_code, f"{address.scheme}://{address.netloc}", address.query) == (303, PIN_ORIGIN, "")
    assert parse_qs(address.fragment) == {
        "code": ["code-1"], "lang": [ready.language], "text": ["125"], "theme": ["dark"]
    }  # fmt: skip


def test_a_form_may_lead_to_the_pin_page(ready: Customer) -> None:
    assert PIN_ORIGIN in ready.answer.headers["content-security-policy"]


@pytest.mark.parametrize("connect", [True, False])
def test_the_browser_is_connected_if_that_was_ticked(ready: Customer, connect: bool) -> None:
    asked: list[bool] = []
    opened = ready.world.visits.open_version_visit

    def notice(applicant: ProvenApplicant, *, connect: bool = False) -> str:
        asked.append(connect)
        return opened(applicant)

    ready.world.visits.open_version_visit = notice  # type: ignore[method-assign]
    ready.http.follow_redirects = False
    ready.send(PIN, {"connect": "1"} if connect else {})
    assert asked == [connect]


def test_a_second_press_gets_a_code_of_its_own(ready: Customer) -> None:
    ready.http.follow_redirects = False
    page = ready.page
    places = [ready.send(PIN, page=page).answer.headers["location"] for _ in range(2)]
    assert len(set(places)) == 2


def test_a_proof_that_lapsed_is_checked_again_first(ready: Customer) -> None:
    ready.world.clock.forward(NUMBERS.application.call_proof)
    ready.send(PIN)
    assert ready.at == "/issue/call?why=lapsed"
    assert ready.world.visits.applicants == []


def test_of_a_certificate_that_would_end_it_says_so_before_and_where_it_was_used(ready: Customer) -> None:
    certified(ready)
    used_at(ready, BANK.client_id, "t1")
    used_at(ready, BANK.client_id, "t2")
    used_at(ready, "a-shop", "t3")
    used_at(ready, CENTER, "t4")
    ready.look(PIN)
    assert ready.heading == say(ready.language, "issue_pin.again_title")
    assert ready.says("issue_pin.parties", count=2)
    for party in (BANK.name[ready.language], "a-shop"):
        assert party in ready.text
    assert ready.says("issue_pin.again")


def test_unused_of_late_it_says_that_too(ready: Customer) -> None:
    certified(ready)
    assert ready.look(PIN).says("issue_pin.no_parties")


def test_to_keep_the_certificate_is_a_real_choice(ready: Customer) -> None:
    certified(ready)
    ready.look(PIN)
    ready.http.follow_redirects = False
    assert ready.send("/issue/keep").answer.headers["location"] == "/certificates"
    assert ready.look("/issue").says("issue_start.title")
    assert ready.world.visits.applicants == []


@pytest.mark.parametrize("state", [VersionState.STATED, VersionState.LIVE])
def test_a_certificate_that_is_on_its_way_needs_no_second_pin(ready: Customer, state: VersionState) -> None:
    version(ready, state)
    page = ready.page
    assert ready.look("/issue").heading == say(ready.language, "issue_coming.title")
    assert PIN not in [form["action"] for form in ready.page.forms]

    def under_way(applicant: ProvenApplicant, *, connect: bool = False) -> str:
        raise VersionUnderWay

    ready.world.visits.open_version_visit = under_way  # type: ignore[method-assign]
    assert ready.send(PIN, page=page).heading == say(ready.language, "issue_coming.title")


@pytest.mark.parametrize("state", [VersionState.OPEN, VersionState.ENDED])
def test_a_pin_that_was_never_set_or_came_to_nothing_can_be_set(ready: Customer, state: VersionState) -> None:
    version(ready, state)
    assert ready.look(PIN).page.form(PIN)


def test_a_page_that_watches_hears_when_it_is_there(ready: Customer) -> None:
    version(ready, VersionState.LIVE)
    ready.look(PIN)
    assert ready.http.post(f"{PIN}/state").json() == {
        "text": say(ready.language, "issue_coming.waiting"),
        "over": False,
    }
    assert ready.send(CHECK).at == PIN
    certified(ready)
    issued(ready)
    assert ready.http.post(f"{PIN}/state").json()["over"] is True
    assert ready.http.post(f"{PIN}/state", headers={"Origin": "null"}).status_code == 403


def test_what_was_issued_stands_there_masked_however_often_it_is_looked_at(ready: Customer) -> None:
    entry = certified(ready)
    issued(ready)
    for _ in range(2):
        ready.look("/issue")
        assert ready.at == "/issue/issued"
        assert ready.heading == say(ready.language, "issue_issued.title")
        assert all(shown in ready.text for shown in ("홍*동", entry.serial, ready.application_id))
        assert "홍길동" not in ready.answer.text
    assert ready.world.visits.applicants == []


def test_from_there_the_next_things_are_one_step_away(ready: Customer) -> None:
    certified(ready)
    issued(ready)
    page = ready.look("/issue").answer.text
    for address in ("http://bank.localhost:8000/", "/certificates", "/help#not-me"):
        assert f'href="{address}"' in page
    assert not ready.says("issue_issued.replaced")


def test_a_certificate_that_took_anothers_place_says_so(ready: Customer) -> None:
    certified(ready, replaces=b"o" * 16)
    issued(ready)
    assert ready.look("/issue").says("issue_issued.replaced")


@pytest.mark.parametrize("changes", [{"state": CertificateState.REVOKED}, {"not_after": 1}], ids=["revoked", "expired"])
def test_a_certificate_that_ended_since_says_so(ready: Customer, changes: dict[str, object]) -> None:
    certified(ready, **changes)
    issued(ready)
    assert ready.look("/issue").says("issue_issued.not_valid")


@pytest.mark.parametrize("path", ["/issue/terms", "/issue/call", "/issue/medium/card", PIN])
def test_no_step_can_be_taken_again_once_issued(ready: Customer, path: str) -> None:
    certified(ready)
    issued(ready)
    assert ready.look(path).at == "/issue/issued"
    assert ready.send("/issue/start", {"anew": "1"}).at == "/issue/terms"


def test_before_it_is_issued_there_is_no_such_page(ready: Customer) -> None:
    assert ready.look("/issue/issued").at == PIN


@pytest.mark.parametrize("is_finished", [True, False])
def test_in_a_session_renewed_by_a_login_only_an_unfinished_application_is_lost(
    ready: Customer, is_finished: bool
) -> None:
    if is_finished:
        issued(ready)
    ready.http.cookies.delete(SESSION)
    ready.look("/issue")
    assert ready.says("issue_start.title" if is_finished else "issue_start.lost_title")
