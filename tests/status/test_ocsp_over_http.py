import base64
from pathlib import Path
from urllib.parse import quote

import pytest
from asn1crypto import ocsp as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as pyca
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus
from httpx2 import Response

from dojang.authority import ocsp
from dojang.authority.crl import Revoked
from dojang.policy.numbers import NUMBERS
from tests.rules.authority.hierarchy import new_hierarchy, openssl
from tests.status.status_service import SERIAL, StatusService


@pytest.fixture
def service(tmp_path: Path) -> StatusService:
    return StatusService(tmp_path)


def question(service: StatusService, serial: int = SERIAL, nonce: bytes | None = None) -> bytes:
    holder = service.house.holder(serial)
    builder = pyca.OCSPRequestBuilder().add_certificate(holder.x509, service.house.issuing.x509, hashes.SHA1())
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def ask(service: StatusService, der: bytes) -> Response:
    return service.http.post("/ocsp", content=der, headers={"Content-Type": "application/ocsp-request"})


def status(response: Response) -> OCSPCertStatus:
    assert (response.status_code, response.headers["content-type"]) == (200, "application/ocsp-response")
    return pyca.load_der_ocsp_response(response.content).certificate_status


def test_a_certificate_is_unknown_then_good_then_revoked_at_once(service: StatusService) -> None:
    assert status(ask(service, question(service))) is OCSPCertStatus.UNKNOWN
    assert service.put_fact().status_code == 204
    assert status(ask(service, question(service))) is OCSPCertStatus.GOOD
    assert service.revoke().status_code == 204
    answer = ask(service, question(service))
    assert status(answer) is OCSPCertStatus.REVOKED
    parsed = pyca.load_der_ocsp_response(answer.content)
    assert parsed.revocation_reason is x509.ReasonFlags.superseded
    assert parsed.revocation_time_utc is not None
    assert parsed.revocation_time_utc.timestamp() == service.now


def test_a_suspended_certificate_may_be_good_again(service: StatusService) -> None:
    service.put_fact()
    service.revoke(2, "certificateHold")
    assert status(ask(service, question(service))) is OCSPCertStatus.REVOKED
    assert service.put_fact(sequence=3).status_code == 204
    assert status(ask(service, question(service))) is OCSPCertStatus.GOOD


def test_the_authoritys_own_crl_outweighs_a_centre_that_still_says_good(service: StatusService) -> None:
    service.put_fact()
    assert status(ask(service, question(service))) is OCSPCertStatus.GOOD
    revoked = service.crl(Revoked(SERIAL, "keyCompromise", service.now))
    assert service.put_crl("issuing-0", revoked).status_code == 204
    answer = ask(service, question(service))
    assert status(answer) is OCSPCertStatus.REVOKED
    assert pyca.load_der_ocsp_response(answer.content).revocation_reason is x509.ReasonFlags.key_compromise


def test_what_is_said_is_still_known_after_a_restart(service: StatusService) -> None:
    service.put_fact()
    service.revoke()
    service.start()
    assert status(ask(service, question(service))) is OCSPCertStatus.REVOKED


@pytest.mark.parametrize("escaped", [True, False], ids=["escaped", "bare"])
def test_a_get_is_answered_like_a_post(service: StatusService, escaped: bool) -> None:
    service.put_fact()
    text = base64.b64encode(question(service)).decode()
    answer = service.http.get("/ocsp/" + (quote(text, safe="") if escaped else text))
    assert status(answer) is OCSPCertStatus.GOOD
    assert answer.content == ask(service, question(service)).content


def test_a_get_whose_base64_has_slashes_and_pluses_is_read_whole(service: StatusService) -> None:
    """Of many serial numbers some give such requests; each must be answered for the number asked about."""
    seen = set()
    for octet in range(256):
        serial = SERIAL + (octet << 64) + (octet << 40) + (0xFFFF << 16)
        text = base64.b64encode(question_by_hash(service, serial)).decode()
        seen |= set("/+") & set(text)
        answer = service.http.get("/ocsp/" + text)
        assert pyca.load_der_ocsp_response(answer.content).serial_number == serial
    assert seen == {"/", "+"}


def question_by_hash(service: StatusService, serial: int) -> bytes:
    about = ocsp.read(question(service))
    builder = pyca.OCSPRequestBuilder().add_certificate_by_hash(
        about.issuer_name_hash, about.issuer_key_hash, serial, hashes.SHA1()
    )
    return builder.build().public_bytes(Encoding.DER)


def numbered(service: StatusService, serial: int) -> bytes:
    found = asn1.OCSPRequest.load(question(service))
    found["tbs_request"]["request_list"][0]["req_cert"]["serial_number"] = serial
    return bytes(found.dump(force=True))


@pytest.mark.parametrize("serial", [0, 1 << 159, 1 << 400], ids=["0", "20 octets", "50 octets"])
def test_a_number_that_no_certificate_can_have_is_unknown(service: StatusService, serial: int) -> None:
    assert status(ask(service, numbered(service, serial))) is OCSPCertStatus.UNKNOWN


def test_a_negative_number_is_malformed(service: StatusService) -> None:
    answer = ask(service, numbered(service, -5))
    assert pyca.load_der_ocsp_response(answer.content).response_status is OCSPResponseStatus.MALFORMED_REQUEST


@pytest.mark.parametrize(
    "junk", [b"", b"hello", b"\x30\x80", b"\x30\x03\x02\x01\x05", bytes(5000)], ids=["", "text", "30 80", "int", "0"]
)
def test_what_cannot_be_read_gets_malformed_request_and_200(service: StatusService, junk: bytes) -> None:
    for answer in (
        ask(service, junk),
        service.http.get("/ocsp/" + quote(base64.b64encode(junk).decode() or "A", safe="")),
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/ocsp-response"
        assert answer.headers["cache-control"] == "no-store"
        said = pyca.load_der_ocsp_response(answer.content)
        assert said.response_status is OCSPResponseStatus.MALFORMED_REQUEST


@pytest.mark.parametrize("path", ["/ocsp/!!!", "/ocsp/%00", "/ocsp/한글", "/ocsp/a-_b", "/ocsp/"])
def test_a_path_that_is_no_base64_gets_malformed_request(service: StatusService, path: str) -> None:
    answer = service.http.get(path)
    assert pyca.load_der_ocsp_response(answer.content).response_status is OCSPResponseStatus.MALFORMED_REQUEST


def test_a_request_over_the_limit_is_refused(service: StatusService) -> None:
    answer = ask(service, bytes(NUMBERS.request.body_bytes + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_another_authoritys_certificate_gets_unauthorized(service: StatusService) -> None:
    other = new_hierarchy()
    builder = pyca.OCSPRequestBuilder().add_certificate(other.holder().x509, other.issuing.x509, hashes.SHA256())
    answer = ask(service, builder.build().public_bytes(Encoding.DER))
    assert pyca.load_der_ocsp_response(answer.content).response_status is OCSPResponseStatus.UNAUTHORIZED


def test_a_nonce_is_echoed_and_its_answer_kept_by_no_cache(service: StatusService) -> None:
    service.put_fact()
    answer = ask(service, question(service, nonce=b"n" * 32))
    parsed = pyca.load_der_ocsp_response(answer.content)
    assert parsed.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"n" * 32
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


def test_an_unknown_certificates_answer_is_kept_by_no_cache(service: StatusService) -> None:
    assert ask(service, question(service)).headers["cache-control"] == "no-store"


def test_without_a_nonce_caches_get_what_rfc_5019_says(service: StatusService) -> None:
    service.put_fact()
    path = "/ocsp/" + quote(base64.b64encode(question(service)).decode(), safe="")
    first = service.http.get(path)
    assert first.headers["cache-control"] == "max-age=60, public, no-transform, must-revalidate"
    assert first.headers["last-modified"] == "Mon, 21 Sep 2026 14:15:00 GMT"
    assert first.headers["expires"] == "Mon, 21 Sep 2026 15:15:00 GMT"
    service.now += 1000
    again = service.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    service.now += 1000
    fresh = service.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert fresh.status_code == 200
    assert fresh.headers["etag"] != first.headers["etag"]


def test_a_revocation_is_never_hidden_by_a_kept_answer(service: StatusService) -> None:
    service.put_fact()
    path = "/ocsp/" + quote(base64.b64encode(question(service)).decode(), safe="")
    good = service.http.get(path)
    service.revoke()
    revoked = service.http.get(path, headers={"If-None-Match": good.headers["etag"]})
    assert revoked.status_code == 200
    assert status(revoked) is OCSPCertStatus.REVOKED


def test_only_so_many_answers_are_remembered(service: StatusService, monkeypatch: pytest.MonkeyPatch) -> None:
    from dojang.certificate_status import answers

    monkeypatch.setattr(answers, "KEPT", 2)
    kept = answers.Answers(service.desk)
    first, *others = [SERIAL + 4 * n for n in range(4)]
    for serial in (first, *others):
        service.put_fact(serial)
    before = kept.to(question_by_hash(service, first))
    assert kept.to(question_by_hash(service, first)) is before
    for serial in others:
        kept.to(question_by_hash(service, serial))
    assert kept.to(question_by_hash(service, first)) is not before


def test_openssl_asks_this_service_and_believes_it(service: StatusService, tmp_path: Path) -> None:
    (tmp_path / "holder.pem").write_bytes(service.house.holder(SERIAL).pem)
    about = ["-issuer", "issuing.pem", "-cert", "holder.pem"]
    for act, said in ((service.put_fact, "good"), (service.revoke, "revoked")):
        assert act().status_code == 204
        asked = openssl("ocsp", *about, "-reqout", "request.der", cwd=tmp_path)  # with a nonce of its own
        assert asked.returncode == 0, asked.stderr
        answer = ask(service, (tmp_path / "request.der").read_bytes())
        (tmp_path / "response.der").write_bytes(answer.content)
        trust = ["-CAfile", "root.pem", "-verify_other", "issuing.pem", "-attime", str(service.now)]
        of_that_time = ["-validity_period", "999999999"]
        # Once for the signature and the nonce, once for what is said.
        nonce = openssl("ocsp", "-reqin", "request.der", "-respin", "response.der", *trust, *of_that_time, cwd=tmp_path)
        assert nonce.stderr == "Response verify OK\n"
        told = openssl("ocsp", "-respin", "response.der", *about, "-no_nonce", *trust, *of_that_time, cwd=tmp_path)
        assert f"holder.pem: {said}" in told.stdout
