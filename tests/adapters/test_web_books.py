"""Sessions end, answers are kept once, tries are counted."""

from dataclasses import replace

import pytest

from dojang.ports.books import Books
from dojang.refusals import IdempotencyKeyReused
from dojang.values.web import KeptAnswer, Session

ASKED = KeptAnswer("a-session", "key-1", b"\1" * 32, 100)
SAID = replace(ASKED, status=403, media_type="application/problem+json", body='{"code": "나쁨"}'.encode())


def test_a_session_is_found_until_it_ends_and_may_live_on(books: Books) -> None:
    with books.transaction():
        books.sessions.put(Session("s", 10, 20))
    assert books.sessions.find("s", 19) == Session("s", 10, 20)
    assert books.sessions.find("s", 20) is None
    assert books.sessions.find("t", 19) is None
    with books.transaction():
        books.sessions.put(Session("s", 10, 30))
    assert books.sessions.find("s", 20) == Session("s", 10, 30)
    with books.transaction():
        assert books.sessions.forget(30) == 0
        assert books.sessions.forget(31) == 1


def test_a_kept_answer_comes_back_and_an_unfinished_one_is_begun_again(books: Books) -> None:
    for _ in range(2):
        with books.transaction():
            assert books.idempotency.begin(ASKED).status == 0
    with books.transaction():
        books.idempotency.finish(SAID)
    with books.transaction():
        assert books.idempotency.begin(replace(ASKED, begun_at=200)) == SAID


def test_the_same_key_with_another_request_is_refused_finished_or_not(books: Books) -> None:
    other = replace(ASKED, fingerprint=b"\2" * 32)
    with books.transaction():
        books.idempotency.begin(ASKED)
    with pytest.raises(IdempotencyKeyReused), books.transaction():
        books.idempotency.begin(other)
    with books.transaction():
        books.idempotency.finish(SAID)
    with pytest.raises(IdempotencyKeyReused), books.transaction():
        books.idempotency.begin(other)


def test_another_session_has_its_own_keys(books: Books) -> None:
    with books.transaction():
        books.idempotency.begin(ASKED)
        books.idempotency.finish(SAID)
        assert books.idempotency.begin(replace(ASKED, scope="another")).status == 0
        assert books.idempotency.forget(100) == 0
        assert books.idempotency.forget(101) == 2


def test_tries_are_counted_by_bucket_and_time_and_one_may_be_taken_back(books: Books) -> None:
    with books.transaction():
        for at in (10, 20, 20, 30):
            books.tries.add("person", at)
        books.tries.add("address", 20)
        assert [books.tries.count("person", since) for since in (10, 11, 20, 21, 31)] == [4, 3, 3, 1, 0]
        books.tries.take_back("person", 20)
        books.tries.take_back("person", 99)
        assert (books.tries.count("person", 0), books.tries.count("address", 0)) == (3, 1)
        assert books.tries.forget(20) == 1
    assert books.tries.count("person", 0) == 2
