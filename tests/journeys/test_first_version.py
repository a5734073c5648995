"""A first version and its certificate: the whole way, and every forged step of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dojang.journeys import first_version, give_consent, visits
from dojang.pin import tickets
from dojang.pin.messages import NamedKey
from dojang.pin.record import Record
from dojang.pin.signatures import SigningKey
from dojang.pin.signed import Signed
from dojang.proofing.application import expected
from dojang.refusals import (
    ApplicationExpired,
    CodeRefused,
    CredentialRefused,
    GuardUnavailable,
    ProofExpired,
    RecordMismatch,
    StatementRefused,
    VaultUnavailable,
    VersionNotFound,
    VersionUnderWay,
    VisitRefused,
)
from dojang.values.application import Step
from dojang.values.certificate import CertificateState, Person
from dojang.values.version import VersionState
from tests.journeys.center import BORN, NAME, PHONE, PIN_ORIGIN, Center, Customer
from tests.journeys.parties import seed


def test_a_proven_customer_gets_one_certificate_and_is_found_by_name_phone_and_birth_date(center: Center) -> None:
    customer = Customer(center)
    customer.open(center.proven())
    issued = customer.make_all()
    assert {receipt.message.guard_id for receipt in issued.receipts} == {"guard-1", "guard-2", "guard-3"}
    found = center.books.certificates.valid_of_person(Person(NAME, PHONE, BORN))
    assert found == issued.entry
    assert found.state is CertificateState.VALID
    assert center.books.applications.get("a-1").serial == found.serial
    assert [fact.reason for fact in center.status.facts[found.serial]] == [""]


def test_the_visit_has_a_ticket_for_each_guard_and_what_a_pin_should_not_be(center: Center) -> None:
    opened = Customer(center).open(center.proven())
    now = center.clock.now()
    for guard, text in zip(center.anchors.guards, opened.tickets, strict=True):
        ticket = tickets.open_version(text, center.anchors.ticket_key, guard.guard_id, now)
        assert (ticket.uid, ticket.kid, ticket.ver, ticket.exp) == (opened.uid, opened.kid, 1, now + 600)
    assert "991231" in opened.avoid
    assert "234567" in opened.avoid


def test_a_code_opens_once(center: Center) -> None:
    code = center.proven()
    Customer(center).open(code)
    with pytest.raises(CodeRefused):
        Customer(center).open(code)


def test_a_code_opens_nothing_once_its_time_is_over(memory_center: Center) -> None:
    code = memory_center.proven()
    memory_center.clock.forward(300)
    with pytest.raises(CodeRefused):
        Customer(memory_center).open(code)


@pytest.mark.parametrize("code", ["", "A" * 43, "not base64!", "A" * 44])
def test_a_code_that_was_never_given_out_is_refused(memory_center: Center, code: str) -> None:
    with pytest.raises(CodeRefused):
        visits.kind_of(memory_center.desk, code)


def test_a_code_is_not_spent_while_the_vault_is_down(memory_center: Center) -> None:
    code = memory_center.proven()
    memory_center.to_vault.down = True
    with pytest.raises(VaultUnavailable):
        Customer(memory_center).open(code)
    memory_center.to_vault.down = False
    Customer(memory_center).open(code)


def test_a_day_key_that_is_not_the_vaults_is_not_used(memory_center: Center) -> None:
    memory_center.vault.identity = SigningKey(seed("another"))
    with pytest.raises(VaultUnavailable):
        visits.day_key(memory_center.desk)


def test_a_day_key_that_ends_within_ten_minutes_is_not_used(memory_center: Center) -> None:
    memory_center.vault.lasts = 599
    with pytest.raises(VaultUnavailable):
        visits.day_key(memory_center.desk)


def test_no_version_is_opened_on_a_lapsed_proof(memory_center: Center) -> None:
    code = memory_center.proven()
    application = memory_center.books.applications.get("a-1")
    assert application.call is not None
    with memory_center.books.transaction():
        lapsed = replace(application, call=replace(application.call, at=application.call.at - 600))
        memory_center.books.applications.put(lapsed)
    with pytest.raises(ProofExpired):
        Customer(memory_center).open(code)


def test_a_visit_ends(memory_center: Center) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    memory_center.clock.forward(1800)
    with pytest.raises(VisitRefused):
        customer.keep_record()


@pytest.mark.parametrize("bearer", ["", "A" * 43, "%"])
def test_a_bearer_that_was_never_given_out_is_refused(memory_center: Center, bearer: str) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    with pytest.raises(VisitRefused):
        first_version.keep_record(memory_center.desk, bearer, customer.record())


def test_starting_again_ends_the_earlier_try(center: Center) -> None:
    first, second = Customer(center), Customer(center)
    first.open(center.proven())
    second.open(center.code("a-1"))
    assert first.visit.uid != second.visit.uid
    with pytest.raises(VersionNotFound):
        first.keep_record()
    second.make_all()


def test_nothing_is_started_again_once_a_statement_is_stored(center: Center) -> None:
    customer = Customer(center)
    customer.open(center.proven())
    center.guards.down = {"guard-1", "guard-2", "guard-3"}
    with pytest.raises(GuardUnavailable):
        customer.make_all()
    with pytest.raises(VersionUnderWay):
        center.code("a-1")


RECORDS: dict[str, Callable[[Customer], bytes]] = {
    "another uid": lambda c: c.record(uid=bytes(16)),
    "another ver": lambda c: c.record(ver=2),
    "another guard set": lambda c: c.record(guards_hash=bytes(32)),
    "a lower threshold": lambda c: c.record(threshold=1),
    "fewer guards": lambda c: c.record(guards=2),
    "shares of too few guards": lambda c: c.record(shares=Record.parse(c.record()).shares[:1]),
    "one guard's share twice": lambda c: c.record(shares=Record.parse(c.record()).shares[:1] * 2),
    "a foreign guard's share": lambda c: c.record(
        shares=(*Record.parse(c.record()).shares[:2], replace(Record.parse(c.record()).shares[2], guard_id="mallory"))
    ),
    "another index": lambda c: c.record(
        shares=(*Record.parse(c.record()).shares[:2], replace(Record.parse(c.record()).shares[2], index=9))
    ),
    "a small-order AK": lambda c: c.record(authorization_key=bytes(32)),
    "not canonical": lambda c: c.record() + b" ",
}


@pytest.mark.parametrize("forged", RECORDS.values(), ids=RECORDS)
def test_a_false_record_is_refused(memory_center: Center, forged: Callable[[Customer], bytes]) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    with pytest.raises(RecordMismatch):
        first_version.keep_record(memory_center.desk, customer.visit.bearer, forged(customer))


def test_a_record_may_be_replaced_until_the_statement_and_needs_a_new_credential_then(center: Center) -> None:
    customer = Customer(center)
    customer.open(center.proven())
    customer.keep_record()
    customer.make_credential(customer.credential())
    other = customer.record(salt=b"1" * 16)
    first_version.keep_record(center.desk, customer.visit.bearer, other)
    with pytest.raises(StatementRefused):
        customer.state()
    assert center.books.versions.get(customer.visit.uid).attestation == b""


def test_a_record_is_not_replaced_after_the_statement(memory_center: Center) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    customer.make_all()
    assert customer.keep_record()
    with pytest.raises(VersionUnderWay):
        first_version.keep_record(memory_center.desk, customer.visit.bearer, customer.record(salt=b"1" * 16))


CREDENTIALS: dict[str, dict[str, Any]] = {
    "another uid": {"uid": bytes(16)},
    "another kid": {"kid": bytes(16)},
    "another algorithm": {"algorithm": "RSA-512"},
    "another guard set": {"guards_hash": bytes(32)},
    "another ver": {"ver": 2},
    "another AK": {"authorization_key": seed("mallory")},
    "another record": {"record_sha256": bytes(32)},
}


@pytest.mark.parametrize("changes", CREDENTIALS.values(), ids=CREDENTIALS)
def test_a_credential_that_is_not_of_the_kept_record_does_not_reach_the_vault(
    memory_center: Center, changes: dict[str, Any]
) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    customer.keep_record()
    with pytest.raises(CredentialRefused):
        customer.make_credential(customer.credential(**changes))
    assert "make_credential" not in memory_center.to_vault.calls


def test_a_credential_before_the_record_is_refused(memory_center: Center) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    with pytest.raises(CredentialRefused):
        customer.make_credential(customer.credential())


@pytest.mark.parametrize("field", ["uid", "kid", "authorization_key", "record_sha256", "spki_sha256"])
def test_an_attestation_about_something_else_is_not_kept(memory_center: Center, field: str) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    customer.keep_record()
    honest = memory_center.vault.make_credential

    def lying(*args: Any) -> Any:
        key = honest(*args)
        changes: dict[str, Any] = {field: bytes(len(getattr(key.attestation.message, field)))}
        said = replace(key.attestation.message, **changes)
        return replace(key, attestation=Signed(said, memory_center.vault.identity.sign(said.signed())))

    memory_center.vault.make_credential = lying  # type: ignore[assignment, method-assign]
    with pytest.raises(RecordMismatch):
        customer.make_credential(customer.credential())


def test_an_attestation_that_the_vault_did_not_sign_is_not_kept(memory_center: Center) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    customer.keep_record()
    memory_center.vault.identity = SigningKey(seed("mallory"))
    with pytest.raises(RecordMismatch):
        customer.make_credential(customer.credential())


STATEMENTS: dict[str, dict[str, Any]] = {
    "another uid": {"uid": bytes(16)},
    "another ver": {"ver": 2},
    "another AK": {"authorization_key": seed("mallory")},
    "another record": {"record_sha256": bytes(32)},
    "another guard set": {"guards_hash": bytes(32)},
    "the same PIN": {"pin": "same"},
    "fewer guards": {"keys": (NamedKey("guard-1", seed("guard-1 a-1")),)},
    "another staged key": {"keys": tuple(NamedKey(f"guard-{i}", bytes(32)) for i in (1, 2, 3))},
    "a device": {"device_key": bytes(65)},
}


@pytest.mark.parametrize("changes", STATEMENTS.values(), ids=STATEMENTS)
def test_a_statement_that_is_not_of_the_kept_record_reaches_no_guard(
    memory_center: Center, changes: dict[str, Any]
) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    customer.keep_record()
    customer.make_credential(customer.credential())
    with pytest.raises(StatementRefused):
        customer.state(customer.statement(**changes))
    assert memory_center.guards.asked == []
    assert memory_center.books.versions.get(customer.visit.uid).state is VersionState.OPEN


def test_a_statement_that_ak_did_not_sign_reaches_no_guard(memory_center: Center) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    customer.keep_record()
    customer.make_credential(customer.credential())
    message = customer.statement().message
    with pytest.raises(StatementRefused):
        customer.state(Signed(message, SigningKey(seed("mallory")).sign(message.signed())))
    assert memory_center.guards.asked == []


def test_a_statement_before_the_attestation_reaches_no_guard(memory_center: Center) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    customer.keep_record()
    with pytest.raises(StatementRefused):
        customer.state()


def test_a_second_statement_is_refused(center: Center) -> None:
    customer = Customer(center)
    customer.open(center.proven())
    customer.make_all()
    first = customer.statement()
    with pytest.raises(StatementRefused):
        customer.state(Signed(first.message, bytes(64)))
    assert customer.state(first).entry.state is CertificateState.VALID


def test_no_statement_is_stored_on_a_lapsed_proof(memory_center: Center) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    customer.keep_record()
    customer.make_credential(customer.credential())
    memory_center.clock.forward(600)
    with pytest.raises(ProofExpired):
        customer.state()
    assert memory_center.guards.asked == []


def test_a_visit_writes_nothing_into_another_ones_version(memory_center: Center) -> None:
    mine, other = Customer(memory_center, "a-1"), Customer(memory_center, "a-2")
    mine.open(memory_center.proven("a-1"))
    other.open(memory_center.proven("a-2", "1000002"))
    with pytest.raises(RecordMismatch):
        first_version.keep_record(memory_center.desk, mine.visit.bearer, other.record())
    other.keep_record()
    other.make_credential(other.credential())
    mine.keep_record()
    with pytest.raises(StatementRefused):
        first_version.take_statement(memory_center.desk, mine.visit.bearer, other.statement())


def test_a_bearer_of_a_version_opens_no_use(center: Center) -> None:
    customer = Customer(center)
    customer.open(center.proven())
    with pytest.raises(VisitRefused):
        give_consent.fresh_tickets(center.desk, customer.visit.bearer)


def test_codes_and_bearers_are_kept_as_hashes_alone(center: Center) -> None:
    code = center.proven()
    bearer = Customer(center).open(code).bearer
    kept = center.books.visits.by_code(visits._hashed(code, CodeRefused))
    assert code not in repr(kept)
    assert bearer not in repr(kept)
    assert visits.pin_url(center.desk, code) == f"{PIN_ORIGIN}/#code={code}"


def test_expired_applications_get_no_version(memory_center: Center) -> None:
    code = memory_center.proven()
    application = memory_center.books.applications.get("a-1")
    with memory_center.books.transaction():
        memory_center.books.applications.put(replace(application, expires_at=memory_center.clock.now()))
    with pytest.raises(ApplicationExpired):
        Customer(memory_center).open(code)


def test_the_application_is_done_when_the_certificate_is_there(center: Center) -> None:
    center.enrolled()
    assert expected(center.books.applications.get("a-1"), center.clock.now()) is Step.ISSUED
