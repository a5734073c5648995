"""What the bank believes, with real signatures: guards, vault and authority in this process."""

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509

from dojang.client.holder import Holder
from dojang.demo.bank.center_client import SignatureResult
from dojang.demo.bank.evidence import Evidence
from dojang.pin.encoding import b64
from dojang.refusals import CertificateMismatch, Refusal, SignatureInvalid, SignerRefused
from dojang.signing.what_is_signed import transfer_content
from tests.client.world import NONCE, PIN, Asked, Customer, Pad, World, enrolled

CONTENT = transfer_content([("amount", "1,500,000 KRW"), ("transfer", "one")])
OTHER = transfer_content([("amount", "1,500,000 KRW"), ("transfer", "two")])


class Standing:
    """A status service: `revoked` says no."""

    def __init__(self) -> None:
        self.revoked, self.asked = False, 0

    def check(self, certificate: x509.Certificate, issuer: x509.Certificate, signed_at: int, now: int) -> None:
        self.asked += 1
        if self.revoked:
            raise CertificateMismatch


@pytest.fixture
def world(tmp_path: Any) -> World:
    return World(tmp_path)


@pytest.fixture
def status() -> Standing:
    return Standing()


@pytest.fixture
def evidence(world: World, status: Standing) -> Evidence:
    return Evidence(world.anchors, "hanbit-bank", status)


@pytest.fixture
def customer(world: World) -> tuple[Holder, Customer]:
    return enrolled(world)


def sign(world: World, customer: tuple[Holder, Customer], *contents: bytes, **changes: Any) -> SignatureResult:
    """A login, or a transfer of these contents, signed with the PIN; what the centre hands the bank afterwards."""
    holder, who = customer
    code = world.center.ask(who, *contents, **changes)
    holder.use(code, Pad(PIN))
    asked: Asked = world.center.asked[code]
    receipt = json.loads(json.dumps(asked.done["receipt"]))
    return SignatureResult("signed", asked.cms[0], asked.contents[0], who.certificate, (), receipt)


def step_of(refused: pytest.ExceptionInfo[Refusal]) -> Any:
    return refused.value.facts["step"]


def test_a_login_names_its_signer(
    world: World, evidence: Evidence, customer: tuple[Holder, Customer], status: Standing
) -> None:
    signed = sign(world, customer)
    certificate = evidence.of_login(signed.cms, signed.content, NONCE.decode(), world.clock())
    assert certificate == customer[1].certificate
    assert status.asked == 1


@pytest.mark.parametrize("what", ["nonce", "relying_party", "content", "revoked"])
def test_a_login_elsewhere_or_by_a_revoked_certificate_is_refused(
    world: World, evidence: Evidence, customer: tuple[Holder, Customer], status: Standing, what: str
) -> None:
    signed = sign(world, customer)
    status.revoked = what == "revoked"
    bank = Evidence(world.anchors, "other-bank", status) if what == "relying_party" else evidence
    nonce = "another" if what == "nonce" else NONCE.decode()
    content = b"another" if what == "content" else signed.content
    with pytest.raises(SignatureInvalid) as refused:
        bank.of_login(signed.cms, content, nonce, world.clock())
    assert step_of(refused) == {"content": "content", "revoked": "status"}.get(what, "purpose")


def test_a_transfer_names_its_signer(
    world: World, evidence: Evidence, customer: tuple[Holder, Customer], status: Standing
) -> None:
    signed = sign(world, customer, CONTENT)
    assert evidence.of_transfer(signed, CONTENT, world.clock()) == customer[1].certificate
    assert status.asked == 1


def test_a_transfer_by_a_revoked_certificate_is_refused(
    world: World, evidence: Evidence, customer: tuple[Holder, Customer], status: Standing
) -> None:
    signed = sign(world, customer, CONTENT)
    status.revoked = True
    with pytest.raises(SignatureInvalid) as refused:
        evidence.of_transfer(signed, CONTENT, world.clock())
    assert step_of(refused) == "status"


def test_a_signature_over_another_transfer_is_refused(
    world: World, evidence: Evidence, customer: tuple[Holder, Customer]
) -> None:
    with pytest.raises(SignatureInvalid) as refused:
        evidence.of_transfer(sign(world, customer, OTHER), CONTENT, world.clock())
    assert step_of(refused) == "content"


def test_a_login_is_no_transfer(world: World, evidence: Evidence, customer: tuple[Holder, Customer]) -> None:
    signed = sign(world, customer)
    with pytest.raises(SignatureInvalid) as refused:
        evidence.of_transfer(signed, signed.content, world.clock())
    assert step_of(refused) == "purpose"


def test_a_transfer_without_its_receipt_is_refused(
    world: World, evidence: Evidence, customer: tuple[Holder, Customer]
) -> None:
    signed = sign(world, customer, CONTENT)
    for receipt in (None, {}, {**signed.receipt, "leaf": b64(bytes(64))}):
        with pytest.raises(SignatureInvalid):
            evidence.of_transfer(replace(signed, receipt=receipt), CONTENT, world.clock())


def test_the_receipt_of_a_login_is_no_consent_to_pay(
    world: World, evidence: Evidence, customer: tuple[Holder, Customer]
) -> None:
    signed, login = sign(world, customer, CONTENT), sign(world, customer)
    with pytest.raises(SignatureInvalid) as refused:
        evidence.of_transfer(replace(signed, receipt=login.receipt), CONTENT, world.clock())
    assert step_of(refused) == "purpose"


def test_the_receipt_of_another_transfer_is_refused(
    world: World, evidence: Evidence, customer: tuple[Holder, Customer]
) -> None:
    signed, other = sign(world, customer, CONTENT), sign(world, customer, OTHER)
    with pytest.raises(SignerRefused):
        evidence.of_transfer(replace(signed, receipt=other.receipt), CONTENT, world.clock())


def test_the_receipt_of_a_transfer_at_another_relying_party_is_refused(
    world: World, evidence: Evidence, customer: tuple[Holder, Customer]
) -> None:
    signed = sign(world, customer, CONTENT, relying_party="other-bank")
    with pytest.raises(SignerRefused):
        evidence.of_transfer(signed, CONTENT, world.clock())


def test_the_receipt_of_another_customer_for_the_same_content_is_refused(
    world: World, evidence: Evidence, customer: tuple[Holder, Customer]
) -> None:
    other = enrolled(world, "another holder")
    signed, theirs = sign(world, customer, CONTENT), sign(world, other, CONTENT)
    with pytest.raises(SignerRefused):
        evidence.of_transfer(replace(signed, receipt=theirs.receipt), CONTENT, world.clock())
