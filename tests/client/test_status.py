"""Revocation as a relying party hears of it: from the real responder and real CRLs, and each forgery of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from dojang.authority import ceremony, crl, keys, lint, profile
from dojang.authority import certificate as certifying
from dojang.client.verifier.status import FetchedStatus, GivenCrl, GivenOcsp
from dojang.refusals import CertificateMismatch, StatusUnavailable
from tests.client.world import NAME, Authority, serial

NOW = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp())
SIGNED = NOW - 30


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def person(authority: Authority) -> x509.Certificate:
    plan = profile.plan(
        "personal_financial",
        authority.issuer,
        holder_name=NAME,
        kid=bytes(range(16)),
        spki=keys.spki_of(new_key().public_key()),
        serial=serial(),
        not_before=NOW - 3600,
    )
    return certifying.sign(lint.rehearse(plan), authority.key).x509


AUTHORITY = Authority.make(new_key(), NOW - 7200)
OTHER = Authority.make(new_key(), NOW - 7200)
CERTIFICATE = person(AUTHORITY)
RESPONDER_KEY = new_key()
RESPONDER = ceremony.sign_responder(
    keys.spki_of(RESPONDER_KEY.public_key()), AUTHORITY.issuer, AUTHORITY.key, serial(), NOW - 3600
).x509


def respond(
    certificate: x509.Certificate = CERTIFICATE,
    *,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    revoked_at: int | None = None,
    reason: x509.ReasonFlags | None = None,
    responder: x509.Certificate = RESPONDER,
    key: ec.EllipticCurvePrivateKey = RESPONDER_KEY,
    issuer: x509.Certificate = AUTHORITY.issuing,
    since: int = NOW - 60,
    until: int | None = NOW + 3600,
    nonce: bytes = b"",
    delegated: bool = True,
) -> bytes:
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=certificate,
        issuer=issuer,
        algorithm=hashes.SHA1(),
        cert_status=status,
        this_update=datetime.fromtimestamp(since, UTC),
        next_update=None if until is None else datetime.fromtimestamp(until, UTC),
        revocation_time=None if revoked_at is None else datetime.fromtimestamp(revoked_at, UTC),
        revocation_reason=reason,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder)
    if delegated:
        builder = builder.certificates([responder])
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def revoked(at: int, reason: x509.ReasonFlags | None = x509.ReasonFlags.superseded) -> bytes:
    return respond(status=ocsp.OCSPCertStatus.REVOKED, revoked_at=at, reason=reason)


def fake_responder(authority: Authority, *purposes: x509.ObjectIdentifier, ended: bool = False) -> x509.Certificate:
    """Certified by `authority` for these purposes."""
    start = datetime.fromtimestamp(NOW, UTC) - timedelta(days=2)
    builder = (
        x509.CertificateBuilder()
        .subject_name(RESPONDER.subject)
        .issuer_name(AUTHORITY.issuing.subject)
        .public_key(RESPONDER_KEY.public_key())
        .serial_number(serial())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1 if ended else 90))
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    return builder.sign(authority.key, hashes.SHA256())


def changed_after_signing() -> bytes:
    """A second younger than it is."""
    honest = respond()
    produced = b"\x18\x0f" + datetime.fromtimestamp(NOW - 60, UTC).strftime("%Y%m%d%H%M%SZ").encode()
    later = b"\x18\x0f" + datetime.fromtimestamp(NOW - 59, UTC).strftime("%Y%m%d%H%M%SZ").encode()
    assert produced in honest
    return honest.replace(produced, later)


def check(response: bytes) -> None:
    GivenOcsp(response).check(CERTIFICATE, AUTHORITY.issuing, SIGNED, NOW)


@pytest.mark.parametrize(
    "response",
    [
        respond(),
        respond(responder=AUTHORITY.issuing, key=AUTHORITY.key, delegated=False),
        revoked(NOW - 10),
    ],
    ids=["good", "good, says the authority itself", "revoked after it signed"],
)
def test_a_certificate_that_was_good_when_it_signed_is_taken(response: bytes) -> None:
    check(response)


OCSP_SIGNING = ExtendedKeyUsageOID.OCSP_SIGNING

REFUSED = {
    "nothing": b"",
    "an error": ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(
        Encoding.DER
    ),
    "revoked before it signed": revoked(SIGNED - 10),
    "revoked at the second of signing": revoked(SIGNED),
    "a key compromised, found later": revoked(NOW - 10, x509.ReasonFlags.key_compromise),
    "unknown": respond(status=ocsp.OCSPCertStatus.UNKNOWN),
    "about another certificate": respond(person(AUTHORITY)),
    "about another authority's": respond(issuer=OTHER.issuing),
    "too old": respond(since=NOW - 7200, until=NOW - 1),
    "of the future": respond(since=NOW + 61),
    "without an end": respond(until=None),
    "changed after it was signed": changed_after_signing(),
    "by another authority's responder": respond(responder=fake_responder(OTHER, OCSP_SIGNING)),
    "by a certificate for something else": respond(
        responder=fake_responder(AUTHORITY, ExtendedKeyUsageOID.EMAIL_PROTECTION)
    ),
    "by a certificate for nothing": respond(responder=fake_responder(AUTHORITY)),
    "by a responder whose time is over": respond(responder=fake_responder(AUTHORITY, OCSP_SIGNING, ended=True)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_any_other_response_is_refused(name: str) -> None:
    with pytest.raises(CertificateMismatch):
        check(REFUSED[name])


def test_the_forgers_responder_is_taken_when_it_is_a_true_one() -> None:
    check(respond(responder=fake_responder(AUTHORITY, OCSP_SIGNING)))


def fetched(answer: Callable[[httpx2.Request], httpx2.Response]) -> FetchedStatus:
    return FetchedStatus(httpx2.Client(transport=httpx2.MockTransport(answer)))


def with_nonce(request: httpx2.Request) -> httpx2.Response:
    assert str(request.url) == "http://127.0.0.1:8030/ocsp"
    asked = ocsp.load_der_ocsp_request(request.read())
    nonce = asked.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    return httpx2.Response(200, content=respond(nonce=nonce))


def test_the_responder_that_the_certificate_names_is_asked() -> None:
    fetched(with_nonce).check(CERTIFICATE, AUTHORITY.issuing, SIGNED, NOW)


@pytest.mark.parametrize("nonce", [b"", b"another nonce"], ids=["none", "another"])
def test_an_answer_to_another_question_is_refused(nonce: bytes) -> None:
    old = fetched(lambda _request: httpx2.Response(200, content=respond(nonce=nonce)))
    with pytest.raises(CertificateMismatch):
        old.check(CERTIFICATE, AUTHORITY.issuing, SIGNED, NOW)


def test_a_responder_that_is_down_is_named_as_such() -> None:
    def down(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("down", request=request)

    for answer in (down, lambda _request: httpx2.Response(503)):
        with pytest.raises(StatusUnavailable):
            fetched(answer).check(CERTIFICATE, AUTHORITY.issuing, SIGNED, NOW)


def list_of(
    *entries: crl.Revoked,
    authority: Authority = AUTHORITY,
    shard: int = 0,
    since: int = NOW - 60,
    until: int = NOW + 60,
) -> bytes:
    file = authority.issuer.crl_file(CERTIFICATE.serial_number + shard)
    return crl.build(
        authority.issuer, authority.key, file, number=1, this_update=since, next_update=until, revoked=entries
    ).der


def check_list(der: bytes) -> None:
    GivenCrl(der).check(CERTIFICATE, AUTHORITY.issuing, SIGNED, NOW)


def entry(at: int, reason: str = "superseded") -> crl.Revoked:
    return crl.Revoked(CERTIFICATE.serial_number, reason, at)


@pytest.mark.parametrize("der", [list_of(), list_of(entry(NOW - 10))], ids=["not on it", "revoked after it signed"])
def test_a_list_that_does_not_speak_against_it_is_taken(der: bytes) -> None:
    check_list(der)


RENAMED = replace(AUTHORITY, issuer=replace(AUTHORITY.issuer, name=AUTHORITY.root.subject))

LISTS = {
    "nothing": b"",
    "revoked before it signed": list_of(entry(SIGNED - 10)),
    "a key compromised, found later": list_of(entry(NOW - 10, "keyCompromise")),
    "another shard": list_of(shard=1),
    "of another authority of the same name": list_of(authority=OTHER),
    "of another name with the same key": list_of(authority=RENAMED),
    "too old": list_of(since=NOW - 7200, until=NOW - 1),
    "of the future": list_of(since=NOW + 61, until=NOW + 3600),
}


@pytest.mark.parametrize("name", LISTS)
def test_any_other_list_is_refused(name: str) -> None:
    with pytest.raises(CertificateMismatch):
        check_list(LISTS[name])
