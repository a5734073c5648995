"""The books of certificates and of versions."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from dojang.adapters.database.books import DatabaseBooks
from dojang.adapters.database.engine import Database
from dojang.adapters.database.sealed import FieldCipher
from dojang.ports.books import Books
from dojang.refusals import CertificateNotFound, IssuanceUnderWay, VersionNotFound, VersionUnderWay
from dojang.values.certificate import CertificateEntry, CertificateState, Person
from dojang.values.version import CustomerVersion, VersionState

PERSON = Person("홍 길동", "010-1234-5678", "1899-12-31")


def entry(number: int = 1, **changes: Any) -> CertificateEntry:
    made = CertificateEntry(
        kid=bytes([number]) * 16,
        uid=bytes([number]) * 16,
        application=f"a-{number}",
        serial=f"01{number:032x}",
        profile="personal_financial",
        not_before=1000 + number,
        not_after=5000 + number,
        customer_number="1000001",
        person=PERSON,
        replaces=b"",
    )
    return replace(made, **changes)


def valid(number: int = 1, **changes: Any) -> CertificateEntry:
    return entry(number, state=CertificateState.VALID, der=b"\x30\x00\xff", **changes)


def keep(books: Books, *entries: CertificateEntry) -> None:
    for one in entries:
        with books.transaction():
            books.certificates.reserve(replace(one, state=CertificateState.GIVEN_UP))
            books.certificates.put(one)


def test_an_intent_is_kept_once_per_kid(books: Books) -> None:
    with books.transaction():
        assert books.certificates.reserve(entry()) == entry()
    with books.transaction():
        assert books.certificates.reserve(entry(serial="02" * 17)) == entry()
    assert books.certificates.get(bytes([1]) * 16) == entry()


@pytest.mark.parametrize("state", [CertificateState.RESERVED, CertificateState.VOUCHED])
def test_a_customer_has_one_issuance_under_way(books: Books, state: CertificateState) -> None:
    with books.transaction():
        books.certificates.reserve(entry(1, state=state))
    with pytest.raises(IssuanceUnderWay), books.transaction():
        books.certificates.reserve(entry(2))
    with books.transaction():
        books.certificates.put(entry(1, state=CertificateState.GIVEN_UP))
        books.certificates.reserve(entry(2))


def test_two_issuances_of_one_customer_at_once_are_not_both_reserved(books: Books) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def run(number: int) -> None:
        barrier.wait()
        try:
            with books.transaction():
                books.certificates.reserve(entry(number))
            outcomes.append("reserved")
        except IssuanceUnderWay:
            outcomes.append("under way")

    threads = [threading.Thread(target=run, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["reserved", "under way"]


def test_a_customer_has_one_valid_certificate(books: Books) -> None:
    keep(books, valid(1))
    with pytest.raises(IssuanceUnderWay):
        keep(books, valid(2))
    keep(books, valid(3, customer_number="1000002"))
    assert books.certificates.valid_of_customer("1000001") == valid(1)


@pytest.mark.parametrize(
    "person",
    [
        PERSON,
        Person("길동 홍", "01012345678", "1899-12-31"),
        Person("홍길동", "010 1234 5678", "1899-12-31"),
        Person("홍길동", "010-1234-5678", "1899-12-31"),
    ],
)
def test_a_valid_certificate_is_found_by_its_person_however_spelled(books: Books, person: Person) -> None:
    keep(books, valid(1))
    assert books.certificates.valid_of_person(person) == valid(1)


@pytest.mark.parametrize(
    "person",
    [
        Person("홍길순", "01012345678", "1899-12-31"),
        Person("홍길동", "01012345679", "1899-12-31"),
        Person("홍길동", "01012345678", "1899-12-30"),
    ],
)
def test_another_person_is_not_found(books: Books, person: Person) -> None:
    keep(books, valid(1))
    assert books.certificates.valid_of_person(person) is None


@pytest.mark.parametrize("state", [state for state in CertificateState if state is not CertificateState.VALID])
def test_only_a_valid_certificate_is_found_by_its_person(books: Books, state: CertificateState) -> None:
    keep(books, replace(valid(1), state=state))
    assert books.certificates.valid_of_person(PERSON) is None
    assert books.certificates.valid_of_customer("1000001") is None


def test_the_newest_of_two_customers_with_one_name_number_and_birth_date_is_found(books: Books) -> None:
    keep(books, valid(2, customer_number="1000002"), valid(1))
    assert books.certificates.valid_of_person(PERSON) == valid(2, customer_number="1000002")


def test_a_certificate_is_found_by_its_serial_number(books: Books) -> None:
    keep(books, valid(1))
    assert books.certificates.by_serial(valid(1).serial) == valid(1)
    with pytest.raises(CertificateNotFound):
        books.certificates.by_serial("00")
    with pytest.raises(CertificateNotFound):
        books.certificates.get(bytes(16))
    with pytest.raises(CertificateNotFound), books.transaction():
        books.certificates.put(valid(9))


def test_what_the_status_service_has_not_heard_is_told_oldest_first(books: Books) -> None:
    revoked = replace(valid(1), state=CertificateState.REVOKED, reason="superseded", revoked_at=7, told=1)
    unknown = valid(2, customer_number="1000002")
    keep(books, unknown, revoked, valid(3, told=1), entry(4, customer_number="1000004"))
    assert books.certificates.untold(10) == (revoked, unknown)
    assert books.certificates.untold(1) == (revoked,)


def test_certificates_long_expired_are_forgotten(books: Books) -> None:
    keep(books, valid(1), valid(2, customer_number="1000002"))
    with books.transaction():
        assert books.certificates.forget(5002) == 1
    assert books.certificates.find(bytes([1]) * 16) is None
    assert books.certificates.find(bytes([2]) * 16) is not None


def version(number: int = 1, **changes: Any) -> CustomerVersion:
    made = CustomerVersion(bytes([number]) * 16, 1, bytes([number + 100]) * 16, f"a-{number}", started_at=1000 + number)
    return replace(made, **changes)


def test_a_version_is_kept_whole(books: Books) -> None:
    full = version(
        state=VersionState.STATED,
        record=b'{"r":1}',
        attestation=b"{}",
        spki=b"\x30\x00\xff",
        log_id=b"l" * 16,
        statement=b"{}",
        receipts=(b"{1}", b"{2}"),
        tries=3,
        try_again_at=9,
    )
    with books.transaction():
        books.versions.add(version())
        books.versions.put(full)
    assert books.versions.get(full.uid) == books.versions.of_application("a-1") == full


def test_an_application_has_one_version(books: Books) -> None:
    with books.transaction():
        books.versions.add(version(1))
    with pytest.raises(VersionUnderWay), books.transaction():
        books.versions.add(version(2, application="a-1"))
    with books.transaction():
        books.versions.remove(version(1).uid)
        books.versions.add(version(2, application="a-1"))
    assert books.versions.of_application("a-1") == version(2, application="a-1")


def test_unknown_versions_are_refused(books: Books) -> None:
    assert books.versions.of_application("a-1") is None
    with pytest.raises(VersionNotFound):
        books.versions.get(bytes(16))
    with pytest.raises(VersionNotFound), books.transaction():
        books.versions.put(version())


def test_due_versions_come_the_longest_waiting_first(books: Books) -> None:
    waiting = [version(number, try_again_at=at) for number, at in ((1, 0), (2, 30), (3, 10), (4, 31))]
    with books.transaction():
        for one in waiting:
            books.versions.add(one)
    assert books.versions.due(30, 10) == (waiting[2], waiting[1])
    assert books.versions.due(30, 1) == (waiting[2],)


@pytest.mark.parametrize(
    ("state", "gone"),
    [
        (VersionState.OPEN, 1),
        (VersionState.STATED, 0),
        (VersionState.LIVE, 0),
        (VersionState.CERTIFIED, 0),
        (VersionState.ENDED, 1),
    ],
)
def test_only_versions_that_came_to_nothing_are_forgotten(books: Books, state: VersionState, gone: int) -> None:
    with books.transaction():
        books.versions.add(version(1, state=state))
        books.versions.add(version(2, state=state, started_at=2000))
    with books.transaction():
        assert books.versions.forget(2000) == gone
    assert books.versions.get(version(2).uid).state is state


@pytest.fixture
def plain(database: Database) -> tuple[Books, Database]:
    return DatabaseBooks(database, FieldCipher(bytes(range(32)))), database


def test_nobody_is_named_in_the_database(plain: tuple[Books, Database]) -> None:
    books, database = plain
    keep(books, valid(1))
    columns = database.rows(text("SELECT * FROM certificates"))[0].values()
    stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in columns)
    assert valid(1).serial.encode() in stored
    for known in (PERSON.name, "홍길동", PERSON.phone, "01012345678", PERSON.birth_date, "1000001"):
        assert known.encode() not in stored


def test_an_index_is_worth_nothing_without_the_key(plain: tuple[Books, Database]) -> None:
    books, database = plain
    keep(books, valid(1))
    other = DatabaseBooks(database, FieldCipher(bytes(32)))
    assert other.certificates.valid_of_person(PERSON) is None


def test_a_customer_s_certificates_are_found_the_newest_first_revoked_ones_too(books: Books) -> None:
    revoked = replace(valid(1), state=CertificateState.REVOKED, reason="superseded", revoked_at=7)
    keep(books, revoked, valid(3), valid(2, customer_number="1000002"))
    keep(books, replace(entry(4), state=CertificateState.GIVEN_UP), entry(5))
    assert books.certificates.of_customer("1000001") == (valid(3), revoked)
    assert books.certificates.of_customer("1000009") == ()
