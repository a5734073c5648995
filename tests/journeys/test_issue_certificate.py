"""From a version that lives to exactly one certificate, whatever is down, lies, or dies on the way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509

from dojang.authority import registration
from dojang.journeys import first_version, issue_certificate
from dojang.journeys.version_checks import check_receipt, receipts_of
from dojang.pin.signed import Signed
from dojang.policy.numbers import NUMBERS
from dojang.ports.key_vault import CertificateRequest
from dojang.refusals import (
    BankUnavailable,
    CertificateMismatch,
    CertificateRefused,
    GuardUnavailable,
    IssuanceUnderWay,
    ProofExpired,
    ReceiptRefused,
    RegistrationRefused,
    StatementRefused,
    Unavailable,
    VaultUnavailable,
    VersionNotFound,
)
from dojang.values.certificate import CertificateEntry, CertificateState, Person
from dojang.values.registration import RegistrationStatement
from dojang.values.version import VersionState
from tests.journeys.center import BORN, NAME, PHONE, Center, Customer


def stated(center: Center, name: str = "a-1", number: str = "1000001", **facts: Any) -> Customer:
    """Everything but the statement is done."""
    customer = Customer(center, name)
    customer.open(center.proven(name, number, **facts))
    customer.keep_record()
    customer.make_credential(customer.credential())
    return customer


def entry_of(center: Center, customer: Customer) -> CertificateEntry:
    return center.books.certificates.get(customer.visit.kid)


def test_the_certificate_is_the_holders_and_what_was_planned(center: Center) -> None:
    customer = center.enrolled()
    entry = entry_of(center, customer)
    certificate = x509.load_der_x509_certificate(entry.der)
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert [name.value for name in names] == [NAME]
    assert f"{certificate.serial_number:x}".zfill(len(entry.serial)) == entry.serial
    assert int(certificate.not_valid_after_utc.timestamp()) == entry.not_after
    assert certificate.public_key() == center.vault.made[customer.visit.kid][2].public_key()


# Every call that leaves the centre between the statement and the end, dying before it and after it.
STEPS = ("to_guards", "to_bank", "to_vault", "to_status")


@pytest.mark.parametrize("party", STEPS)
@pytest.mark.parametrize("how", ["down", "answer lost"])
def test_after_a_death_at_any_step_the_repeated_request_finishes_one_certificate(
    center: Center, party: str, how: str
) -> None:
    customer = stated(center)
    reached = getattr(center, party)
    if how == "down":
        reached.down = True
    else:
        reached.lose = 1
    try:
        customer.state()
        assert party == "to_status"
    except Unavailable:
        assert party != "to_status"
    reached.down = False
    issued = customer.state()
    issue_certificate.tell_all(center.desk)
    assert issued.entry.state is CertificateState.VALID
    assert len(center.vault.issued) == 1
    assert len(center.bank.said) == 1
    assert [len(facts) for facts in center.status.facts.values()] == [1]


@pytest.mark.parametrize("party", STEPS)
def test_after_a_death_at_any_step_the_job_finishes_without_the_customer(center: Center, party: str) -> None:
    customer = stated(center)
    reached = getattr(center, party)
    reached.lose = 1
    try:
        customer.state()
    except Unavailable:
        center.clock.forward(60)
        first_version.finish_versions(center.desk)
    issue_certificate.tell_all(center.desk)
    assert entry_of(center, customer).state is CertificateState.VALID
    assert center.books.applications.get("a-1").serial == entry_of(center, customer).serial
    assert center.books.versions.due(center.clock.now() + 10_000, 10) == ()


def test_a_named_guard_that_is_down_is_said_so_whatever_a_guard_outside_the_version_says(center: Center) -> None:
    """guard-1 has no part in this version and can't take it before two others have: that is no refusal of it."""
    customer = Customer(center, guards=("guard-2", "guard-3"))
    customer.open(center.proven())
    center.guards.down = {"guard-3"}
    with pytest.raises(GuardUnavailable) as refused:
        customer.make_all()
    assert refused.value.facts["guard_id"] == "guard-3"
    center.guards.down = set()
    assert customer.state().entry.state is CertificateState.VALID


def test_a_customer_who_tries_again_and_again_does_not_make_the_job_wait_longer(center: Center) -> None:
    customer = stated(center)
    center.to_bank.down = True
    for _ in range(6):
        with pytest.raises(BankUnavailable):
            customer.state()
    center.to_bank.down = False
    center.clock.forward(NUMBERS.jobs.every)
    first_version.finish_versions(center.desk)
    assert entry_of(center, customer).state is CertificateState.VALID


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("book", ["certificates", "versions"])
@pytest.mark.parametrize("write", range(4))
def test_a_kill_at_any_write_leaves_nothing_half_done(
    center: Center, book: str, write: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = stated(center)
    books = getattr(center.books, book)
    honest, count = books.put, 0

    def dying(value: Any) -> None:
        nonlocal count
        count += 1
        honest(value)
        if count == write + 1:
            raise Killed

    monkeypatch.setattr(books, "put", dying)
    try:
        customer.state()
    except Killed:
        monkeypatch.setattr(books, "put", honest)
    issued = customer.state()
    assert issued.entry.state is CertificateState.VALID
    assert len(center.vault.issued) == 1
    assert center.books.versions.get(customer.visit.uid).state is VersionState.CERTIFIED


@pytest.mark.parametrize("down", [(), ("guard-1",), ("guard-1", "guard-2"), ("guard-1", "guard-2", "guard-3")])
def test_fewer_than_q_receipts_certify_nothing_and_the_guard_is_named(center: Center, down: tuple[str, ...]) -> None:
    customer = stated(center)
    center.guards.down = set(down)
    if len(down) < 2:
        customer.state()
        return
    with pytest.raises(GuardUnavailable) as refusal:
        customer.state()
    assert refusal.value.facts["guard_id"] in down
    assert center.books.certificates.find(customer.visit.kid) is None
    center.guards.down = set()
    customer.state()


def test_a_guard_that_was_down_is_told_by_the_job_with_the_others_receipts(center: Center) -> None:
    customer = stated(center)
    center.guards.down = {"guard-3"}
    customer.state()
    center.guards.asked.clear()
    center.clock.forward(60)
    first_version.finish_versions(center.desk)
    assert center.guards.asked == [("guard-3", 2)]
    center.guards.down = set()
    center.clock.forward(60)
    first_version.finish_versions(center.desk)
    receipts = receipts_of(center.books.versions.get(customer.visit.uid))
    assert [receipt.message.guard_id for receipt in receipts] == ["guard-1", "guard-2", "guard-3"]
    assert center.books.versions.due(center.clock.now() + 10_000, 10) == ()


def test_a_guard_that_was_no_part_of_the_version_erases_and_counts_for_nothing(center: Center) -> None:
    customer = Customer(center, guards=("guard-1", "guard-2"))
    customer.open(center.proven())
    customer.make_all()
    center.clock.forward(60)
    first_version.finish_versions(center.desk)
    receipts = receipts_of(center.books.versions.get(customer.visit.uid))
    assert [receipt.message.state for receipt in receipts] == ["live", "live", "erased"]


def test_a_receipt_of_erasing_makes_nothing_live(center: Center) -> None:
    customer = stated(center)
    center.guards.change = lambda receipt: center.guards.receipt(
        receipt.message.guard_id, customer.statement().message, "erased"
    )
    with pytest.raises(StatementRefused):
        customer.state()
    assert center.books.versions.get(customer.visit.uid).state is VersionState.STATED


RECEIPTS: dict[str, dict[str, Any]] = {
    "another guard set": {"guards_hash": bytes(32)},
    "another guard": {"guard_id": "guard-1"},
    "another uid": {"uid": bytes(16)},
    "another ver": {"ver": 2},
    "another AK": {"authorization_key_sha256": bytes(32)},
    "another record": {"record_sha256": bytes(32)},
    "an unknown state": {"state": "LIVE"},
}


@pytest.mark.parametrize("changes", RECEIPTS.values(), ids=RECEIPTS)
def test_a_receipt_about_something_else_counts_for_nothing(memory_center: Center, changes: dict[str, Any]) -> None:
    customer = stated(memory_center)
    memory_center.guards.down = {"guard-1"}

    def lying(receipt: Signed[Any]) -> Signed[Any]:
        if receipt.message.guard_id != "guard-2":
            return receipt
        said = replace(receipt.message, **changes)
        return Signed(said, memory_center.guards.keys["guard-2"].sign(said.signed()))

    memory_center.guards.change = lying
    with pytest.raises((GuardUnavailable, ReceiptRefused)):
        customer.state()
    assert len(memory_center.books.versions.get(customer.visit.uid).receipts) == 1


def test_a_receipt_that_the_guard_did_not_sign_counts_for_nothing(memory_center: Center) -> None:
    customer = stated(memory_center)
    memory_center.guards.change = lambda receipt: Signed(receipt.message, bytes(64))
    with pytest.raises(ReceiptRefused):
        customer.state()


def test_live_at_a_guard_that_the_statement_does_not_name_counts_for_nothing(memory_center: Center) -> None:
    customer = Customer(memory_center, guards=("guard-1", "guard-2"))
    customer.open(memory_center.proven())
    message = customer.statement().message
    receipt = memory_center.guards.receipt("guard-3", message, "live")
    with pytest.raises(ReceiptRefused):
        check_receipt(memory_center.anchors, message, "guard-3", receipt)


def test_a_guard_is_tried_less_and_less_often(memory_center: Center) -> None:
    customer = stated(memory_center)
    memory_center.guards.down = {"guard-3"}
    customer.state()
    waits = []
    for _ in range(7):
        due = memory_center.books.versions.get(customer.visit.uid).try_again_at
        waits.append(due - memory_center.clock.now())
        memory_center.clock.time = due
        first_version.finish_versions(memory_center.desk)
    assert waits == [3, 6, 12, 24, 48, 60, 60]


def test_a_reissue_revokes_the_first_and_tells_the_status_service(center: Center) -> None:
    first = center.enrolled("a-1")
    center.clock.forward(3600)
    second = center.enrolled("a-2")
    old, new = entry_of(center, first), entry_of(center, second)
    issue_certificate.tell_all(center.desk)
    assert (old.state, old.reason, old.revoked_at) == (
        CertificateState.REVOKED,
        "superseded",
        center.clock.now(),
    )
    assert new.replaces == old.kid
    assert center.vault.issued[new.kid][0].statement.replaces == old.kid
    assert center.books.certificates.valid_of_person(Person(NAME, PHONE, BORN)) == entry_of(center, second)
    assert center.books.certificates.valid_of_customer("1000001") == entry_of(center, second)
    assert [fact.reason for fact in center.status.facts[old.serial]] == ["", "superseded"]
    assert [fact.reason for fact in center.status.facts[new.serial]] == [""]
    with pytest.raises(VersionNotFound):
        center.books.versions.get(first.visit.uid)


def test_somebody_elses_certificate_is_not_replaced(center: Center) -> None:
    first = center.enrolled("a-1")
    center.enrolled("a-2", "1000002", holder="김하늘", phone="01087654321")
    assert entry_of(center, first).state is CertificateState.VALID


def test_two_issuances_of_one_customer_wait_for_each_other(center: Center) -> None:
    first, second = stated(center, "a-1"), stated(center, "a-2")
    center.to_bank.down = True
    with pytest.raises(BankUnavailable):
        first.state()
    with pytest.raises(IssuanceUnderWay):
        second.state()
    center.to_bank.down = False
    first.state()
    second.state()
    assert entry_of(center, first).state is CertificateState.REVOKED
    assert entry_of(center, second).state is CertificateState.VALID


def test_facts_wait_for_the_status_service(center: Center) -> None:
    center.to_status.down = True
    customer = center.enrolled()
    issue_certificate.tell_all(center.desk)
    assert center.status.facts == {}
    center.to_status.down = False
    issue_certificate.tell_all(center.desk)
    assert [fact.sequence for fact in center.status.facts[entry_of(center, customer).serial]] == [1]
    assert center.books.certificates.untold(10) == ()


def test_a_proof_that_lapsed_while_a_guard_was_down_ends_the_version_uncertified(center: Center) -> None:
    customer = stated(center)
    center.guards.down = {"guard-1", "guard-2"}
    with pytest.raises(GuardUnavailable):
        customer.state()
    center.guards.down = set()
    center.clock.forward(600)
    with pytest.raises(ProofExpired):
        customer.state()
    assert center.bank.said == {}
    assert center.books.versions.get(customer.visit.uid).state is VersionState.ENDED
    with pytest.raises(ProofExpired):
        customer.state()


def test_a_proof_that_lapses_between_reserving_and_vouching_is_not_vouched_for(center: Center) -> None:
    customer = stated(center)
    center.to_bank.down = True
    with pytest.raises(BankUnavailable):
        customer.state()
    center.to_bank.down = False
    center.clock.forward(600)
    with pytest.raises(ProofExpired):
        customer.state()
    assert entry_of(center, customer).state is CertificateState.GIVEN_UP
    assert center.bank.said == {}


def test_what_was_vouched_for_is_finished_however_late(center: Center) -> None:
    customer = stated(center)
    center.to_vault.lose = 1
    with pytest.raises(VaultUnavailable):
        customer.state()
    center.clock.forward(4000)
    first_version.finish_versions(center.desk)
    assert entry_of(center, customer).state is CertificateState.VALID


def test_after_giving_up_the_customer_begins_anew(center: Center) -> None:
    customer = stated(center)
    center.to_bank.down = True
    with pytest.raises(BankUnavailable):
        customer.state()
    center.to_bank.down = False
    center.clock.forward(600)
    with pytest.raises(ProofExpired):
        customer.state()
    assert entry_of(center, center.enrolled("a-2")).state is CertificateState.VALID


STATEMENTS: dict[str, dict[str, Any]] = {
    "another name": {"name": "김하늘"},
    "another uid": {"uid": bytes(16)},
    "another kid": {"kid": bytes(16)},
    "another AK": {"authorization_key": bytes(32)},
    "another replaced kid": {"replaces": b"1" * 16},
}


@pytest.mark.parametrize("changes", STATEMENTS.values(), ids=STATEMENTS)
def test_a_statement_about_something_else_reaches_no_vault(memory_center: Center, changes: dict[str, Any]) -> None:
    customer = stated(memory_center)

    def signed_otherwise(said: RegistrationStatement) -> RegistrationStatement:
        facts = {name: getattr(said, name) for name in said.__dataclass_fields__ if name != "signature"}
        return registration.sign(memory_center.bank.key, **{**facts, **changes})

    memory_center.bank.change = signed_otherwise
    with pytest.raises(RegistrationRefused):
        customer.state()
    assert "certify" not in memory_center.to_vault.calls
    assert entry_of(memory_center, customer).state is CertificateState.GIVEN_UP


FORGED: dict[str, Callable[[RegistrationStatement], RegistrationStatement]] = {
    "another applicant": lambda said: replace(said, applicant_hash=bytes(32)),
    "another signature": lambda said: replace(said, signature=bytes(64)),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_statement_that_the_registration_authority_did_not_sign_reaches_no_vault(
    memory_center: Center, forged: Callable[[RegistrationStatement], RegistrationStatement]
) -> None:
    customer = stated(memory_center)
    memory_center.bank.change = forged
    with pytest.raises(RegistrationRefused):
        customer.state()
    assert "certify" not in memory_center.to_vault.calls


def test_a_name_that_no_certificate_may_carry_is_refused_before_anybody_is_asked(memory_center: Center) -> None:
    customer = stated(memory_center, holder="991231-9000009")
    with pytest.raises(CertificateRefused):
        customer.state()
    assert memory_center.bank.said == {}


def test_a_plan_that_a_lint_objects_to_is_refused_before_anybody_is_asked(memory_center: Center) -> None:
    customer = stated(memory_center)
    too_old = replace(memory_center.desk.issuer, not_after=memory_center.clock.now() + 366 * 24 * 3600)
    memory_center.desk = replace(memory_center.desk, issuer=too_old)
    with pytest.raises(CertificateRefused):
        customer.state()
    assert memory_center.bank.said == {}
    assert memory_center.books.certificates.find(customer.visit.kid) is None


def test_who_comes_second_finds_what_the_first_has_finished(center: Center) -> None:
    customer = stated(center)
    honest, calls = center.books.applications.get, 0

    def overtaken(application: str) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:  # after the intent, before the question to the registration authority
            center.books.applications.get = honest  # type: ignore[method-assign]
            customer.state()
        return honest(application)

    center.books.applications.get = overtaken  # type: ignore[assignment, method-assign]
    assert customer.state().entry.state is CertificateState.VALID
    assert calls == 3
    assert center.books.versions.get(customer.visit.uid).state is VersionState.CERTIFIED


def test_a_certificate_that_was_revoked_meanwhile_does_not_become_valid_again(center: Center) -> None:
    customer = stated(center)
    honest = center.vault.certify

    def overtaken(request: CertificateRequest) -> bytes:
        der = honest(request)
        center.vault.certify = honest  # type: ignore[method-assign]
        customer.state()
        with center.books.transaction():
            lost = replace(entry_of(center, customer), state=CertificateState.REVOKED, reason="keyCompromise")
            center.books.certificates.put(lost)
        return der

    center.vault.certify = overtaken  # type: ignore[method-assign]
    customer.state()
    assert entry_of(center, customer).state is CertificateState.REVOKED


def test_a_certificate_that_is_not_the_rehearsed_one_is_not_recorded(memory_center: Center) -> None:
    customer = stated(memory_center)
    memory_center.vault.name = "김하늘"
    with pytest.raises(CertificateMismatch):
        customer.state()
    assert entry_of(memory_center, customer).state is CertificateState.VOUCHED


def test_the_job_goes_on_past_a_version_that_waits(memory_center: Center) -> None:
    waiting, finished = stated(memory_center, "a-1"), stated(memory_center, "a-2", "1000002", holder="김하늘")
    memory_center.guards.down = {"guard-1", "guard-2"}
    for customer in (waiting, finished):
        with pytest.raises(GuardUnavailable):
            customer.state()
    memory_center.guards.down = set()
    memory_center.clock.forward(60)
    honest = memory_center.bank.vouch

    def deaf(**named: Any) -> RegistrationStatement:
        if named["application"] == "a-1":
            raise BankUnavailable
        return honest(**named)

    memory_center.bank.vouch = deaf  # type: ignore[method-assign]
    first_version.finish_versions(memory_center.desk)
    assert entry_of(memory_center, finished).state is CertificateState.VALID
    assert entry_of(memory_center, waiting).state is CertificateState.RESERVED
