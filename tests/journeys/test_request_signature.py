"""A relying party asks for a signature: what it may ask, of whom, who may open it and who may know the result."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dojang.client.verifier.receipt import verify_receipt
from dojang.journeys import request_signature
from dojang.journeys.sign_transaction import OpenedTransaction
from dojang.refusals import (
    ActivationReplayed,
    CertificateNotFound,
    ConnectFirst,
    IdempotencyKeyReused,
    RelyingPartyUnknown,
    SignatureRequestNotFound,
    SignatureRequestRefused,
    TransactionRefused,
)
from dojang.signing.what_is_signed import transfer_content
from dojang.values.certificate import CertificateState
from dojang.values.login import SignedIn
from dojang.values.transaction import ContentItem
from tests.journeys.center import Customer
from tests.journeys.logins import ITEM, RETURN, Front
from tests.rules.disclosure.clients import ISSUER, SHOP


def sign_in(front: Front, session: str = "browser", customer_number: str = "1000001") -> str:
    """As after a login in that browser."""
    with front.center.books.transaction():
        front.center.books.signed_in.put(SignedIn(session, customer_number, front.now + 1800))
    return session


def opened(front: Front, request_id: str, session: str = "browser") -> OpenedTransaction:
    return request_signature.open_request(front.desk, request_id, session)


def test_what_a_relying_party_pushed_is_signed_by_the_customer_it_knows(front: Front, customer: Customer) -> None:
    login = front.logged_in(customer)
    front.center.clock.forward(5)
    request = front.push()
    assert request.expires_at == front.now + 600
    party = front.bank.party
    assert request_signature.asked_by(front.desk, request.id) == party
    assert request_signature.result_of(front.desk, party, request.id).state == "pending"
    done = customer.agree(opened(front, request.id, login.session).code).hand_in()
    back = urlsplit(done.return_to)
    assert back._replace(query="").geturl() == RETURN
    assert parse_qs(back.query) == {"request_id": [request.id], "state": ["transfer-1"], "iss": [ISSUER]}
    result = request_signature.result_of(front.desk, party, request.id)
    assert (result.state, result.contents, result.receipt) == ("signed", (ITEM.content,), done.receipt)
    assert verify_receipt(result.receipt, front.center.anchors, "transfer").relying_party == party.client_id


@pytest.mark.parametrize("subject", ["shop-1000001", "1000001", "nobody", ""])
def test_a_customer_whom_this_relying_party_does_not_know_cannot_be_asked(desk: Front, subject: str) -> None:
    desk.subject(desk.shop)
    with pytest.raises(SignatureRequestRefused):
        desk.push(subject=subject)


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "http://bank.localhost:8000/login/callback", f"{RETURN}/../../../x", ""]
)
def test_nobody_is_sent_back_to_a_foreign_address(desk: Front, address: str) -> None:
    with pytest.raises(SignatureRequestRefused):
        desk.push(redirect_uri=address)


def test_another_client_has_other_addresses(desk: Front) -> None:
    with pytest.raises(SignatureRequestRefused):
        desk.push(desk.shop, subject=desk.subject(desk.shop))
    desk.push(desk.shop, subject=desk.subject(desk.shop), redirect_uri="https://shop.example/transfers/1")


CONTENTS = {
    "turned around": transfer_content([("금액", "1")]).replace(b'"1"', '"1\u202e0"'.encode()),
    "not canonical": ITEM.content.replace(b":", b": "),
    "another type": b'{"pairs":[["a","b"]],"type":"gift"}',
    "a field that is not shown": b'{"note":"x","pairs":[["a","b"]],"type":"transfer"}',
    "two amounts": b'{"pairs":[["amount","1"],["amount","2"]],"type":"transfer"}',
    "nothing": b"",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_contents_that_no_page_can_show_are_refused_when_they_are_pushed(desk: Front, content: bytes) -> None:
    with pytest.raises(TransactionRefused):
        desk.push(items=(ContentItem("이체", content),))


def test_the_same_push_again_is_the_same_request(front: Front) -> None:
    first = front.push()
    front.center.clock.forward(10)
    assert front.push() == first
    assert front.push(state="transfer-2").id != first.id


def test_two_pushes_at_once_are_one_request(front: Front) -> None:
    front.subject(front.bank)
    together, made = threading.Barrier(3), []

    def push() -> None:
        together.wait(10)
        made.append(front.push().id)

    _at_once([push] * 3)
    assert len(made) == 3
    assert len(set(made)) == 1


def _at_once(acts: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


CHANGES: dict[str, dict[str, Any]] = {
    "another amount": {"items": (ContentItem("이체", transfer_content([("금액", "20,000원")])),)},
    "another label": {"items": (replace(ITEM, label="이체 2"),)},
    "another way back": {"redirect_uri": RETURN.replace("1", "2")},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_a_state_names_one_request_and_no_other(desk: Front, changes: dict[str, Any]) -> None:
    first = desk.push()
    with pytest.raises(IdempotencyKeyReused):
        desk.push(**changes)
    assert desk.push() == first


def test_a_state_names_one_customers_request(desk: Front) -> None:
    desk.push()
    with pytest.raises(IdempotencyKeyReused):
        desk.push(subject=desk.subject(desk.bank, "1000002"))


def test_two_relying_parties_may_choose_the_same_state(desk: Front) -> None:
    shops = desk.push(desk.shop, subject=desk.subject(desk.shop), redirect_uri="https://shop.example/transfers/1")
    assert desk.push().id != shops.id


def test_a_browser_that_is_not_logged_in_connects_first(front: Front, customer: Customer) -> None:
    request = front.push()
    with pytest.raises(ConnectFirst):
        opened(front, request.id)
    with pytest.raises(ConnectFirst):
        opened(front, "none")
    sign_in(front)
    front.center.clock.forward(1800)
    with pytest.raises(ConnectFirst):
        opened(front, request.id)


def test_another_customers_request_is_one_that_there_is_not(front: Front, customer: Customer) -> None:
    request = front.push()
    sign_in(front, "mallory", "1000002")
    for request_id in (request.id, "none"):
        with pytest.raises(SignatureRequestNotFound):
            opened(front, request_id, "mallory")
    assert front.center.books.signature_requests.get(request.id).txn == ""


def test_a_request_waits_ten_minutes(desk: Front, alice: Customer) -> None:
    request = desk.push()
    desk.center.clock.forward(599)
    sign_in(desk)
    opened(desk, desk.push(state="transfer-2").id)
    assert request_signature.asked_by(desk.desk, request.id) == desk.bank.party
    desk.center.clock.forward(1)
    with pytest.raises(SignatureRequestNotFound):
        opened(desk, request.id)
    with pytest.raises(SignatureRequestNotFound):
        request_signature.asked_by(desk.desk, request.id)
    assert request_signature.result_of(desk.desk, desk.bank.party, request.id).state == "expired"


def test_a_request_opened_again_gets_another_code_for_the_same_transaction(front: Front, customer: Customer) -> None:
    request = front.push()
    sign_in(front)
    first, again = opened(front, request.id), opened(front, request.id)
    assert again.txn == first.txn
    assert again.code != first.code
    customer.agree(again.code).hand_in()
    with pytest.raises(ActivationReplayed):
        opened(front, request.id)
    assert request_signature.result_of(front.desk, front.bank.party, request.id).state == "signed"


def test_a_request_opened_twice_at_once_is_one_transaction(front: Front, customer: Customer) -> None:
    request = front.push()
    sign_in(front)
    together, made = threading.Barrier(3), []

    def open_it() -> None:
        together.wait(10)
        made.append(opened(front, request.id))

    _at_once([open_it] * 3)
    assert len({one.code for one in made}) == 3
    assert {one.txn for one in made} == {front.center.books.signature_requests.get(request.id).txn}


def test_of_two_tabs_that_open_a_request_the_first_ones_transaction_counts(desk: Front, alice: Customer) -> None:
    request = desk.push()
    sign_in(desk)
    first, token = list[OpenedTransaction](), desk.center.chance.token

    def another_tab_is_faster(size: int) -> bytes:
        desk.center.chance.token = token  # type: ignore[method-assign]
        first.append(opened(desk, request.id))
        return token(size)

    desk.center.chance.token = another_tab_is_faster  # type: ignore[method-assign]
    second = opened(desk, request.id)
    assert second.txn == first[0].txn == desk.center.books.signature_requests.get(request.id).txn
    assert second.code != first[0].code


def test_a_customer_without_a_valid_certificate_signs_nothing(desk: Front, alice: Customer) -> None:
    request = desk.push()
    sign_in(desk)
    entry = desk.center.books.certificates.get(alice.visit.kid)
    with desk.center.books.transaction():
        desk.center.books.certificates.put(replace(entry, state=CertificateState.REVOKED))
    with pytest.raises(CertificateNotFound):
        opened(desk, request.id)


def test_another_clients_result_is_not_found(front: Front, customer: Customer) -> None:
    request = front.push()
    for party, request_id in ((front.shop.party, request.id), (front.bank.party, "none")):
        with pytest.raises(SignatureRequestNotFound):
            request_signature.result_of(front.desk, party, request_id)


def test_who_asks_must_be_registered_still(desk: Front) -> None:
    request = desk.push()
    without = replace(desk.desk, clients={SHOP: desk.shop.party})
    with pytest.raises(RelyingPartyUnknown):
        request_signature.asked_by(without, request.id)
