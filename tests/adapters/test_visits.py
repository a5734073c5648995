"""The books of visits and transactions."""

from dataclasses import replace

import pytest

from dojang.ports.books import Books
from dojang.refusals import CodeRefused, TransactionNotFound, VisitRefused
from dojang.values.transaction import ContentItem, SignedPlace, SignedResult, TransactionRequest, Visit

VISIT = Visit(b"c" * 32, "use", "txn-1", connected=True, code_expires_at=300, expires_at=600)
REQUEST = TransactionRequest(
    txn="txn-1",
    kid=b"k" * 16,
    relying_party="bank",
    purpose="transfer",
    items=(ContentItem("이체", b"\x00\xff"),),
    nonce=b"n" * 16,
    return_to="http://bank.localhost:8000/",
    expires_at=300,
)


def test_a_visit_is_found_by_its_code_and_once_opened_by_its_bearer(books: Books) -> None:
    opened = replace(VISIT, bearer_sha256=b"b" * 32, transaction=b"\x00T\xff", expires_at=700)
    with books.transaction():
        books.visits.add(VISIT)
        books.visits.add(replace(VISIT, code_sha256=b"d" * 32))
    assert books.visits.by_code(b"c" * 32) == VISIT
    with books.transaction():
        assert books.visits.by_code(b"c" * 32) == VISIT
        books.visits.put(opened)
    assert books.visits.by_code(b"c" * 32) == books.visits.by_bearer(b"b" * 32) == opened


def test_unknown_codes_and_bearers_are_refused(books: Books) -> None:
    with pytest.raises(CodeRefused):
        books.visits.by_code(b"c" * 32)
    with pytest.raises(VisitRefused):
        books.visits.by_bearer(b"b" * 32)
    with pytest.raises(VisitRefused), books.transaction():
        books.visits.put(VISIT)


def test_an_unopened_visit_has_no_empty_bearer(books: Books) -> None:
    with books.transaction():
        books.visits.add(VISIT)
    with pytest.raises(VisitRefused):
        books.visits.by_bearer(b"")


def test_visits_that_are_over_are_forgotten(books: Books) -> None:
    with books.transaction():
        books.visits.add(VISIT)
        books.visits.add(replace(VISIT, code_sha256=b"d" * 32, expires_at=601))
    with books.transaction():
        assert books.visits.forget(601) == 1
    assert books.visits.by_code(b"d" * 32).expires_at == 601
    with pytest.raises(CodeRefused):
        books.visits.by_code(b"c" * 32)


def test_a_transaction_is_kept_whole(books: Books) -> None:
    result = SignedResult((b"\x30\x00",), b"\x30\x01", b'{"v":1}', 400)
    done = replace(REQUEST, claimed=b"a" * 32, signed=result, expires_at=500)
    with books.transaction():
        books.transactions.add(REQUEST)
    assert books.transactions.get("txn-1") == REQUEST
    with books.transaction():
        books.transactions.put(done)
    assert books.transactions.get("txn-1") == done


def test_unknown_transactions_are_refused(books: Books) -> None:
    with pytest.raises(TransactionNotFound):
        books.transactions.get("txn-1")
    with pytest.raises(TransactionNotFound), books.transaction():
        books.transactions.put(REQUEST)


def test_old_transactions_are_forgotten(books: Books) -> None:
    with books.transaction():
        books.transactions.add(REQUEST)
        books.transactions.add(replace(REQUEST, txn="txn-2", expires_at=301))
    with books.transaction():
        assert books.transactions.forget(301) == 1
    assert books.transactions.get("txn-2").expires_at == 301
    with pytest.raises(TransactionNotFound):
        books.transactions.get("txn-1")


def signed(txn: str, at: int, kid: bytes = REQUEST.kid) -> TransactionRequest:
    return replace(REQUEST, txn=txn, kid=kid, signed=SignedResult((b"\x30",), b"\x30", b"{}", at))


def keep(books: Books, *requests: TransactionRequest) -> None:
    """First unsigned, as every one begins."""
    with books.transaction():
        for request in requests:
            books.transactions.add(replace(request, signed=None))
    with books.transaction():
        for request in requests:
            books.transactions.put(request)


def test_what_a_kid_signed_is_found_the_newest_first_and_nothing_else(books: Books) -> None:
    other = signed("txn-3", 450, b"o" * 16)
    keep(books, signed("txn-1", 400), signed("txn-2", 500), other, replace(REQUEST, txn="txn-4"))
    assert books.transactions.signed_by([REQUEST.kid], 10) == (signed("txn-2", 500), signed("txn-1", 400))
    both = books.transactions.signed_by([other.kid, REQUEST.kid], 10)
    assert both == (signed("txn-2", 500), other, signed("txn-1", 400))
    assert books.transactions.signed_by([], 10) == ()


def test_page_after_page_shows_each_of_them_once_those_of_one_second_too(books: Books) -> None:
    kept = [signed(f"txn-{number}", 400 + number // 3) for number in range(8)]
    keep(books, *kept)
    seen: list[TransactionRequest] = []
    place: SignedPlace | None = None
    while page := books.transactions.signed_by([REQUEST.kid], 3, place):
        seen += page
        place = page[-1].place
    assert seen == sorted(kept, key=lambda one: (one.signed.signed_at if one.signed else 0, one.txn), reverse=True)
