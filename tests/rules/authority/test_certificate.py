from collections.abc import Callable
from dataclasses import replace

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.authority import build, certificate, lint, profile
from dojang.authority.profile import CertificatePlan
from dojang.refusals import CertificateMismatch, CertificateRefused
from tests.rules.authority.hierarchy import ADDRESSES, NOW, new_hierarchy, new_key, shared, spki

Other = Callable[[CertificatePlan], CertificatePlan]


def test_the_same_plan_gives_the_same_bytes_wherever_it_is_built() -> None:
    here, there = shared().plan(serial=77 << 64), shared().plan(serial=77 << 64)
    first = certificate.sign(lint.rehearse(here), shared().issuing_key)
    second = certificate.sign(lint.rehearse(there), shared().issuing_key)
    assert first.der == second.der


def test_what_is_signed_is_what_was_linted_to_the_byte() -> None:
    rehearsed = lint.rehearse(shared().plan())
    signed = certificate.sign(rehearsed, shared().issuing_key)
    assert asn1.Certificate.load(signed.der)["tbs_certificate"].dump() == rehearsed.tbs
    assert certificate.compare(rehearsed, signed.der) == signed


def test_another_key_than_the_planned_issuers_does_not_sign() -> None:
    with pytest.raises(CertificateMismatch):
        certificate.sign(lint.rehearse(shared().plan()), new_key())


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda plan: replace(plan, common_name="홍길순"), id="another name"),
        pytest.param(lambda plan: replace(plan, spki=spki(new_key())), id="another key"),
        pytest.param(lambda plan: replace(plan, serial=plan.serial + 1), id="another serial number"),
        pytest.param(lambda plan: replace(plan, not_after=plan.not_after + 86400), id="a day more"),
        pytest.param(lambda plan: replace(plan, unique="0" * 32), id="another kid"),
    ],
)
def test_a_certificate_that_was_not_rehearsed_is_a_mismatch(other: Other) -> None:
    plan = shared().plan()
    rehearsed = lint.rehearse(plan)
    moved = build.assemble(other(plan), shared().issuing_key)
    with pytest.raises(CertificateMismatch):
        certificate.compare(rehearsed, _der(moved))


def _der(found: x509.Certificate) -> bytes:
    return found.public_bytes(Encoding.DER)


def test_the_rehearsed_bytes_under_another_key_are_a_mismatch() -> None:
    plan = shared().plan()
    with pytest.raises(CertificateMismatch):
        certificate.compare(lint.rehearse(plan), _der(build.assemble(plan, new_key())))


def _of_version_2() -> bytes:
    found = asn1.Certificate.load(shared().holder().der)
    found["tbs_certificate"]["version"] = "v2"
    return bytes(found.dump(force=True))


@pytest.mark.parametrize("der", [b"", b"\x30\x00", bytes(2000), _of_version_2()], ids=["", "30", "0", "v2"])
def test_bytes_that_are_no_certificate_are_a_mismatch(der: bytes) -> None:
    with pytest.raises(CertificateMismatch):
        certificate.compare(lint.rehearse(shared().plan()), der)


def test_bytes_behind_the_certificate_are_a_mismatch() -> None:
    rehearsed = lint.rehearse(shared().plan())
    signed = certificate.sign(rehearsed, shared().issuing_key)
    with pytest.raises(CertificateMismatch):
        certificate.compare(rehearsed, signed.der + b"\x00")


def test_no_certificate_outlives_its_authority() -> None:
    old = new_hierarchy(began=NOW - 8 * 365 * 86400)
    plan = profile.plan(
        "personal_financial",
        old.issuer,
        holder_name="홍길동",
        kid=bytes(16),
        spki=spki(old.holder_key),
        serial=77 << 64,
        not_before=NOW,
    )
    with pytest.raises(CertificateRefused) as refused:
        lint.rehearse(plan)
    assert refused.value.facts == {"lint": "validity_within_issuer"}


def test_the_subject_holds_the_name_and_a_number_that_is_nobodys() -> None:
    signed = certificate.sign(lint.rehearse(shared().plan()), shared().issuing_key)
    subject = asn1.Certificate.load(signed.der).subject.native
    assert subject == {
        "country_name": "KR",
        "organization_name": "Dojang Demo CA",
        "organizational_unit_name": "Personal Financial Certificate",
        "common_name": "홍길동",
        "serial_number": bytes(range(16)).hex(),
    }
    assert ADDRESSES.practice.encode() in signed.der
