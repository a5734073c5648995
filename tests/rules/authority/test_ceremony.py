from pathlib import Path

import pytest
from asn1crypto import csr as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.authority import ceremony
from dojang.refusals import CertificateMismatch, CertificateRefused, KeyKindUnknown
from tests.rules.authority.hierarchy import ADDRESSES, NOW, new_key, new_serial, openssl, shared, spki


def test_openssl_finds_the_way_from_the_holder_to_the_root(tmp_path: Path) -> None:
    shared().write(tmp_path)
    (tmp_path / "holder.pem").write_bytes(shared().holder().pem)
    way = ["-CAfile", "root.pem", "-untrusted", "issuing.pem", "-attime", str(NOW + 1), "-x509_strict"]
    for name in ("holder.pem", "responder.pem"):
        assert openssl("verify", *way, name, cwd=tmp_path).stdout == f"{name}: OK\n"
    policy = ["-policy_check", "-explicit_policy", "-policy", _policy()]
    assert openssl("verify", *way, *policy, "holder.pem", cwd=tmp_path).stdout.startswith("holder.pem: OK")


def _policy() -> str:
    policies = shared().holder().x509.extensions.get_extension_for_class(x509.CertificatePolicies).value
    return str(policies[0].policy_identifier.dotted_string)


def test_a_holder_cannot_issue(tmp_path: Path) -> None:
    """A certificate below a holder's is no certificate."""
    house = shared()
    holder = house.holder()
    forged = (
        x509.CertificateBuilder()
        .serial_number(new_serial())
        .issuer_name(holder.x509.subject)
        .subject_name(house.responder.x509.subject)
        .public_key(house.responder_key.public_key())
        .not_valid_before(holder.x509.not_valid_before_utc)
        .not_valid_after(holder.x509.not_valid_after_utc)
        .sign(house.holder_key, hashes.SHA256())
    )
    house.write(tmp_path)
    (tmp_path / "forged.pem").write_bytes(forged.public_bytes(Encoding.PEM))
    chain = (tmp_path / "issuing.pem").read_bytes() + holder.pem
    (tmp_path / "chain.pem").write_bytes(chain)
    way = ["-CAfile", "root.pem", "-untrusted", "chain.pem", "-attime", str(NOW + 1)]
    assert openssl("verify", *way, "forged.pem", cwd=tmp_path).returncode != 0


def test_the_root_is_self_signed_and_the_issuing_authority_has_no_authority_below_it() -> None:
    root, issuing = shared().root.x509, shared().issuing.x509
    root.verify_directly_issued_by(root)
    issuing.verify_directly_issued_by(root)
    constraints = issuing.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)


def test_a_request_names_the_authority_and_proves_its_key() -> None:
    key = new_key()
    request = ceremony.make_request(key)
    assert request.is_signature_valid
    parsed = asn1.CertificationRequest.load(request.public_bytes(Encoding.DER))
    subject = parsed["certification_request_info"]["subject"].native
    assert subject["common_name"] == "Dojang Demo Financial CA 1"


def _signed_by_another_key() -> x509.CertificateSigningRequest:
    found = asn1.CertificationRequest.load(ceremony.make_request(new_key()).public_bytes(Encoding.DER))
    info = found["certification_request_info"]
    found["signature"] = new_key().sign(info.dump(), ec.ECDSA(hashes.SHA256()))
    return x509.load_der_x509_csr(found.dump(force=True))


def _of_another_name() -> x509.CertificateSigningRequest:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Dojang Demo Root CA")])
    return x509.CertificateSigningRequestBuilder().subject_name(name).sign(new_key(), hashes.SHA256())


@pytest.mark.parametrize("request_", [_signed_by_another_key(), _of_another_name()], ids=["key", "name"])
def test_a_request_without_its_key_or_under_another_name_is_refused(request_: x509.CertificateSigningRequest) -> None:
    with pytest.raises(CertificateRefused) as refused:
        ceremony.sign_issuing(request_, shared().root_issuer, shared().root_key, new_serial(), NOW)
    assert refused.value.facts == {"lint": "request"}


def test_an_authority_of_another_curve_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    with pytest.raises(KeyKindUnknown):
        ceremony.make_root(key, ADDRESSES, new_serial(), NOW)
    request = ceremony.make_request(key)
    with pytest.raises(KeyKindUnknown):
        ceremony.sign_issuing(request, shared().root_issuer, shared().root_key, new_serial(), NOW)


def test_the_root_signs_with_its_own_key_only() -> None:
    request = ceremony.make_request(new_key())
    with pytest.raises(CertificateMismatch):
        ceremony.sign_issuing(request, shared().root_issuer, new_key(), new_serial(), NOW)
    with pytest.raises(CertificateMismatch):
        ceremony.sign_responder(spki(new_key()), shared().issuer, new_key(), new_serial(), NOW)
