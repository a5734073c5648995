"""Logins, grants, signature requests and what goes with them, wherever they are kept."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from dojang.adapters.database.books import DatabaseBooks
from dojang.adapters.database.engine import Database
from dojang.adapters.database.sealed import FieldCipher
from dojang.ports.books import Books
from dojang.refusals import InteractionNotFound, SignatureRequestNotFound
from dojang.values.certificate import Person
from dojang.values.login import AccessToken, Grant, Interaction, SentCode, SignatureRequest, SignedIn
from dojang.values.transaction import ContentItem

BACK = "https://bank.example/back"
SENT = SentCode(b"c" * 32, b"k" * 16, 10, 190, Person("홍길동", "01012345678", "1899-12-31"), 2)
INTERACTION = Interaction("i-1", "s-0", "s-1", "bank", BACK, "한 상태", "a nonce", "challenge", 900)
GRANT = Grant(b"g" * 32, "bank", BACK, "challenge", "a nonce", "subject", "txn", 40, 100)
TOKEN = AccessToken(b"t" * 32, GRANT.code_sha256, "subject", 400)
REQUEST = SignatureRequest(
    "r-1",
    "bank",
    "1000001",
    "transfer",
    (ContentItem("이체", b"\0\xff content"),),
    "https://bank.example/t/1",
    "1",
    700,
)


def test_a_login_is_kept_as_it_last_was(books: Books) -> None:
    for value in (INTERACTION, replace(INTERACTION, sent=SENT), replace(INTERACTION, sent=SENT, txn="t", session="s")):
        with books.transaction():
            books.interactions.put(value)
        assert books.interactions.get("i-1") == value
    with pytest.raises(InteractionNotFound):
        books.interactions.get("i-2")


def test_a_grant_and_its_tokens_are_found_by_their_hashes(books: Books) -> None:
    assert books.grants.by_code(GRANT.code_sha256) is None
    with books.transaction():
        books.grants.put(GRANT)
        books.grants.put(replace(GRANT, redeemed=True))
        books.grants.put_token(TOKEN)
    assert books.grants.by_code(GRANT.code_sha256) == replace(GRANT, redeemed=True)
    assert books.grants.by_token(TOKEN.token_sha256) == TOKEN
    assert books.grants.by_code(TOKEN.token_sha256) is None
    assert books.grants.by_token(GRANT.code_sha256) is None


def test_revoking_takes_the_tokens_of_one_code_alone(books: Books) -> None:
    other = replace(TOKEN, token_sha256=b"u" * 32, code_sha256=b"h" * 32)
    with books.transaction():
        books.grants.put(GRANT)
        for token in (TOKEN, replace(TOKEN, token_sha256=b"v" * 32), other):
            books.grants.put_token(token)
        books.grants.revoke_tokens(GRANT.code_sha256)
    assert [books.grants.by_token(name * 32) for name in (b"t", b"v", b"u")] == [None, None, other]
    assert books.grants.by_code(GRANT.code_sha256) == GRANT


def test_a_signature_request_is_kept_as_it_last_was(books: Books) -> None:
    for value in (REQUEST, replace(REQUEST, txn="t")):
        with books.transaction():
            books.signature_requests.put(value)
        assert books.signature_requests.get("r-1") == value
    with pytest.raises(SignatureRequestNotFound):
        books.signature_requests.get("r-2")


def test_a_session_has_one_customer_until_it_ends(books: Books) -> None:
    with books.transaction():
        books.signed_in.put(SignedIn("s", "1000001", 50))
        books.signed_in.put(SignedIn("s", "1000002", 60))
    assert books.signed_in.find("s", 59) == SignedIn("s", "1000002", 60)
    assert books.signed_in.find("s", 60) is None
    assert books.signed_in.find("t", 0) is None


def test_an_assertion_is_used_once_by_each_client(books: Books) -> None:
    with books.transaction():
        assert books.assertions.use("bank", "jti-1", 100)
        assert books.assertions.use("shop", "jti-1", 100)
        assert books.assertions.use("bank", "jti-2", 100)
    with books.transaction():
        assert not books.assertions.use("bank", "jti-1", 900)


def test_a_customer_has_another_name_at_each_relying_party_and_keeps_it(books: Books) -> None:
    with books.transaction():
        assert books.subjects.of("bank", "1000001", "one") == "one"
        assert books.subjects.of("shop", "1000001", "two") == "two"
        assert books.subjects.of("bank", "1000002", "three") == "three"
    with books.transaction():
        assert books.subjects.of("bank", "1000001", "four") == "one"
    assert books.subjects.customer("bank", "one") == "1000001"
    names = [books.subjects.find(*at) for at in (("bank", "1000001"), ("shop", "1000001"), ("shop", "1000002"))]
    assert names == ["one", "two", None]
    assert [books.subjects.customer(*at) for at in (("shop", "one"), ("bank", "two"), ("bank", "four"))] == [None] * 3


def test_what_is_over_is_forgotten_and_counted(books: Books) -> None:
    with books.transaction():
        books.interactions.put(INTERACTION)
        books.grants.put(GRANT)
        books.grants.put_token(TOKEN)
        books.signature_requests.put(REQUEST)
        books.signed_in.put(SignedIn("s", "1000001", 50))
        books.assertions.use("bank", "jti-1", 100)
    forgets: tuple[tuple[Callable[[int], int], int], ...] = (
        (books.interactions.forget, 900),
        (books.grants.forget, 100),
        (books.grants.forget, 400),
        (books.signature_requests.forget, 700),
        (books.signed_in.forget, 50),
        (books.assertions.forget, 100),
    )
    with books.transaction():
        for forget, end in forgets:
            assert (forget(end), forget(end + 1)) == (0, 1)
    with pytest.raises(InteractionNotFound):
        books.interactions.get("i-1")


def test_what_a_failed_transaction_wrote_is_not_there(books: Books) -> None:
    def fail() -> None:
        with books.transaction():
            books.interactions.put(INTERACTION)
            books.assertions.use("bank", "jti-1", 100)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with pytest.raises(InteractionNotFound):
        books.interactions.get("i-1")
    with books.transaction():
        assert books.assertions.use("bank", "jti-1", 100)


def test_what_two_change_at_once_is_changed_twice(books: Books) -> None:
    with books.transaction():
        books.interactions.put(replace(INTERACTION, sent=replace(SENT, tries=0)))
    together = threading.Barrier(4)

    def count() -> None:
        together.wait(10)
        for _ in range(5):
            with books.transaction():
                found = books.interactions.get("i-1")
                assert found.sent is not None
                books.interactions.put(replace(found, sent=replace(found.sent, tries=found.sent.tries + 1)))

    _at_once([count] * 4)
    sent = books.interactions.get("i-1").sent
    assert sent is not None
    assert sent.tries == 20


def test_of_two_uses_at_once_one_is_the_first(books: Books) -> None:
    together, used = threading.Barrier(4), []

    def use() -> None:
        together.wait(10)
        with books.transaction():
            used.append(books.assertions.use("bank", "jti-1", 100))

    _at_once([use] * 4)
    assert sorted(used) == [False, False, False, True]


def test_two_who_meet_a_customer_at_once_learn_one_name(books: Books) -> None:
    together, names = threading.Barrier(4), []

    def meet(fresh: str) -> None:
        together.wait(10)
        with books.transaction():
            names.append(books.subjects.of("bank", "1000001", fresh))

    _at_once([lambda fresh=fresh: meet(fresh) for fresh in "abcd"])  # type: ignore[misc]
    assert len(names) == 4
    assert len(set(names)) == 1


def _at_once(acts: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_who_somebody_is_stands_nowhere_in_the_database(database: Database) -> None:
    from sqlalchemy import select

    from dojang.adapters.database import logins

    books = DatabaseBooks(database, FieldCipher(bytes(range(32))))
    with books.transaction():
        books.interactions.put(replace(INTERACTION, sent=SENT, redirect_to="https://bank.example/cb?code=CANARY"))
        books.grants.put(GRANT)
        books.signature_requests.put(replace(REQUEST, items=(ContentItem("CANARY", b"CANARY"),)))
        books.signed_in.put(SignedIn("s", "1000001", 50))
        books.subjects.of("bank", "1000001", "one")
    tables = (logins.interactions, logins.grants, logins.signature_requests, logins.signed_in, logins.subjects)
    kept = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for table in tables
        for row in database.rows(select(table))
        for value in row.values()
    )
    assert kept
    for secret in (b"1000001", b"CANARY", b"a nonce", SENT.code_sha256, "한 상태".encode()):
        assert secret not in kept


def test_every_browser_of_one_customer_is_signed_out_and_nobody_elses(books: Books) -> None:
    with books.transaction():
        for session, customer in (("a", "1000001"), ("b", "1000001"), ("c", "1000002")):
            books.signed_in.put(SignedIn(session, customer, 100))
    with books.transaction():
        assert books.signed_in.end("1000001") == 2
    assert [books.signed_in.find(session, 0) is None for session in "abc"] == [True, True, False]
