"""The books of visits and transactions."""

from dataclasses import replace

import pytest

from dojang.ports.books import Books
from dojang.refusals import CodeRefused, TransactionNotFound, VisitRefused
from dojang.values.transaction import ContentItem, SignedResult, TransactionRequest, Visit

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
