import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto import ocsp as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as pyca
from hypothesis import example, given
from hypothesis import strategies as st

from dojang.authority import ceremony, crl, keys, ocsp
from dojang.authority.ocsp import GOOD, Responder, Standing
from dojang.refusals import CertificateMismatch, KeyKindUnknown, OcspRequestMalformed
from tests.rules.authority.hierarchy import NOW, new_hierarchy, new_key, new_serial, openssl, shared, spki

SERIAL = 0x01_0000000000000000_0000000000000004
SHA1, SHA256 = hashes.SHA1(), hashes.SHA256()
HOUR = 3600


def responder() -> Responder:
    return Responder(shared().responder.x509, shared().responder_key, shared().issuer)


def request(
    algorithm: hashes.HashAlgorithm = SHA256,
    nonce: bytes | None = None,
    extra: x509.ExtensionType | None = None,
    critical: bool = False,
    serial: int = SERIAL,
) -> bytes:
    """As pyca's client asks."""
    holder, issuer = shared().holder(serial), shared().issuing
    builder = pyca.OCSPRequestBuilder().add_certificate(holder.x509, issuer.x509, algorithm)
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical)
    if extra is not None:
        builder = builder.add_extension(extra, critical)
    return builder.build().public_bytes(Encoding.DER)


def answered(der: bytes, standing: Standing | None = GOOD) -> bytes:
    return responder().respond(ocsp.read(der), standing, NOW, NOW + HOUR)


@pytest.mark.parametrize("algorithm", [SHA1, SHA256], ids=["sha1", "sha256"])
def test_a_good_certificate_is_good_under_either_hash(algorithm: hashes.HashAlgorithm) -> None:
    question = ocsp.read(request(algorithm))
    assert responder().answers_for(question)
    response = pyca.load_der_ocsp_response(answered(request(algorithm)))
    assert response.certificate_status is pyca.OCSPCertStatus.GOOD
    assert response.hash_algorithm.name == algorithm.name
    assert response.serial_number == SERIAL
    assert response.issuer_key_hash == hashlib.new(algorithm.name, keys.point(shared().issuer.key)).digest()
    assert response.responder_key_hash == keys.key_identifier(shared().responder_key.public_key())
    assert response.certificates == [shared().responder.x509]


@pytest.mark.parametrize("reason", sorted(crl.REASONS))
def test_a_revoked_certificate_is_revoked_with_time_and_reason(reason: str) -> None:
    response = pyca.load_der_ocsp_response(answered(request(), Standing(reason, NOW - 7)))
    assert response.certificate_status is pyca.OCSPCertStatus.REVOKED
    assert response.revocation_time_utc is not None
    assert int(response.revocation_time_utc.timestamp()) == NOW - 7
    assert response.revocation_reason is crl.REASONS[reason]


def test_a_certificate_that_nobody_made_is_unknown_not_good() -> None:
    response = pyca.load_der_ocsp_response(answered(request(), None))
    assert response.certificate_status is pyca.OCSPCertStatus.UNKNOWN


def test_the_answer_holds_from_now_to_its_next_update() -> None:
    response = pyca.load_der_ocsp_response(answered(request()))
    assert response.next_update_utc is not None
    times = (response.this_update_utc.timestamp(), response.next_update_utc.timestamp())
    assert times == (NOW, NOW + HOUR)


@pytest.mark.parametrize("size", [1, 16, 32, 128])
@pytest.mark.parametrize("critical", [False, True])
def test_a_nonce_comes_back_as_it_went(size: int, critical: bool) -> None:
    response = pyca.load_der_ocsp_response(answered(request(nonce=b"n" * size, critical=critical)))
    assert response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"n" * size


def test_without_a_nonce_there_is_none_in_the_answer() -> None:
    assert list(pyca.load_der_ocsp_response(answered(request())).extensions) == []


@pytest.mark.parametrize("size", [0, 129, 4096])
def test_a_nonce_of_0_or_more_than_128_octets_is_malformed(size: int) -> None:
    with pytest.raises(OcspRequestMalformed):
        ocsp.read(request(nonce=b"n" * size))


def _twice() -> bytes:
    """Two certificates asked about in one request."""
    found = asn1.OCSPRequest.load(request())
    one = found["tbs_request"]["request_list"][0]
    found["tbs_request"]["request_list"] = asn1.Requests([one, one.copy()])
    return bytes(found.dump(force=True))


def _none() -> bytes:
    found = asn1.OCSPRequest.load(request())
    found["tbs_request"]["request_list"] = asn1.Requests([])
    return bytes(found.dump(force=True))


@pytest.mark.parametrize(
    "der",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x30\x00", id="an empty sequence"),
        pytest.param(request()[:-1], id="cut off"),
        pytest.param(request() + b"\x00", id="bytes behind the end"),
        pytest.param(_twice(), id="two questions"),
        pytest.param(_none(), id="no question"),
        pytest.param(
            request(extra=x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), critical=True),
            id="a critical extension that we do not know",
        ),
        pytest.param(shared().holder(SERIAL).der, id="a certificate"),
    ],
)
def test_a_request_that_cannot_be_read_is_malformed(der: bytes) -> None:
    with pytest.raises(OcspRequestMalformed):
        ocsp.read(der)


def test_an_extension_that_nobody_must_know_is_passed_over() -> None:
    der = request(extra=x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"))
    assert responder().answers_for(ocsp.read(der))


def _other_issuer() -> bytes:
    other = new_hierarchy()
    builder = pyca.OCSPRequestBuilder().add_certificate(shared().holder().x509, other.issuing.x509, SHA256)
    return builder.build().public_bytes(Encoding.DER)


def _other_name() -> bytes:
    builder = pyca.OCSPRequestBuilder().add_certificate_by_hash(
        bytes(20), keys.key_identifier(shared().issuer.key), SERIAL, SHA1
    )
    return builder.build().public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    "der", [_other_issuer(), _other_name(), request(hashes.SHA512())], ids=["key", "name", "sha512"]
)
def test_another_authoritys_certificate_is_not_ours_to_answer_for(der: bytes) -> None:
    assert not responder().answers_for(ocsp.read(der))


@given(st.binary(max_size=300))
@example(request())
def test_no_bytes_break_the_reader(junk: bytes) -> None:
    try:
        responder().answers_for(ocsp.read(junk))
    except OcspRequestMalformed:
        return


@given(st.integers(0, len(request(nonce=b"n" * 16)) - 1), st.integers(1, 255))
def test_no_changed_byte_breaks_the_reader(place: int, change: int) -> None:
    der = bytearray(request(nonce=b"n" * 16))
    der[place] ^= change
    try:
        responder().answers_for(ocsp.read(bytes(der)))
    except OcspRequestMalformed:
        return


def test_the_refusals_are_responses_without_a_body() -> None:
    malformed, unauthorized = map(pyca.load_der_ocsp_response, (ocsp.MALFORMED, ocsp.UNAUTHORIZED))
    assert malformed.response_status is pyca.OCSPResponseStatus.MALFORMED_REQUEST
    assert unauthorized.response_status is pyca.OCSPResponseStatus.UNAUTHORIZED


def test_asn1crypto_reads_the_same() -> None:
    parsed = asn1.OCSPResponse.load(answered(request(SHA1, nonce=b"n" * 32), Standing("superseded", NOW - 7)))
    assert parsed["response_status"].native == "successful"
    assert parsed.basic_ocsp_response["signature_algorithm"]["algorithm"].native == "sha256_ecdsa"
    assert parsed.nonce_value.native == b"n" * 32
    (single,) = parsed.response_data["responses"]
    assert single["cert_status"].name == "revoked"
    assert single["cert_status"].native["revocation_reason"] == "superseded"
    assert single["cert_id"]["serial_number"].native == SERIAL


@pytest.mark.parametrize(
    ("standing", "said"),
    [(GOOD, "good"), (Standing("superseded", NOW - 7), "revoked"), (None, "unknown")],
    ids=["good", "revoked", "unknown"],
)
@pytest.mark.parametrize("algorithm", ["-sha1", "-sha256"])
def test_openssl_asks_and_believes_the_answer(
    tmp_path: Path, standing: Standing | None, said: str, algorithm: str
) -> None:
    shared().write(tmp_path)
    (tmp_path / "holder.pem").write_bytes(shared().holder(SERIAL).pem)
    about = ["-issuer", "issuing.pem", algorithm, "-cert", "holder.pem"]
    asked = openssl("ocsp", *about, "-reqout", "request.der", "-no_nonce", cwd=tmp_path)
    assert asked.returncode == 0, asked.stderr
    (tmp_path / "response.der").write_bytes(answered((tmp_path / "request.der").read_bytes(), standing))
    trust = ["-CAfile", "root.pem", "-verify_other", "issuing.pem", "-attime", str(NOW + 1)]
    read = ["-respin", "response.der", "-no_nonce", "-validity_period", "999999999"]
    told = openssl("ocsp", *about, *read, *trust, cwd=tmp_path)
    assert "Response verify OK" in told.stderr
    assert f"holder.pem: {said}" in told.stdout


def test_a_responder_that_the_issuer_has_not_made_cannot_be_built() -> None:
    house, other = shared(), new_hierarchy()
    root_made = ceremony.sign_responder(spki(house.responder_key), house.root_issuer, house.root_key, new_serial(), NOW)
    posing = replace(house.issuer, name=house.root_issuer.name)
    named = ceremony.sign_responder(spki(house.responder_key), posing, house.issuing_key, new_serial(), NOW)
    for certificate, key in (
        (named.x509, house.responder_key),
        (root_made.x509, house.responder_key),  # RFC 6960 4.2.2.2: directly by the issuing authority
        (other.responder.x509, other.responder_key),
        (house.responder.x509, new_key()),
        (house.holder().x509, house.holder_key),
    ):
        with pytest.raises(CertificateMismatch):
            Responder(certificate, key, house.issuer)


def test_a_responders_key_is_in_no_repr() -> None:
    assert repr(responder()) == f"Responder(serial={shared().responder.plan.serial:x})"


def test_a_responder_of_another_curve_is_not_certified() -> None:
    other = keys.spki_of(ec.generate_private_key(ec.SECP384R1()).public_key())
    with pytest.raises(KeyKindUnknown):
        ceremony.sign_responder(other, shared().issuer, shared().issuing_key, new_serial(), NOW)
