"""What a customer sees of their own certificate, and that nobody sees another's."""

import json
from dataclasses import replace

import pytest

from dojang.authority.object_identifiers import PERSONAL_FINANCIAL
from dojang.client.verifier.receipt import verify_receipt
from dojang.journeys import my_certificate, request_signature
from dojang.journeys.my_certificate import History
from dojang.refusals import ConnectFirst, InvalidField, TransactionNotFound
from dojang.signing.what_is_signed import transfer_content
from dojang.values.certificate import CertificateState
from dojang.values.login import SignedIn
from dojang.values.transaction import ContentItem, SignedResult
from tests.journeys.center import Customer
from tests.journeys.logins import Front
from tests.rules.disclosure.clients import BANK, NAMES

TRANSFER = (
    ("payee", "김하늘"),
    ("bank", "가상은행"),
    ("account", "110-1"),
    ("amount", "10,000 KRW"),
    ("transfer", "t"),
)
DAY = 86_400


def sign_in(front: Front, customer_number: str = "1000001") -> str:
    """As after a login in that customer's browser."""
    session = f"of {customer_number}"
    with front.center.books.transaction():
        front.center.books.signed_in.put(SignedIn(session, customer_number, front.now + 1800))
    return session


def transferred(front: Front, customer: Customer, session: str, state: str = "t-1") -> str:
    """A transfer that she signed; its transaction."""
    pushed = front.push(items=(ContentItem("이체", transfer_content(TRANSFER)),), state=state)
    opened = request_signature.open_request(front.desk, pushed.id, session)
    customer.agree(opened.code).hand_in()
    return opened.txn


def test_it_is_shown_with_its_holder_masked_and_its_days_left(front: Front, customer: Customer) -> None:
    entry = front.center.books.certificates.get(customer.visit.kid)
    found = my_certificate.look(front.desk, sign_in(front))
    assert found == my_certificate.MyCertificate(
        holder="홍*동",
        serial=entry.serial,
        policy=PERSONAL_FINANCIAL.dotted_string,
        not_before=entry.not_before,
        not_after=entry.not_after,
        state="valid",
        reason="",
        revoked_at=0,
        last_used=0,
        days_left=1096,  # three years with a 29 February
    )


def test_days_are_those_of_the_korean_calendar(desk: Front, alice: Customer) -> None:
    end = desk.center.books.certificates.get(alice.visit.kid).not_after
    for at, left in ((end - DAY, 1), (end - DAY + 1, 0), (end - 1, 0), (end + 5 * DAY, 0)):
        desk.center.clock.time = at
        found = my_certificate.look(desk.desk, sign_in(desk))
        assert found is not None
        assert found.days_left == left


def test_it_expires_with_its_last_second(desk: Front, alice: Customer) -> None:
    end = desk.center.books.certificates.get(alice.visit.kid).not_after
    states = []
    for at in (end - 1, end):
        desk.center.clock.time = at
        found = my_certificate.look(desk.desk, sign_in(desk))
        states.append(found.state if found else None)
    assert states == ["valid", "expired"]


def test_a_revoked_one_says_why_and_since_when(front: Front, customer: Customer) -> None:
    books = front.center.books
    with books.transaction():
        entry = books.certificates.get(customer.visit.kid)
        revoked = replace(entry, state=CertificateState.REVOKED, reason="keyCompromise", revoked_at=front.now - 5)
        books.certificates.put(revoked)
    found = my_certificate.look(front.desk, sign_in(front))
    assert found is not None
    assert (found.state, found.reason, found.revoked_at) == ("revoked", "keyCompromise", front.now - 5)


def test_after_a_reissue_it_is_the_new_one_and_the_history_goes_on(front: Front, customer: Customer) -> None:
    login = front.logged_in(customer)
    front.center.clock.forward(60)
    later = front.center.enrolled("a-2")
    found = my_certificate.look(front.desk, login.session)
    assert found is not None
    assert found.serial == front.center.books.certificates.get(later.visit.kid).serial
    assert (found.state, found.last_used) == ("valid", 0)
    assert [one.purpose for one in my_certificate.history(front.desk, login.session).used] == ["login"]


def test_a_customer_without_a_certificate_has_none(front: Front, customer: Customer) -> None:
    session = sign_in(front, "1000002")
    assert my_certificate.look(front.desk, session) is None
    assert my_certificate.history(front.desk, session) == History((), "")


def test_the_history_says_where_what_and_when_the_newest_first(front: Front, customer: Customer) -> None:
    login = front.logged_in(customer)
    first = front.now
    front.center.clock.forward(60)
    txn = transferred(front, customer, login.session)
    found = my_certificate.history(front.desk, login.session)
    newest, oldest = found.used
    assert found.before == ""
    assert newest == my_certificate.Used(
        txn, "transfer", NAMES[BANK], front.now, payee="김*늘", bank="가상은행", amount="10,000 KRW"
    )
    assert replace(oldest, txn="") == my_certificate.Used("", "login", NAMES[BANK], first)
    seen = my_certificate.look(front.desk, login.session)
    assert seen is not None
    assert seen.last_used == front.now


def test_what_was_never_signed_is_not_in_the_history(desk: Front, alice: Customer) -> None:
    session = sign_in(desk)
    pushed = desk.push()
    request_signature.open_request(desk.desk, pushed.id, session)
    assert my_certificate.history(desk.desk, session).used == ()


def test_pages_of_twenty_show_everything_once(front: Front, customer: Customer) -> None:
    session = sign_in(front)
    txns = {transferred(front, customer, session, f"t-{number}") for number in range(3)}
    books = front.center.books
    example = books.transactions.get(next(iter(txns)))
    with books.transaction():
        for number in range(38):
            done = SignedResult((b"",), b"", b"{}", front.now + number // 5)
            txns.add(f"txn-{number}")
            books.transactions.add(replace(example, txn=f"txn-{number}", signed=done))
    pages: list[list[str]] = []
    before = ""
    while not pages or before:
        page = my_certificate.history(front.desk, session, before)
        pages.append([one.txn for one in page.used])
        before = page.before
    assert [len(page) for page in pages] == [20, 20, 1]
    assert {txn for page in pages for txn in page} == txns


def test_a_last_page_that_is_full_leads_nowhere(desk: Front, alice: Customer) -> None:
    session = sign_in(desk)
    example = desk.center.books.transactions.get(transferred(desk, alice, session))
    with desk.center.books.transaction():
        for number in range(19):
            desk.center.books.transactions.add(replace(example, txn=f"txn-{number}"))
    found = my_certificate.history(desk.desk, session)
    assert (len(found.used), found.before) == (20, "")


@pytest.mark.parametrize("before", ["x", ".t", "1", "1.", "-1.t", "٣.t", "1" * 16 + ".t"])
def test_a_place_that_is_none_is_refused(desk: Front, alice: Customer, before: str) -> None:
    with pytest.raises(InvalidField):
        my_certificate.history(desk.desk, sign_in(desk), before)


def test_a_relying_party_that_has_left_goes_by_its_id(desk: Front, alice: Customer) -> None:
    login = desk.logged_in(alice)
    left = replace(desk.desk, clients={})
    (used,) = my_certificate.history(left, login.session).used
    assert used.relying_party == {"ko": BANK, "en": BANK}


def test_a_receipt_is_the_one_that_the_customer_got(front: Front, customer: Customer) -> None:
    session = sign_in(front)
    txn = transferred(front, customer, session)
    found = my_certificate.receipt(front.desk, session, txn)
    assert verify_receipt(found, front.center.anchors, "transfer").txn == txn
    assert json.loads(found)["v"] == 1


def test_nobody_elses_receipt_is_given_out(front: Front, customer: Customer) -> None:
    txn = transferred(front, customer, sign_in(front))
    front.center.enrolled("a-2", "1000002", phone="01099990000")
    with pytest.raises(TransactionNotFound):
        my_certificate.receipt(front.desk, sign_in(front, "1000002"), txn)


def test_no_receipt_before_there_is_a_signature(desk: Front, alice: Customer) -> None:
    session = sign_in(desk)
    opened = request_signature.open_request(desk.desk, desk.push().id, session)
    with pytest.raises(TransactionNotFound):
        my_certificate.receipt(desk.desk, session, opened.txn)


def test_who_has_not_logged_in_sees_nothing(desk: Front, alice: Customer) -> None:
    txn = transferred(desk, alice, sign_in(desk))
    for act in (
        lambda: my_certificate.look(desk.desk, "stranger"),
        lambda: my_certificate.history(desk.desk, "stranger"),
        lambda: my_certificate.receipt(desk.desk, "stranger", txn),
    ):
        with pytest.raises(ConnectFirst):
            act()
