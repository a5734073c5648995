"""A relying party's eleven steps, each met by one forgery that only it finds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from dojang.authority.object_identifiers import PERSONAL_FINANCIAL
from dojang.client.verifier.signature import Demands, verify_signature
from dojang.pin.encoding import sha256
from dojang.refusals import CertificateMismatch, SignatureInvalid
from dojang.signing import cms
from dojang.signing.attributes import attributes, signed_attributes
from dojang.signing.what_is_signed import Item, Transaction, login_content, transfer_content
from tests.rules.signing.authority import (
    Issuer,
    certificate_authority,
    customer_certificate,
    der,
    key_usage,
    new_key,
)

PAIRS = (("받는 분", "김하늘"), ("금액", "10,000원"))
CONTENT = transfer_content(PAIRS)
NONCE = bytes(range(20))
IAT = int(datetime(2026, 3, 1, 9, tzinfo=UTC).timestamp())

ROOT = certificate_authority("Test Root")
ISSUING = certificate_authority("Test Issuing", ROOT)
KEY = new_key()
CERTIFICATE = customer_certificate(ISSUING, KEY.public_key(), policy=PERSONAL_FINANCIAL)
DEMANDS = Demands(der(ROOT.certificate), "transfer", "hanbit-bank", IAT + 5, content=CONTENT)


def transaction(certificate: x509.Certificate = CERTIFICATE, content: bytes = CONTENT, iat: int = IAT) -> Transaction:
    return Transaction(
        txn="t-1",
        kid=bytes(16),
        certificate=sha256(der(certificate)),
        relying_party="hanbit-bank",
        purpose="transfer",
        format="cms",
        display=PAIRS,
        items=(Item("transfer", sha256(content), "shown"),),
        nonce=NONCE,
        iat=iat,
        exp=iat + 300,
        day_key_id=bytes(16),
        guards_hash=bytes(32),
    )


def sign(data: bytes, key: ec.EllipticCurvePrivateKey = KEY) -> bytes:
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def made(
    certificate: x509.Certificate = CERTIFICATE,
    content: bytes = CONTENT,
    iat: int = IAT,
    issuing: Issuer = ISSUING,
) -> bytes:
    said = transaction(certificate, content, iat)
    signature = sign(signed_attributes(said, said.items[0]))
    return cms.signed_data(said, said.items[0], content, signature, (certificate, issuing.certificate))


def resigned(
    change: Callable[[list[cms.Attribute]], list[cms.Attribute]], around: dict[str, Any] | None = None, **parts: Any
) -> bytes:
    """The signature with other attributes, signed again by the right key."""
    said = transaction()
    own = change([asn1.decode_der(cms.Attribute, part) for part in attributes(said, said.items[0])])
    parsed = asn1.decode_der(cms.ContentInfo, made())
    info = parsed.content.signers.as_list()[0]
    fields = {name: getattr(info, name) for name in ("version", "signer", "digest_algorithm", "signature_algorithm")}
    signer = cms.SignerInfo(
        **{**fields, **parts}, attributes=asn1.SetOf(own), signature=sign(asn1.encode_der(asn1.SetOf(own)))
    )
    return rebuilt(signers=asn1.SetOf([signer]), **(around or {}))


def rebuilt(**parts: Any) -> bytes:
    """The signature with other parts around the signer."""
    parsed = asn1.decode_der(cms.ContentInfo, made())
    names = ("version", "digest_algorithms", "content", "certificates", "signers")
    data = cms.SignedData(**{**{name: getattr(parsed.content, name) for name in names}, **parts})
    return asn1.encode_der(cms.ContentInfo(type=cms.SIGNED_DATA, content=data))


def attribute(kind: x509.ObjectIdentifier, value: bytes) -> cms.Attribute:
    return cms.Attribute(type=kind, values=asn1.SetOf([asn1.decode_der(asn1.TLV, value)]))


def step_of(signature: bytes, demands: Demands = DEMANDS) -> str:
    with pytest.raises(SignatureInvalid) as refused:
        verify_signature(signature, demands)
    return str(refused.value.facts["step"])


def test_a_transfer_is_verified() -> None:
    verified = verify_signature(made(), DEMANDS)
    assert (verified.certificate, verified.pairs, verified.signed_at) == (CERTIFICATE, PAIRS, IAT)


def test_a_login_is_verified_with_its_nonce() -> None:
    content = login_content("hanbit-bank", NONCE)
    demands = replace(DEMANDS, purpose="login", nonce=NONCE, content=content)
    assert verify_signature(made(content=content), demands).content == content


OTHER_ALGORITHM = cms.Algorithm(algorithm=x509.ObjectIdentifier("2.16.840.1.101.3.4.2.2"))

FORMS = {
    "not DER": b"no signature",
    "a byte after it": made() + b"\0",
    "another type": asn1.encode_der(
        cms.ContentInfo(type=cms.DATA, content=asn1.decode_der(cms.ContentInfo, made()).content)
    ),
    "another version": rebuilt(version=3),
    "no signer": rebuilt(signers=asn1.SetOf([])),
    "two signers": rebuilt(signers=asn1.SetOf(asn1.decode_der(cms.ContentInfo, made()).content.signers.as_list() * 2)),
    "another digest": resigned(list, digest_algorithm=OTHER_ALGORITHM),
    "another signature algorithm": resigned(list, signature_algorithm=OTHER_ALGORITHM),
    "another signer's version": resigned(list, version=3),
    "an attribute less": resigned(lambda own: own[:3]),
    "an attribute more": resigned(lambda own: [*own, attribute(cms.DATA, b"\x04\x00")]),
    "an attribute twice": resigned(lambda own: [*own, own[1]]),
    "an attribute of two values": resigned(
        lambda own: [
            *own[:1],
            cms.Attribute(type=own[1].type, values=asn1.SetOf(own[1].values.as_list() * 2)),
            *own[2:],
        ]
    ),
    "a content-type that is not the content's": resigned(
        lambda own: [attribute(cms.CONTENT_TYPE, bytes.fromhex("06092a864886f70d010702")), *own[1:]]
    ),
    "content of another type": resigned(
        lambda own: [attribute(cms.CONTENT_TYPE, bytes.fromhex("06092a864886f70d010702")), *own[1:]],
        {"content": cms.EncapsulatedContent(type=cms.SIGNED_DATA, content=CONTENT)},
    ),
    "a signing-time of another kind": resigned(
        lambda own: [own[0], attribute(cms.SIGNING_TIME, b"\x18\x0f20260301090000Z"), *own[2:]]
    ),
    "two signing certificates": resigned(
        lambda own: [
            *own[:3],
            attribute(cms.SIGNING_CERTIFICATE_V2, bytes.fromhex("304c304a" + ("30230421" + "00" * 33) * 2)),
        ]
    ),
}


@pytest.mark.parametrize("signature", FORMS.values(), ids=FORMS.keys())
def test_another_form_is_refused(signature: bytes) -> None:
    assert step_of(signature) == "form"


def test_attributes_out_of_der_order_are_refused() -> None:
    """The same set in another order is another file with the same meaning: one of the two is not DER."""
    said = transaction()
    first, second, *rest = attributes(said, said.items[0])
    assert step_of(made().replace(first + second + b"".join(rest), second + first + b"".join(rest))) == "form"


def test_another_content_than_asked_for_is_refused() -> None:
    other = transfer_content((("받는 분", "김하늘"), ("금액", "90,000원")))
    assert step_of(made(content=other)) == "content"


def test_a_content_changed_after_signing_is_refused() -> None:
    forged = made().replace(b"10,000", b"90,000")
    assert step_of(forged, replace(DEMANDS, content=None)) == "digest"


def test_a_certificate_that_is_not_the_signed_one_is_refused() -> None:
    """Same issuer, serial number and key, another name: only signing-certificate-v2 tells them apart."""
    other = customer_certificate(
        ISSUING,
        KEY.public_key(),
        common_name="김하늘",
        policy=PERSONAL_FINANCIAL,
        serial=CERTIFICATE.serial_number,
    )
    assert step_of(rebuilt(certificates=asn1.SetOf([other, ISSUING.certificate]))) == "signer"


def test_a_signature_without_its_certificate_is_refused() -> None:
    assert step_of(rebuilt(certificates=asn1.SetOf([ISSUING.certificate]))) == "signer"


def test_a_signature_by_another_key_is_refused() -> None:
    parsed = asn1.decode_der(cms.ContentInfo, made()).content.signers.as_list()[0]
    said = transaction()
    forged = cms.SignerInfo(
        version=1,
        signer=parsed.signer,
        digest_algorithm=parsed.digest_algorithm,
        attributes=parsed.attributes,
        signature_algorithm=parsed.signature_algorithm,
        signature=sign(signed_attributes(said, said.items[0]), new_key()),
    )
    assert step_of(rebuilt(signers=asn1.SetOf([forged]))) == "signature"


@pytest.mark.parametrize("now", [IAT - 61, IAT + 601], ids=["to come", "too long ago"])
def test_a_signing_time_is_about_now(now: int) -> None:
    assert step_of(made(), replace(DEMANDS, now=now)) == "time"


def test_an_archive_takes_old_signatures() -> None:
    assert verify_signature(made(), replace(DEMANDS, now=IAT + 10**8, max_age=None)).signed_at == IAT


def test_a_chain_to_another_root_is_refused() -> None:
    other = certificate_authority("Test Root")
    assert step_of(made(), replace(DEMANDS, root=der(other.certificate))) == "chain"


def test_a_certificate_of_another_authority_of_the_same_name_is_refused() -> None:
    fake = certificate_authority("Test Issuing", certificate_authority("Test Root"))
    forged = customer_certificate(fake, KEY.public_key(), policy=PERSONAL_FINANCIAL)
    assert step_of(made(forged, issuing=fake)) == "chain"


def test_a_holder_is_no_authority() -> None:
    """A customer who certifies somebody else with her own key."""
    holder = Issuer(CERTIFICATE, KEY)
    forged = customer_certificate(holder, KEY.public_key(), common_name="김하늘", policy=PERSONAL_FINANCIAL)
    said = transaction(forged)
    signature = sign(signed_attributes(said, said.items[0]))
    chain = (forged, CERTIFICATE, ISSUING.certificate)
    assert step_of(cms.signed_data(said, said.items[0], CONTENT, signature, chain)) == "chain"


@pytest.mark.parametrize("days", [-1, 1096], ids=["not yet valid", "no longer valid"])
def test_a_certificate_must_be_valid_when_it_signs(days: int) -> None:
    start = datetime.fromtimestamp(IAT, UTC) - timedelta(days=days)
    late = customer_certificate(ISSUING, KEY.public_key(), policy=PERSONAL_FINANCIAL, start=start)
    assert step_of(made(late)) == "chain"


@pytest.mark.parametrize("bits", [{"digital_signature": True}, {"content_commitment": True}], ids=str)
def test_both_key_usages_are_needed(bits: dict[str, bool]) -> None:
    weak = customer_certificate(ISSUING, KEY.public_key(), policy=PERSONAL_FINANCIAL, usage=key_usage(**bits))
    assert step_of(made(weak)) == "usage"


def test_an_authority_signs_for_nobody() -> None:
    issuing = Issuer(ISSUING.certificate, ISSUING.key)
    said = transaction(issuing.certificate)
    signature = sign(signed_attributes(said, said.items[0]), issuing.key)
    assert step_of(
        cms.signed_data(said, said.items[0], CONTENT, signature, (issuing.certificate, ROOT.certificate))
    ) in {"chain", "usage"}


def test_a_certificate_of_another_policy_is_refused() -> None:
    assert step_of(made(customer_certificate(ISSUING, KEY.public_key()))) == "policy"


def test_a_revoked_certificate_is_refused() -> None:
    class Revoked:
        def check(self, *_about: object) -> None:
            raise CertificateMismatch

    assert step_of(made(), replace(DEMANDS, status=Revoked())) == "status"


def test_a_login_is_no_transfer() -> None:
    content = login_content("hanbit-bank", NONCE)
    assert step_of(made(content=content), replace(DEMANDS, content=None)) == "purpose"


@pytest.mark.parametrize(
    "changes",
    [{"relying_party": "another-bank"}, {"nonce": bytes(20)}, {}],
    ids=["another's", "another nonce", "a transfer"],
)
def test_a_login_is_for_this_relying_party_and_nonce(changes: dict[str, Any]) -> None:
    content = login_content("hanbit-bank", NONCE) if changes else CONTENT
    demands = replace(DEMANDS, purpose="login", nonce=NONCE, content=None)
    assert step_of(made(content=content), replace(demands, **changes)) == "purpose"
