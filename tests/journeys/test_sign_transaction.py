"""From a relying party's request to a signature and the customer's receipt, and everything that must not sign."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509

from dojang.adapters.in_memory.book import MemoryBook
from dojang.client.verifier.receipt import verify_receipt
from dojang.journeys import give_consent, sign_transaction
from dojang.journeys.sign_transaction import OpenedTransaction
from dojang.pin import tickets
from dojang.pin.encoding import sha256
from dojang.pin.signatures import SigningKey
from dojang.pin.signed import Signed
from dojang.refusals import (
    ActivationRefused,
    ActivationReplayed,
    CertificateNotFound,
    CertificateNotValid,
    CodeRefused,
    ConnectFirst,
    ReceiptRefused,
    SignatureRefused,
    TicketExpired,
    TransactionNotFound,
    TransactionRefused,
    VaultUnavailable,
    VisitRefused,
)
from dojang.signing.what_is_signed import Transaction, login_content, transfer_content
from dojang.values.transaction import ContentItem
from tests.journeys.center import Agreed, Center, Customer
from tests.journeys.parties import seed

BANK = "hanbit-bank"
NONCE = b"a nonce of the bank's"
BACK = "http://bank.localhost:8000/transfers/1/return"
ITEM = ContentItem("이체", transfer_content([("받는 분", "김하늘"), ("금액", "10,000원")]))


def login(center: Center, customer: Customer) -> OpenedTransaction:
    return sign_transaction.open_login_transaction(
        center.desk, kid=customer.visit.kid, relying_party=BANK, nonce=NONCE, return_to=BACK
    )


def transfer(center: Center, customer: Customer, *items: ContentItem, connected: bool = True) -> OpenedTransaction:
    return sign_transaction.open_signature_transaction(
        center.desk,
        kid=customer.visit.kid,
        relying_party=BANK,
        purpose="transfer",
        items=items or (ITEM,),
        return_to=BACK,
        connected=connected,
    )


@pytest.fixture
def customer(center: Center) -> Customer:
    return center.enrolled()


@pytest.fixture
def alice(memory_center: Center) -> Customer:
    return memory_center.enrolled()


def test_a_transfer_is_signed_and_the_receipt_verifies_offline(center: Center, customer: Customer) -> None:
    asked = transfer(center, customer)
    assert sign_transaction.result(center.desk, asked.txn).state == "pending"
    done = customer.agree(asked.code).hand_in()
    assert done.return_to == BACK
    found = verify_receipt(done.receipt, center.anchors, "transfer")
    result = sign_transaction.result(center.desk, asked.txn)
    assert (result.state, result.receipt, result.contents) == ("signed", done.receipt, (ITEM.content,))
    assert sha256(result.certificate) == found.certificate
    assert result.chain == center.desk.chain
    assert len(result.cms) == 1
    assert ITEM.content in result.cms[0]


def test_what_is_shown_comes_from_the_contents(center: Center, customer: Customer) -> None:
    opened = give_consent.open_use(center.desk, transfer(center, customer).code)
    transaction = Transaction.parse(opened.transaction)
    assert transaction.display == (("받는 분", "김하늘"), ("금액", "10,000원"))
    assert [item.content_hash for item in transaction.items] == [sha256(opened.contents[0])]
    assert (transaction.iat, transaction.exp) == (center.clock.now(), center.clock.now() + 300)
    assert transaction.certificate == sha256(opened.certificate)


def test_a_login_signs_the_relying_partys_nonce(center: Center, customer: Customer) -> None:
    asked = login(center, customer)
    done = customer.agree(asked.code).hand_in()
    assert verify_receipt(done.receipt, center.anchors, "login").nonce == NONCE
    assert sign_transaction.result(center.desk, asked.txn).contents == (login_content(BANK, NONCE),)


def test_several_items_are_signed_with_one_pin(memory_center: Center, alice: Customer) -> None:
    second = ContentItem("둘째", transfer_content([("메모", "월세")]))
    asked = transfer(memory_center, alice, ITEM, second)
    alice.agree(asked.code).hand_in()
    assert len(sign_transaction.result(memory_center.desk, asked.txn).cms) == 2


def test_each_guard_has_a_ticket_for_this_transaction_alone(memory_center: Center, alice: Customer) -> None:
    opened = give_consent.open_use(memory_center.desk, transfer(memory_center, alice).code)
    memory_center.clock.forward(100)
    fresh = give_consent.fresh_tickets(memory_center.desk, opened.bearer)
    now, seen = memory_center.clock.now(), set()
    for guard, text, newer in zip(memory_center.anchors.guards, opened.tickets, fresh, strict=True):
        for one, until in ((text, now - 100 + 120), (newer, now + 120)):
            ticket = tickets.open_attempt(one, memory_center.anchors.ticket_key, guard.guard_id, now)
            assert (ticket.uid, ticket.ver, ticket.exp) == (alice.visit.uid, 1, until)
            assert ticket.th == sha256(opened.transaction)
            seen.add(ticket.jti)
    assert len(seen) == 6


def test_no_ticket_outlives_its_transaction_and_none_is_given_after_it(memory_center: Center, alice: Customer) -> None:
    opened = give_consent.open_use(memory_center.desk, transfer(memory_center, alice).code)
    memory_center.clock.forward(300)
    text = give_consent.fresh_tickets(memory_center.desk, opened.bearer)[0]
    now = memory_center.clock.now()
    assert tickets.open_attempt(text, memory_center.anchors.ticket_key, "guard-1", now).exp == now
    memory_center.clock.forward(1)
    with pytest.raises(TicketExpired):
        give_consent.fresh_tickets(memory_center.desk, opened.bearer)


def test_the_same_activation_again_gets_the_same_receipt_and_signs_once(center: Center, customer: Customer) -> None:
    agreed = customer.agree(transfer(center, customer).code)
    first = agreed.hand_in()
    assert agreed.hand_in() == first
    assert center.to_vault.calls.count("activate") == 1


def test_another_activation_for_a_signed_transaction_is_refused(center: Center, customer: Customer) -> None:
    agreed = customer.agree(transfer(center, customer).code)
    agreed.hand_in()
    said = replace(agreed.activation.message, attempts=(bytes(32), b"1" * 32))
    other = replace(agreed, activation=Signed(said, customer.ak.sign(said.signed())))
    with pytest.raises(ActivationReplayed):
        other.hand_in()


def test_two_pages_of_one_transaction_sign_it_once(center: Center, customer: Customer) -> None:
    asked = transfer(center, customer)
    again = sign_transaction.new_code(center.desk, asked.txn, connected=True)
    one, other = customer.agree(asked.code), customer.agree(again.code)
    one.hand_in()
    with pytest.raises(ActivationReplayed):
        other.hand_in()
    assert len(center.vault.used) == 1


def test_an_answer_of_the_vault_that_was_lost_is_had_by_repeating(center: Center, customer: Customer) -> None:
    agreed = customer.agree(transfer(center, customer).code)
    center.to_vault.lose = 1
    with pytest.raises(VaultUnavailable):
        agreed.hand_in()
    done = agreed.hand_in()
    assert len(center.vault.used) == 1
    verify_receipt(done.receipt, center.anchors, "transfer")


def test_a_transaction_that_the_vault_may_have_signed_is_opened_no_more(center: Center, customer: Customer) -> None:
    asked = transfer(center, customer)
    other = sign_transaction.new_code(center.desk, asked.txn, connected=True)
    agreed = customer.agree(asked.code)
    center.to_vault.lose = 1
    with pytest.raises(VaultUnavailable):
        agreed.hand_in()
    with pytest.raises(ActivationReplayed):
        give_consent.open_use(center.desk, other.code)
    with pytest.raises(ActivationReplayed):
        sign_transaction.new_code(center.desk, asked.txn, connected=True)


def test_a_refusal_of_the_vault_gives_the_transaction_back(center: Center, customer: Customer) -> None:
    asked = transfer(center, customer)
    agreed = customer.agree(asked.code)
    with pytest.raises(ReceiptRefused):
        replace(agreed, receipts=agreed.receipts[:1]).hand_in()
    again = sign_transaction.new_code(center.desk, asked.txn, connected=True)
    customer.agree(again.code).hand_in()


def test_a_signature_that_does_not_hold_reaches_nobody(memory_center: Center, alice: Customer) -> None:
    asked = transfer(memory_center, alice)
    agreed = alice.agree(asked.code)
    honest = memory_center.vault.activate

    def lying(*args: Any) -> Any:
        made = honest(*args)
        other = bytearray(made.signatures[0])
        other[-1] ^= 1
        return replace(made, signatures=(bytes(other),))

    memory_center.vault.activate = lying  # type: ignore[assignment, method-assign]
    with pytest.raises(SignatureRefused):
        agreed.hand_in()
    assert sign_transaction.result(memory_center.desk, asked.txn).cms == ()


def test_fewer_signatures_than_items_reach_nobody(memory_center: Center, alice: Customer) -> None:
    agreed = alice.agree(transfer(memory_center, alice).code)
    honest = memory_center.vault.activate
    memory_center.vault.activate = lambda *args: replace(honest(*args), signatures=())  # type: ignore[method-assign]
    with pytest.raises(SignatureRefused):
        agreed.hand_in()


ACTIVATIONS: dict[str, dict[str, Any]] = {
    "another uid": {"uid": bytes(16)},
    "another ver": {"ver": 2},
    "another transaction": {"th": bytes(32)},
    "earlier": {"iat": 1},
    "longer": {"exp": 2_000_000_000},
}


@pytest.mark.parametrize("changes", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_an_activation_for_something_else_does_not_reach_the_vault(
    memory_center: Center, alice: Customer, changes: dict[str, Any]
) -> None:
    with pytest.raises(ActivationRefused):
        alice.agree(transfer(memory_center, alice).code, **changes).hand_in()
    assert "activate" not in memory_center.to_vault.calls


def test_an_activation_that_ak_did_not_sign_does_not_reach_the_vault(memory_center: Center, alice: Customer) -> None:
    agreed = alice.agree(transfer(memory_center, alice).code)
    said = agreed.activation.message
    forged = Signed(said, SigningKey(seed("mallory")).sign(said.signed()))
    with pytest.raises(ActivationRefused):
        replace(agreed, activation=forged).hand_in()
    assert "activate" not in memory_center.to_vault.calls


def test_an_activation_does_not_serve_another_visit(center: Center, customer: Customer) -> None:
    agreed = customer.agree(transfer(center, customer).code)
    other = give_consent.open_use(center.desk, login(center, customer).code)
    with pytest.raises(ActivationRefused):
        agreed.hand_in(other.bearer)


def test_somebody_else_cannot_agree(memory_center: Center, alice: Customer) -> None:
    mallory = memory_center.enrolled("a-2", "1000002", holder="김하늘", phone="01087654321")
    with pytest.raises(ActivationRefused):
        mallory.agree(transfer(memory_center, alice).code).hand_in()


def test_a_code_opens_one_use(center: Center, customer: Customer) -> None:
    code = transfer(center, customer).code
    give_consent.open_use(center.desk, code)
    with pytest.raises(CodeRefused):
        give_consent.open_use(center.desk, code)


def test_a_code_that_is_late_opens_nothing_and_a_new_one_does(center: Center, customer: Customer) -> None:
    asked = transfer(center, customer)
    center.clock.forward(300)
    with pytest.raises(CodeRefused):
        give_consent.open_use(center.desk, asked.code)
    give_consent.open_use(center.desk, sign_transaction.new_code(center.desk, asked.txn, connected=True).code)


def test_a_code_without_sms_leads_back_and_is_not_spent(center: Center, customer: Customer) -> None:
    code = transfer(center, customer, connected=False).code
    for _ in range(2):
        with pytest.raises(ConnectFirst):
            give_consent.open_use(center.desk, code)


def test_a_code_of_a_version_opens_no_use(memory_center: Center) -> None:
    with pytest.raises(CodeRefused):
        give_consent.open_use(memory_center.desk, memory_center.proven())


def test_a_visit_to_sign_ends_a_minute_after_its_transaction(memory_center: Center, alice: Customer) -> None:
    agreed = alice.agree(transfer(memory_center, alice).code)
    memory_center.clock.forward(360)
    with pytest.raises(VisitRefused):
        agreed.hand_in()


def test_a_transaction_that_nobody_signed_expires(center: Center, customer: Customer) -> None:
    asked = transfer(center, customer)
    center.clock.forward(659)
    assert sign_transaction.result(center.desk, asked.txn).state == "pending"
    center.clock.forward(1)
    assert sign_transaction.result(center.desk, asked.txn).state == "expired"


def test_nothing_is_signed_with_a_replaced_certificate(center: Center, customer: Customer) -> None:
    waiting, opened = transfer(center, customer), customer.agree(transfer(center, customer).code)
    newer = center.enrolled("a-2")
    acts: tuple[Callable[[], object], ...] = (
        lambda: give_consent.open_use(center.desk, waiting.code),
        opened.hand_in,
        lambda: transfer(center, customer),
        lambda: give_consent.fresh_tickets(center.desk, opened.opened.bearer),
    )
    for act in acts:
        with pytest.raises(CertificateNotValid):
            act()
    newer.agree(transfer(center, newer).code).hand_in()


def test_nothing_is_signed_with_an_expired_certificate(memory_center: Center, alice: Customer) -> None:
    memory_center.clock.time = memory_center.books.certificates.get(alice.visit.kid).not_after
    with pytest.raises(CertificateNotValid):
        login(memory_center, alice)


def test_a_kid_without_certificate_signs_nothing(memory_center: Center, alice: Customer) -> None:
    alice.visit = replace(alice.visit, kid=bytes(16))
    with pytest.raises(CertificateNotFound):
        login(memory_center, alice)


def test_an_unknown_transaction_has_no_result(center: Center) -> None:
    with pytest.raises(TransactionNotFound):
        sign_transaction.result(center.desk, "none")


CONTENTS = {
    "not canonical": b'{"pairs": [["a", "b"]],"type":"transfer"}',
    "another type": b'{"pairs":[["a","b"]],"type":"gift"}',
    "turned around": transfer_content([("a", "b")]).replace(b'"b"', '"b\u202e"'.encode()),
    "text": b"10,000 won to Mallory",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_contents_that_cannot_be_shown_are_not_asked_for(
    memory_center: Center, alice: Customer, content: bytes
) -> None:
    with pytest.raises(TransactionRefused):
        transfer(memory_center, alice, ContentItem("이체", content))


@pytest.mark.parametrize("nonce", [b"short", b"n" * 129])
def test_a_login_needs_a_nonce_of_a_fit_size(memory_center: Center, alice: Customer, nonce: bytes) -> None:
    with pytest.raises(TransactionRefused):
        sign_transaction.open_login_transaction(
            memory_center.desk, kid=alice.visit.kid, relying_party=BANK, nonce=nonce, return_to=BACK
        )


def test_sealed_is_nowhere_in_what_is_kept(memory_center: Center, alice: Customer) -> None:
    agreed: Agreed = alice.agree(transfer(memory_center, alice).code)
    agreed.hand_in()
    kept = [book for book in vars(memory_center.books).values() if isinstance(book, MemoryBook)]
    values = [value for book in kept for value in book.rows.values()]
    assert values
    assert all(agreed.sealed not in _bytes_of(value) for value in values)


def _bytes_of(value: object) -> list[bytes]:
    """Every bytes value inside."""
    if isinstance(value, bytes):
        return [value]
    if isinstance(value, tuple):
        return [found for part in value for found in _bytes_of(part)]
    fields = getattr(value, "__dataclass_fields__", {})
    return [found for name in fields for found in _bytes_of(getattr(value, name))]


def test_the_certificate_in_the_receipt_is_the_holders(memory_center: Center, alice: Customer) -> None:
    asked = login(memory_center, alice)
    alice.agree(asked.code).hand_in()
    certificate = x509.load_der_x509_certificate(sign_transaction.result(memory_center.desk, asked.txn).certificate)
    assert certificate.public_key() == memory_center.vault.made[alice.visit.kid][2].public_key()
