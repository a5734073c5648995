"""The centre's own login: the checks and limits of any, no code for anybody, and a way to our own pages alone."""

import pytest

from dojang.adapters.in_memory.books import MemoryBooks
from dojang.client.verifier.receipt import verify_receipt
from dojang.disclosure import request_checks
from dojang.journeys import enter_center, redeem_login
from dojang.journeys.request_signature import Pushed, push
from dojang.refusals import (
    CertificateNotValid,
    ClientRefused,
    ConnectFirst,
    InvalidField,
    RelyingPartyUnknown,
    SmsLimit,
    SmsTriesSpent,
    TransactionRefused,
    WrongSmsCode,
)
from dojang.signing.what_is_signed import RevocationAsked
from dojang.values.certificate import CertificateState
from dojang.values.relying_party import RelyingParty
from dojang.values.transaction import ContentItem
from tests.journeys.center import Customer
from tests.journeys.logins import RETURN, Front, Login, wrong
from tests.rules.disclosure.clients import bank, request


def entering(front: Front, to: str = "/certificates", session: str = "browser") -> Login:
    return Login(front, enter_center.begin(front.desk, to, session).id, session)


def test_a_customer_enters_and_goes_on_to_the_page_they_came_for(front: Front, customer: Customer) -> None:
    login = entering(front, "/certificates/devices")
    done = customer.agree(login.passed().code).hand_in()
    assert login.look().redirect_to == "/certificates/devices"
    assert enter_center.signed_in(front.desk.visits, login.session).customer_number == "1000001"
    assert verify_receipt(done.receipt, front.center.anchors, "login").relying_party == "center"


def test_nobody_gets_a_code_for_it(desk: Front, alice: Customer) -> None:
    login = entering(desk)
    alice.agree(login.passed().code).hand_in()
    login.look()
    books = desk.center.books
    assert isinstance(books, MemoryBooks)
    assert (books.grants.rows, books.subjects.rows) == ({}, {})


def test_a_look_again_leads_to_the_same_place(desk: Front, alice: Customer) -> None:
    login = entering(desk)
    alice.agree(login.passed().code).hand_in()
    assert login.look() == login.look()


def test_before_the_pin_nobody_has_entered(front: Front, customer: Customer) -> None:
    login = entering(front)
    login.passed()
    assert login.look().redirect_to == ""
    for session in ("browser", login.session):
        with pytest.raises(ConnectFirst):
            enter_center.signed_in(front.desk.visits, session)


def test_the_session_before_the_text_message_has_no_part_in_it(desk: Front, alice: Customer) -> None:
    login = entering(desk)
    alice.agree(login.passed().code).hand_in()
    login.look()
    with pytest.raises(ConnectFirst):
        enter_center.signed_in(desk.desk.visits, "browser")


def test_it_ends_like_any_login(desk: Front, alice: Customer) -> None:
    login = entering(desk)
    alice.agree(login.passed().code).hand_in()
    login.look()
    desk.center.clock.forward(1800)
    with pytest.raises(ConnectFirst):
        enter_center.signed_in(desk.desk.visits, login.session)


@pytest.mark.parametrize(
    "to",
    [
        "",
        "/",
        "/admin",
        "/certificates/",
        "/certificates?next=https://evil.example",
        "/certificates/../admin",
        "//evil.example/certificates",
        "https://evil.example/certificates",
        "http://center.dojang.localhost:8001/certificates",
        "/certificates\r\nSet-Cookie: a=b",
        "certificates",
    ],
)
def test_it_leads_nowhere_else(desk: Front, to: str) -> None:
    with pytest.raises(InvalidField):
        entering(desk, to)


def test_the_text_message_names_the_centre(desk: Front, alice: Customer) -> None:
    entering(desk).identify()
    desk.send()
    assert "] 인증센터 로그인 확인번호 " in desk.phone.sent[-1].text


def test_the_limits_are_those_of_any_login(desk: Front, alice: Customer) -> None:
    login = entering(desk)
    login.identify()
    with pytest.raises(SmsLimit):
        login.identify()
    code = login.sms_code()
    for _ in range(5):
        with pytest.raises(WrongSmsCode):
            login.enter(wrong(code))
    with pytest.raises(SmsTriesSpent):
        login.enter(code)


def test_a_certificate_that_ended_after_the_pin_lets_nobody_in(front: Front, customer: Customer) -> None:
    from dataclasses import replace

    login = entering(front)
    customer.agree(login.passed().code).hand_in()
    books = front.center.books
    with books.transaction():
        entry = books.certificates.get(customer.visit.kid)
        books.certificates.put(
            replace(entry, state=CertificateState.REVOKED, reason="superseded", revoked_at=front.now)
        )
    with pytest.raises(CertificateNotValid):
        login.look()
    with pytest.raises(ConnectFirst):
        enter_center.signed_in(front.desk.visits, login.session)


def test_nobody_from_outside_begins_it_in_the_centres_name(desk: Front) -> None:
    for address in ("/certificates", "https://evil.example/"):
        with pytest.raises(RelyingPartyUnknown):
            request_checks.check(request(client_id="center", redirect_uri=address), desk.desk.clients)


def test_nobody_redeems_in_the_centres_name(desk: Front) -> None:
    mallory = bank()
    mallory.client_id = "center"
    proof = mallory.proof(desk.now)
    with pytest.raises(ClientRefused):
        redeem_login.authenticate(desk.desk, proof["client_assertion_type"], proof["client_assertion"])


def test_nobody_is_registered_under_the_centres_name() -> None:
    party = bank().party
    with pytest.raises(ValueError, match="nobody else's"):
        RelyingParty("center", party.name, party.redirect_uris, party.return_uris, party.jwk)


def test_a_relying_party_never_asks_for_a_revocation(desk: Front) -> None:
    content = RevocationAsked("01ab", "keyCompromise", "r-1").content()
    pushed = Pushed("revocation", (ContentItem("x", content),), desk.subject(desk.bank), RETURN, "state")
    with pytest.raises(TransactionRefused):
        push(desk.desk, desk.bank.party, pushed)
