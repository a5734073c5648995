"""A customer revokes their own certificate; whatever is down or dies on the way, it is revoked in the end, and once."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import structlog

from dojang.client.verifier.receipt import verify_receipt
from dojang.client.verifier.signature import Demands, verify_signature
from dojang.journeys import enter_center, my_certificate, request_signature, revoke_certificate
from dojang.journeys.issue_certificate import tell_all
from dojang.journeys.notices import added_text, removed_text, revoked_text, units
from dojang.journeys.revoke_certificate import Progress, finish_all
from dojang.journeys.sign_transaction import result
from dojang.refusals import (
    ActivationReplayed,
    CertificateNotFound,
    CertificateNotValid,
    ConnectFirst,
    InvalidField,
    RevocationNotFound,
    RevocationRefused,
    SignatureInvalid,
    VaultUnavailable,
    VersionNotFound,
)
from dojang.signing.what_is_signed import RevocationAsked
from dojang.values.certificate import CertificateEntry, CertificateState
from dojang.values.device import Device
from dojang.values.login import SignedIn
from dojang.values.revocation import RevocationState
from tests.journeys.center import SENDER, Center, Customer
from tests.journeys.logins import Front
from tests.rules.disclosure.clients import ISSUER

REASON = "keyCompromise"
SESSION = "browser"


@pytest.fixture
def front(center: Center) -> Front:
    return Front(center)


@pytest.fixture
def customer(front: Front) -> Customer:
    """Enrolled, and signed in."""
    customer = front.center.enrolled()
    sign_in(front)
    return customer


@pytest.fixture
def desk(memory_center: Center) -> Front:
    """A front over books in memory, for what no books change."""
    return Front(memory_center)


@pytest.fixture
def alice(desk: Front) -> Customer:
    customer = desk.center.enrolled()
    sign_in(desk)
    return customer


def sign_in(front: Front, session: str = SESSION, customer_number: str = "1000001") -> None:
    with front.center.books.transaction():
        front.center.books.signed_in.put(SignedIn(session, customer_number, front.now + 1800))


def ask(front: Front, reason: str = REASON, session: str = SESSION) -> str:
    """The code for the PIN page."""
    return revoke_certificate.ask(front.notified, session, reason).code


def agree(front: Front, customer: Customer, reason: str = REASON) -> None:
    customer.agree(ask(front, reason)).hand_in()


def look(front: Front) -> Progress:
    return revoke_certificate.look(front.notified, SESSION)


def entry_of(front: Front, customer: Customer) -> CertificateEntry:
    return front.center.books.certificates.get(customer.visit.kid)


def told(front: Front, customer: Customer) -> list[tuple[str, int]]:
    """What the status service heard: reason and time of each fact."""
    facts = front.center.status.facts[entry_of(front, customer).serial]
    return [(fact.reason, fact.revoked_at) for fact in facts]


def ended_once(front: Front, customer: Customer, reason: str = REASON) -> None:
    """Everywhere, and the notice went out once."""
    entry = entry_of(front, customer)
    assert (entry.state, entry.reason) == (CertificateState.REVOKED, reason)
    assert told(front, customer) == [("", 0), (reason, entry.revoked_at)]
    assert front.center.vault.revoked[entry.kid][1] == entry.revoked_at
    assert [sent.purpose for sent in front.phone.sent] == ["revocation"]
    assert front.center.books.signed_in.find(SESSION, front.now) is None
    assert look(front) == Progress("revoked", entry.serial, reason, entry.revoked_at, published=True)


def test_a_customer_revokes_and_at_once_everybody_hears(front: Front, customer: Customer) -> None:
    code = ask(front)
    serial = entry_of(front, customer).serial
    assert look(front) == Progress("pin", serial, REASON, 0, published=False)
    done = customer.agree(code).hand_in()
    assert done.return_to == f"{ISSUER}/certificates/revocation"
    front.center.clock.forward(2)
    assert look(front) == Progress("revoked", serial, REASON, front.now, published=True)
    assert told(front, customer) == [("", 0), (REASON, front.now)]
    finish_all(front.notified)
    ended_once(front, customer)


def test_what_she_signs_names_the_certificate_the_reason_and_the_request(desk: Front, alice: Customer) -> None:
    done = alice.agree(ask(desk)).hand_in()
    transaction = verify_receipt(done.receipt, desk.center.anchors, "revocation")
    wish = desk.center.books.revocations.newest_of(SESSION)
    assert wish is not None
    assert transaction.relying_party == "center"
    assert transaction.display == RevocationAsked(entry_of(desk, alice).serial, REASON, wish.id).pairs()


def test_her_signature_is_verified_as_a_revocation_for_the_centre_and_as_nothing_else(
    desk: Front, alice: Customer
) -> None:
    opened = revoke_certificate.ask(desk.notified, SESSION, REASON)
    alice.agree(opened.code).hand_in()
    (cms,) = result(desk.center.desk, opened.txn).cms
    demands = Demands(desk.center.anchors.root_certificate, "revocation", "center", desk.now, status=None)
    assert dict(verify_signature(cms, demands).pairs)["reason"] == REASON
    for other in (replace(demands, purpose="transfer"), replace(demands, relying_party="hanbit-bank")):
        with pytest.raises(SignatureInvalid) as refused:
            verify_signature(cms, other)
        assert refused.value.facts == {"step": "purpose"}


@pytest.mark.parametrize("reason", ["keyCompromise", "affiliationChanged", "cessationOfOperation"])
def test_each_reason_that_a_customer_may_give_is_the_one_recorded(desk: Front, alice: Customer, reason: str) -> None:
    agree(desk, alice, reason)
    look(desk)
    finish_all(desk.notified)
    ended_once(desk, alice, reason)


@pytest.mark.parametrize(
    "reason", ["", "superseded", "cACompromise", "certificateHold", "keycompromise", "unspecified"]
)
def test_another_reason_is_not_the_customers_to_give(desk: Front, alice: Customer, reason: str) -> None:
    with pytest.raises(InvalidField):
        ask(desk, reason)


def test_only_who_is_signed_in_asks(desk: Front, alice: Customer) -> None:
    with pytest.raises(ConnectFirst):
        ask(desk, session="another browser")
    desk.center.clock.forward(1800)
    with pytest.raises(ConnectFirst):
        ask(desk)


def test_without_a_certificate_there_is_nothing_to_revoke(front: Front, customer: Customer) -> None:
    sign_in(front, customer_number="1000002")
    with pytest.raises(CertificateNotFound):
        ask(front)


def test_before_the_pin_nothing_changes_and_a_wish_that_is_left_alone_expires(front: Front, customer: Customer) -> None:
    ask(front)
    for state in ("pin", "expired"):
        finish_all(front.notified)
        assert look(front).state == state
        assert entry_of(front, customer).state is CertificateState.VALID
        front.center.clock.forward(3600)
    assert front.center.to_vault.calls.count("revoke") == 0


def test_the_same_wish_again_gets_another_code_for_one_transaction(desk: Front, alice: Customer) -> None:
    first, second = (revoke_certificate.ask(desk.notified, SESSION, REASON) for _ in range(2))
    assert first.txn == second.txn
    assert first.code != second.code
    other = revoke_certificate.ask(desk.notified, SESSION, "cessationOfOperation")
    assert other.txn != first.txn


def test_two_browsers_each_have_a_wish_of_their_own(desk: Front, alice: Customer) -> None:
    sign_in(desk, "another")
    one = revoke_certificate.ask(desk.notified, SESSION, REASON)
    two = revoke_certificate.ask(desk.notified, "another", REASON)
    assert one.txn != two.txn
    with pytest.raises(RevocationNotFound):
        revoke_certificate.look(desk.notified, "a third")


def test_of_two_signed_wishes_the_first_counts_and_the_other_is_refused(front: Front, customer: Customer) -> None:
    sign_in(front, "another")
    first = customer.agree(ask(front, "cessationOfOperation"))
    second = customer.agree(ask(front, REASON, "another"))
    first.hand_in()
    second.hand_in()
    assert look(front).reason == "cessationOfOperation"
    with structlog.testing.capture_logs() as logs:
        late = revoke_certificate.look(front.notified, "another")
    assert (late.state, late.published) == ("refused", False)
    assert [line["code"] for line in logs] == ["revocation_refused"]
    finish_all(front.notified)
    ended_once(front, customer, "cessationOfOperation")


def test_a_wish_signed_before_a_reissue_leaves_the_new_certificate_alone(front: Front, customer: Customer) -> None:
    agree(front, customer)
    later = front.center.enrolled("a-2")
    assert look(front).state == "refused"
    finish_all(front.notified)
    assert entry_of(front, customer).reason == "superseded"
    assert entry_of(front, later).state is CertificateState.VALID
    assert front.phone.sent == []


def test_what_a_reissue_recorded_first_stays_recorded(front: Front, customer: Customer) -> None:
    """The vault revoked, its answer was lost, and a new certificate came before anybody asked again."""
    agree(front, customer)
    front.center.to_vault.lose = 1
    look(front)
    front.center.enrolled("a-2")
    assert look(front).state == "revoked"
    assert entry_of(front, customer).reason == "superseded"
    assert front.center.books.signed_in.find(SESSION, front.now) is not None


def test_of_two_who_finish_it_at_once_the_slower_changes_nothing(front: Front, customer: Customer) -> None:
    agree(front, customer)
    revoke = front.center.vault.revoke

    def another_is_faster(*asked: Any) -> int:
        front.center.vault.revoke = revoke  # type: ignore[method-assign]
        finish_all(front.notified)
        return revoke(*asked)

    front.center.vault.revoke = another_is_faster  # type: ignore[method-assign,assignment]
    assert look(front).state == "revoked"
    wish = front.center.books.revocations.newest_of(SESSION)
    assert wish is not None
    assert wish.state is RevocationState.DONE
    ended_once(front, customer)


def test_a_wish_whose_signature_was_lost_on_the_way_does_not_stand_in_the_way(front: Front, customer: Customer) -> None:
    lost = customer.agree(ask(front))
    front.center.to_vault.lose = 1
    with pytest.raises(VaultUnavailable):
        lost.hand_in()
    front.center.clock.forward(1)
    agree(front, customer)
    look(front)
    finish_all(front.notified)
    ended_once(front, customer)


def test_afterwards_she_is_signed_out_of_every_browser_and_nobody_else(front: Front, customer: Customer) -> None:
    sign_in(front, "her telephone")
    sign_in(front, "neighbour", "1000002")
    agree(front, customer)
    look(front)
    known = [front.center.books.signed_in.find(name, front.now) for name in (SESSION, "her telephone", "neighbour")]
    assert [found is not None for found in known] == [False, False, True]
    with pytest.raises(ConnectFirst):
        my_certificate.look(front.desk, SESSION)


def test_afterwards_no_browser_is_connected_and_no_record_is_served(front: Front, customer: Customer) -> None:
    books, uid = front.center.books, customer.visit.uid
    with books.transaction():
        books.devices.put(Device(uid, b"d" * 32, b"k" * 64, "a browser", front.now, front.now))
    agree(front, customer)
    look(front)
    assert books.devices.of(uid) == ()
    with pytest.raises(VersionNotFound):
        books.versions.get(uid)


def test_afterwards_nothing_can_be_signed_and_a_login_learns_nothing(front: Front, customer: Customer) -> None:
    pushed = request_signature.open_request(front.desk, front.push().id, SESSION)
    agree(front, customer)
    look(front)
    with pytest.raises(CertificateNotValid):
        customer.agree(pushed.code)
    before = len(front.phone.sent)
    login = front.begin()
    assert login.identify().masked_phone == "010-****-5678"
    front.send()
    assert len(front.phone.sent) == before


def test_afterwards_a_new_certificate_is_issued(front: Front, customer: Customer) -> None:
    agree(front, customer)
    look(front)
    later = front.center.enrolled("a-2")
    entry = entry_of(front, later)
    assert (entry.state, entry.replaces) == (CertificateState.VALID, b"")
    login = front.logged_in(later)
    found = my_certificate.look(front.desk, login.session)
    assert found is not None
    assert found.serial == entry.serial
    purposes = [one.purpose for one in my_certificate.history(front.desk, login.session).used]
    assert purposes == ["login", "revocation"]


def test_the_history_says_why(desk: Front, alice: Customer) -> None:
    agree(desk, alice)
    (used,) = my_certificate.history(desk.desk, SESSION).used
    assert (used.purpose, used.reason, used.relying_party["en"]) == ("revocation", REASON, "Certification centre")


def test_a_status_service_that_is_down_is_said_and_hears_later(front: Front, customer: Customer) -> None:
    agree(front, customer)
    front.center.to_status.down = True
    found = look(front)
    assert (found.state, found.published) == ("revoked", False)
    finish_all(front.notified)
    assert entry_of(front, customer).told == 1
    front.center.to_status.down = False
    tell_all(front.center.desk)
    ended_once(front, customer)


def test_a_status_service_that_says_no_holds_up_nobody(desk: Front, alice: Customer) -> None:
    agree(desk, alice)
    serial = entry_of(desk, alice).serial
    fact = desk.center.status.facts[serial][0]
    desk.center.status.facts[serial].append(replace(fact, sequence=2, reason="superseded"))
    with structlog.testing.capture_logs() as logs:
        assert look(desk).published is False
    assert [line["event"] for line in logs] == ["fact_refused"]


def test_a_vault_that_is_down_is_said_and_the_job_goes_on(front: Front, customer: Customer) -> None:
    agree(front, customer)
    front.center.to_vault.down = True
    assert look(front).state == "signed"
    finish_all(front.notified)
    assert entry_of(front, customer).state is CertificateState.VALID
    front.center.to_vault.down = False
    front.center.clock.forward(86_400)
    finish_all(front.notified)
    ended_once(front, customer)


def test_a_bank_that_is_down_holds_up_the_notice_and_nothing_else(front: Front, customer: Customer) -> None:
    agree(front, customer)
    front.texts.down = True
    finish_all(front.notified)
    assert look(front).published is True
    assert front.phone.sent == []
    front.texts.down = False
    finish_all(front.notified)
    ended_once(front, customer)


def test_the_customer_need_not_come_back(front: Front, customer: Customer) -> None:
    agree(front, customer)
    finish_all(front.notified)
    ended_once(front, customer)
    calls = list(front.center.to_vault.calls)
    finish_all(front.notified)
    assert front.center.to_vault.calls == calls


def test_the_same_activation_again_is_the_same_answer_after_the_end_too(front: Front, customer: Customer) -> None:
    agreed = customer.agree(ask(front))
    first = agreed.hand_in()
    look(front)
    assert agreed.hand_in() == first
    look(front)
    finish_all(front.notified)
    ended_once(front, customer)
    wish = front.center.books.revocations.newest_of(SESSION)
    assert wish is not None
    assert wish.state is RevocationState.DONE


def test_a_second_activation_for_it_is_refused(desk: Front, alice: Customer) -> None:
    first = alice.agree(ask(desk))
    second = alice.agree(ask(desk), attempts=(b"\x01" * 32,))
    first.hand_in()
    with pytest.raises(ActivationReplayed):
        second.hand_in()


@pytest.mark.parametrize("party", ["to_vault", "to_status", "texts"])
@pytest.mark.parametrize("again", [look, lambda front: finish_all(front.notified)], ids=["a look", "the job"])
def test_after_a_lost_answer_the_repeat_finishes(
    front: Front, customer: Customer, party: str, again: Callable[[Front], object]
) -> None:
    agree(front, customer)
    reached: Any = front.texts if party == "texts" else getattr(front.center, party)
    reached.lose = 1
    again(front)
    for _ in range(2):
        again(front)
        finish_all(front.notified)
        tell_all(front.center.desk)
    ended_once(front, customer)


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed(center: Center, number: int, after: bool) -> Iterator[list[int]]:
    """The process dies at its `number`th transaction, just before or just after it is durable."""
    books: Any = center.books
    honest, counted = books.transaction, [0]

    @contextmanager
    def transaction() -> Iterator[None]:
        counted[0] += 1
        with honest():
            yield
            if counted[0] == number and not after:
                raise Killed
        if counted[0] == number:
            raise Killed

    books.transaction = transaction
    try:
        yield counted
    finally:
        del books.transaction


# From the activation that is handed in to the notice that is kept as sent: claim, result, revoked, told, done.
WRITES = 5


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(1, WRITES + 1))
def test_a_kill_at_any_write_ends_in_one_revocation(front: Front, customer: Customer, number: int, after: bool) -> None:
    agreed = customer.agree(ask(front))

    def everything() -> None:
        agreed.hand_in()
        look(front)
        finish_all(front.notified)

    with killed(front.center, number, after), pytest.raises(Killed):
        everything()
    # What the vault has revoked is good nowhere for good: the job alone, and then the customer's page, go on.
    finish_all(front.notified)
    tell_all(front.center.desk)
    everything()
    tell_all(front.center.desk)
    ended_once(front, customer)


def test_these_are_all_the_writes_that_a_kill_is_tried_at(desk: Front, alice: Customer) -> None:
    agreed = alice.agree(ask(desk))
    with killed(desk.center, 0, after=False) as counted:
        agreed.hand_in()
        look(desk)
        finish_all(desk.notified)
    assert counted == [WRITES]


def test_a_vault_that_refuses_is_heard_and_nothing_is_recorded(desk: Front, alice: Customer) -> None:
    agree(desk, alice)
    desk.center.vault.used.clear()
    with structlog.testing.capture_logs() as logs:
        assert look(desk).state == "refused"
    assert [(line["event"], line["code"]) for line in logs] == [("revocation_refused", "revocation_refused")]
    finish_all(desk.notified)
    assert entry_of(desk, alice).state is CertificateState.VALID
    assert desk.phone.sent == []
    assert RevocationRefused.code == "revocation_refused"


def test_the_notice_fits_a_text_message_and_says_what_to_do(desk: Front) -> None:
    text = revoked_text(SENDER)
    assert units(text) <= 70
    assert text == "[도장 인증센터] 금융인증서를 폐기했어요\n내가 한 게 아니면 인증센터에 알려 주세요"
    room = 70 - max(units(text) for text in (added_text("", ""), removed_text("", ""), revoked_text("")))
    replace(desk.notified.notices, sender="가" * room)
    with pytest.raises(ValueError, match="too long"):
        replace(desk.notified.notices, sender="가" * (room + 1))


def test_a_receipt_of_a_revocation_is_in_her_hands(desk: Front, alice: Customer) -> None:
    opened = revoke_certificate.ask(desk.notified, SESSION, REASON)
    done = alice.agree(opened.code).hand_in()
    assert my_certificate.receipt(desk.desk, SESSION, opened.txn) == done.receipt
    assert json.loads(done.receipt)["v"] == 1
    assert enter_center.signed_in(desk.desk.visits, SESSION).customer_number == "1000001"
