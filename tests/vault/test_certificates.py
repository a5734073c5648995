"""The vault certifies a kid of its own, for whom the registration authority and the guards speak."""

import os
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography import x509

from dojang.authority import certificate, lint, profile, registration
from dojang.pin.encoding import sha256
from dojang.pin.signatures import SigningKey
from dojang.refusals import (
    CertificateMismatch,
    CertificateRefused,
    KidNotFound,
    KidTaken,
    ReceiptRefused,
    RegistrationRefused,
    TransactionRefused,
)
from dojang.vault import use_log
from dojang.vault.activation import activate
from dojang.vault.certificates import CertificateRequest, certify
from dojang.vault.credentials import make_credential
from tests.vault.world import APPLICANT_HASH, GUARDS, NAME, START, STRANGER, Customer, World


def prepared(world: World, customer: Customer | None = None) -> Customer:
    """A customer with a key pair and no certificate."""
    customer = customer or Customer()
    make_credential(world.credential_request(customer), world.desk)
    return customer


def refused(
    world: World, request: CertificateRequest, refusal: type[Exception], facts: dict[str, str] | None = None
) -> None:
    """Exactly this refusal, and nothing in the log."""
    before = use_log.leaves(world.desk.database, 0, 100)
    with pytest.raises(refusal) as caught:
        certify(request, world.desk)
    assert type(caught.value) is refusal
    assert facts is None or caught.value.facts == facts  # type: ignore[attr-defined]
    assert use_log.leaves(world.desk.database, 0, 100) == before


def test_the_same_request_gets_the_same_certificate(world: World) -> None:
    request = world.certificate_request(prepared(world))
    first = certify(request, world.desk)
    assert certify(request, world.desk) == first
    assert len(use_log.leaves(world.desk.database, 0, 10)) == 2


def test_the_same_request_may_show_another_guards_receipt(world: World) -> None:
    customer = prepared(world)
    request = world.certificate_request(customer)
    first = certify(request, world.desk)
    third = world.version_receipt(customer, 3)
    shown = (request.receipts[0], (third, GUARDS[2].sign(third.signed())))
    assert certify(replace(request, receipts=shown), world.desk) == first


def test_the_chain_holds_to_the_anchored_root(sqlite_world: World) -> None:
    _, der = sqlite_world.enrolled()
    issuing = x509.load_pem_x509_certificate((sqlite_world.folder / "issuing.pem").read_bytes())
    x509.load_der_x509_certificate(der).verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(x509.load_der_x509_certificate(sqlite_world.anchors.root_certificate))


def test_1_a_kid_or_version_that_is_not_ours_is_refused(sqlite_world: World) -> None:
    customer = prepared(sqlite_world)
    refused(sqlite_world, sqlite_world.certificate_request(Customer()), KidNotFound)
    refused(sqlite_world, sqlite_world.certificate_request(replace(customer, ver=2)), KidNotFound)


def test_1_a_key_that_is_not_the_versions_is_refused(sqlite_world: World) -> None:
    """A taken centre cannot have its own key certified for a kid that exists."""
    customer = prepared(sqlite_world)
    own = sqlite_world.statement(customer, authorization_key=STRANGER.public)
    refused(sqlite_world, replace(sqlite_world.certificate_request(customer), statement=own), KidNotFound)


def test_1_a_second_certificate_for_a_kid_is_refused(world: World) -> None:
    customer, _ = world.enrolled()
    refused(world, world.certificate_request(customer), KidTaken)


def test_2_a_statement_that_the_registration_authority_did_not_sign_is_refused(sqlite_world: World) -> None:
    """A taken centre certifies nobody without the registration authority."""
    customer = prepared(sqlite_world)
    request = sqlite_world.certificate_request(customer)
    own = registration.sign(
        STRANGER,
        name=NAME,
        applicant_hash=APPLICANT_HASH,
        uid=customer.uid,
        kid=customer.kid,
        authorization_key=customer.key.public,
    )
    refused(sqlite_world, replace(request, statement=own), RegistrationRefused)
    renamed = replace(request.statement, name="이도장")
    refused(sqlite_world, replace(request, statement=renamed), RegistrationRefused)


@pytest.mark.parametrize("other", ["uid", "kid"])
def test_2_a_statement_about_another_is_refused(sqlite_world: World, other: str) -> None:
    customer = prepared(sqlite_world)
    moved = sqlite_world.statement(customer, **{other: os.urandom(16)})
    refused(sqlite_world, replace(sqlite_world.certificate_request(customer), statement=moved), RegistrationRefused, {})


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"guards_hash": bytes(32)}, "about"),
        ({"uid": bytes(16)}, "about"),
        ({"ver": 2}, "about"),
        ({"authorization_key_sha256": bytes(32)}, "about"),
        ({"record_sha256": bytes(32)}, "record"),
        ({"state": "erased"}, "state"),
        ({"guard_id": "guard-1"}, "signature"),
        ({"guard_id": "guard-4"}, "guard"),
    ],
)
def test_3_a_receipt_for_something_else_is_refused(sqlite_world: World, changed: dict[str, object], check: str) -> None:
    request = sqlite_world.certificate_request(prepared(sqlite_world))
    moved = replace(request.receipts[1][0], **changed)  # type: ignore[arg-type]
    forged = (request.receipts[0], (moved, GUARDS[1].sign(moved.signed())))
    refused(sqlite_world, replace(request, receipts=forged), ReceiptRefused, {"check": check})


@pytest.mark.parametrize("receipts", [(), (0,), (0, 0), (0, 1, 0, 1)], ids=["none", "one", "one twice", "too many"])
def test_3_fewer_than_a_quorum_is_refused(sqlite_world: World, receipts: tuple[int, ...]) -> None:
    request = sqlite_world.certificate_request(prepared(sqlite_world))
    shown = tuple(request.receipts[index] for index in receipts)
    refused(sqlite_world, replace(request, receipts=shown), ReceiptRefused, {"check": "count"})


@pytest.mark.parametrize(
    ("changed", "lint"),
    [
        ({"not_before": START + 61}, "not_before"),
        ({"not_before": START - 86_401}, "not_before"),
        ({"profile": "issuing"}, "profile"),
        ({"profile": "unknown"}, "profile"),
        ({"serial": "00"}, "serial"),
        ({"serial": "no hex"}, "serial"),
    ],
)
def test_4_what_is_out_of_bounds_is_refused(sqlite_world: World, changed: dict[str, object], lint: str) -> None:
    request = replace(
        sqlite_world.certificate_request(prepared(sqlite_world)),
        **changed,  # type: ignore[arg-type]
    )
    refused(sqlite_world, request, CertificateRefused, {"lint": lint})


def test_4_a_number_given_before_is_refused(world: World) -> None:
    first = world.certificate_request(prepared(world))
    certify(first, world.desk)
    request = replace(world.certificate_request(prepared(world)), serial=first.serial)
    refused(world, request, CertificateRefused, {"lint": "serial"})


def test_a_reservation_of_an_hour_ago_is_finished_a_day_later_with_the_same_bytes(world: World) -> None:
    request = world.certificate_request(prepared(world))
    first = certify(request, world.desk)
    world.clock.now += 2 * 86_400
    assert certify(request, world.desk) == first


def second_kid(world: World, customer: Customer, signed_by: SigningKey, applicant: bytes) -> CertificateRequest:
    """A later kid of the same uid, and who says that it is the same person's."""
    second = Customer(uid=customer.uid, ver=2)
    asked = world.credential_request(second)
    make_credential(asked, world.desk)
    request = world.certificate_request(second, applicant_hash=applicant)
    return replace(request, previous_signature=signed_by.sign(asked.body()))


def test_5_a_later_kid_of_a_uid_is_certified_when_the_live_key_signed_for_it(world: World) -> None:
    customer, _ = world.enrolled()
    certify(second_kid(world, customer, customer.key, APPLICANT_HASH), world.desk)


def test_5_a_later_kid_of_a_uid_without_the_live_keys_signature_is_refused(world: World) -> None:
    customer, _ = world.enrolled()
    request = second_kid(world, customer, STRANGER, APPLICANT_HASH)
    refused(world, request, RegistrationRefused, {"check": "previous_signature"})
    refused(world, replace(request, previous_signature=b""), RegistrationRefused, {"check": "previous_signature"})


def test_5_a_later_kid_of_a_uid_for_another_person_is_refused(world: World) -> None:
    customer, _ = world.enrolled()
    request = second_kid(world, customer, customer.key, sha256(b"another"))
    refused(world, request, RegistrationRefused, {"check": "applicant_hash"})


def test_5_a_uid_whose_only_kid_has_ended_takes_no_later_one(world: World) -> None:
    customer, _ = world.enrolled()
    certify(world.certificate_request(prepared(world), replaces=customer.kid), world.desk)
    request = second_kid(world, customer, customer.key, APPLICANT_HASH)
    refused(world, request, RegistrationRefused, {"check": "previous_signature"})


def test_certifying_one_version_erases_the_kids_other_blobs(world: World) -> None:
    customer = prepared(world)
    other = prepared(world, replace(customer, ver=2))
    certify(world.certificate_request(other), world.desk)
    assert world.desk.versions.version(customer.kid, 1, customer.key.public) is None
    assert world.desk.versions.version(other.kid, 2, other.key.public) is not None


def test_what_is_replaced_is_revoked_and_destroyed_with_its_own_leaf(world: World) -> None:
    customer, der = world.enrolled()
    use = world.activation_request(customer, world.transaction(customer, der))
    later = prepared(world)
    certify(world.certificate_request(later, replaces=customer.kid), world.desk)
    with pytest.raises(TransactionRefused):
        activate(use, world.desk)
    assert world.desk.versions.version(customer.kid, 1, customer.key.public) is None
    serial = x509.load_der_x509_certificate(der).serial_number
    (entry,) = world.desk.posts.revoked(world.desk.issuer.crl_file(serial), 0)
    assert (entry.serial, entry.reason, entry.at) == (serial, "superseded", world.clock.now)
    assert len(use_log.leaves(world.desk.database, 0, 10)) == 5


def test_what_is_replaced_before_it_was_certified_never_is(world: World) -> None:
    abandoned = prepared(world)
    late = world.certificate_request(abandoned)
    certify(world.certificate_request(prepared(world), replaces=abandoned.kid), world.desk)
    refused(world, late, KidNotFound)


def test_what_is_replaced_while_it_is_being_certified_is_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every check has passed when the replacing certificate overtakes."""
    slow, quick = prepared(world), prepared(world)
    late, overtaking = world.certificate_request(slow), world.certificate_request(quick, replaces=slow.kid)
    rehearse = lint.rehearse

    def overtaken(plan: profile.CertificatePlan) -> lint.RehearsedPlan:
        monkeypatch.setattr(lint, "rehearse", rehearse)
        certify(overtaking, world.desk)
        return rehearse(plan)

    monkeypatch.setattr(lint, "rehearse", overtaken)
    with pytest.raises(KidTaken):
        certify(late, world.desk)
    assert world.desk.versions.live_key(slow.kid) is None


def test_a_kid_that_nobody_ever_had_may_be_replaced(world: World) -> None:
    certify(world.certificate_request(prepared(world), replaces=os.urandom(16)), world.desk)


def test_a_leaf_signs_no_other_bytes(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that changes between the leaf and the signature (a new release after a crash) is noticed."""
    customer = prepared(sqlite_world)
    request = sqlite_world.certificate_request(customer)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(certificate, "sign", crash)
        with pytest.raises(KeyboardInterrupt):
            certify(request, sqlite_world.desk)
    planned: Callable[..., object] = profile.plan

    def another_plan(*arguments: object, **named: object) -> object:
        return planned(*arguments, **{**named, "not_before": START - 86_400})

    monkeypatch.setattr(profile, "plan", another_plan)
    refused(sqlite_world, request, CertificateMismatch)
