import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.authority import ceremony, crl, serials
from dojang.authority.crl import Revoked
from dojang.pin.encoding import b64
from dojang.pin.signatures import SigningKey
from dojang.policy.numbers import NUMBERS
from tests.rules.authority.hierarchy import Hierarchy, new_hierarchy, new_key, new_serial, openssl, spki
from tests.status.status_service import CENTER, DAY, SERIAL, VAULT, StatusService, root_crl


@pytest.fixture
def service(tmp_path: Path) -> StatusService:
    return StatusService(tmp_path)


def refused(response: Any) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


def test_a_fact_is_taken_once_and_again_without_effect(service: StatusService) -> None:
    assert [service.put_fact().status_code for _ in range(3)] == [204, 204, 204]
    assert len(service.desk.store.facts(SERIAL)) == 1


def test_an_early_fact_sent_again_after_a_later_one_changes_nothing(service: StatusService) -> None:
    service.put_fact()
    service.revoke()
    assert service.put_fact().status_code == 204
    assert service.desk.standing(SERIAL) is not None
    assert service.desk.store.facts(SERIAL)[-1].reason == "superseded"


def test_a_fact_before_its_predecessor_is_out_of_order(service: StatusService) -> None:
    early = service.revoke(sequence=2)
    assert refused(early) == (409, "fact_out_of_order")
    assert early.json()["expected"] == 1
    assert service.desk.standing(SERIAL) is None


@pytest.mark.parametrize(
    "change",
    [
        {"kid": b64(b"l" * 16)},
        {"expires_at": 5},
        {"status": "revoked", "reason": "superseded", "revoked_at": 5},
    ],
    ids=str,
)
def test_another_fact_of_a_taken_number_is_refused(service: StatusService, change: dict[str, Any]) -> None:
    service.put_fact()
    assert refused(service.put_fact(**change)) == (409, "fact_refused")


@pytest.mark.parametrize("reason", sorted(set(crl.REASONS) - {"certificateHold"}))
def test_a_final_revocation_is_final(service: StatusService, reason: str) -> None:
    service.put_fact()
    assert service.revoke(2, reason).status_code == 204
    assert refused(service.put_fact(sequence=3)) == (409, "fact_refused")
    assert refused(service.revoke(3, "certificateHold")) == (409, "fact_refused")


@pytest.mark.parametrize("change", [{"kid": b64(b"l" * 16)}, {"expires_at": 5}], ids=str)
def test_a_later_fact_is_about_the_same_certificate(service: StatusService, change: dict[str, Any]) -> None:
    service.put_fact()
    assert refused(service.revoke(**change)) == (409, "fact_refused")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("kid", {"kid": "short"}),
        ("kid", {"kid": b64(bytes(16)) + "="}),
        ("sequence", {"sequence": 0}),
        ("sequence", {"sequence": "1"}),
        ("sequence", {"sequence": 1.0}),
        ("sequence", {"sequence": 1 << 40}),
        ("status", {"status": "unknown"}),
        ("reason", {"reason": None}),
        ("reason", {"reason": "superseded"}),
        ("reason", {"status": "revoked", "revoked_at": 5}),
        ("reason", {"status": "revoked", "revoked_at": 5, "reason": "unspecified"}),
        ("reason", {"status": "revoked", "revoked_at": 5, "reason": "removeFromCRL"}),
        ("revoked_at", {"revoked_at": 5}),
        ("revoked_at", {"revoked_at": -1}),
        ("revoked_at", {"status": "revoked", "reason": "superseded"}),
        ("revoked_at", {"status": "revoked", "reason": "superseded", "revoked_at": 1 << 40}),
        ("expires_at", {"expires_at": True}),
        ("surprise", {"surprise": 1}),
    ],
    ids=str,
)
def test_a_field_that_is_wrong_is_named(service: StatusService, field: str, change: dict[str, Any]) -> None:
    answer = service.put_fact(**change)
    assert refused(answer) == (422, "invalid_field")
    assert answer.json()["field"] == field
    assert service.desk.standing(SERIAL) is None


@pytest.mark.parametrize("text", ["0", "00", "zz", "01" * 21, "80" + "00" * 19, "0x05", "ABCD"])
def test_a_serial_number_has_one_spelling(service: StatusService, text: str) -> None:
    body = (
        b'{"kid":"%s","sequence":1,"status":"good","reason":"","revoked_at":0,"expires_at":5}' % b64(bytes(16)).encode()
    )
    answer = service.signed("PUT", f"/facts/{text}", body, "center", CENTER)
    assert refused(answer) == (422, "certificate_refused")


def test_malformed_json_is_refused(service: StatusService) -> None:
    path = f"/facts/{serials.to_text(SERIAL)}"
    for body in (b"", b"{", b"\xff", b"[" * 5000):
        assert refused(service.signed("PUT", path, body, "center", CENTER)) == (400, "malformed_json")
    assert refused(service.signed("PUT", path, b"[]", "center", CENTER)) == (422, "invalid_field")
    assert refused(service.signed("PUT", path, bytes(70_000), "center", CENTER)) == (413, "body_too_large")


def test_only_the_centre_says_facts_and_only_the_vault_posts_what_the_authority_signed(service: StatusService) -> None:
    der = service.crl()
    assert refused(service.put_fact(key=VAULT, caller="vault")) == (401, "call_refused")
    assert refused(service.put_fact(key=VAULT)) == (401, "call_refused")
    assert refused(service.put_fact(key=SigningKey(b"\x07" * 32))) == (401, "call_refused")
    assert refused(service.put_crl("issuing-0", der, CENTER, "center")) == (401, "call_refused")
    assert refused(service.put_crl("issuing-0", der, CENTER)) == (401, "call_refused")
    issuing = service.house.issuing.der
    assert refused(service.signed("PUT", "/ca/issuing", issuing, "center", CENTER)) == (401, "call_refused")
    for path in ("/facts/01", "/crls/issuing-0", "/ca/issuing"):
        assert refused(service.http.put(path, content=b"{}")) == (401, "call_refused")
    assert service.desk.standing(SERIAL) is None


def test_a_fact_is_on_the_disk_when_it_is_acknowledged(service: StatusService) -> None:
    service.put_fact()
    with sqlite3.connect(service.settings.data / "status.sqlite3") as database:
        assert database.execute("select count(*) from facts").fetchone() == (1,)
    assert service.desk.store._database.execute("pragma synchronous").fetchone() == (2,)  # type: ignore[attr-defined]
    assert service.desk.store._database.execute("pragma journal_mode").fetchone() == ("wal",)  # type: ignore[attr-defined]


def test_facts_are_kept_five_years_beyond_the_certificates_end(service: StatusService) -> None:
    end = service.now - 5 * 366 * DAY
    service.put_fact(SERIAL, expires_at=end)
    service.put_fact(SERIAL + 1, expires_at=end - 1)
    service.start()
    assert service.desk.standing(SERIAL) is not None
    assert service.desk.standing(SERIAL + 1) is None


def test_a_crl_is_served_as_it_was_signed_with_headers_for_caches(service: StatusService) -> None:
    der = service.crl(Revoked(SERIAL, "superseded", service.now))
    assert service.put_crl("issuing-0", der).status_code == 204
    answer = service.http.get("/crl/issuing-0.crl")
    assert (answer.content, answer.headers["content-type"]) == (der, "application/pkix-crl")
    assert answer.headers["cache-control"] == "max-age=60, public, no-transform, must-revalidate"
    assert answer.headers["last-modified"] == "Mon, 21 Sep 2026 14:15:00 GMT"
    same = service.http.get("/crl/issuing-0.crl", headers={"If-None-Match": answer.headers["etag"]})
    assert same.status_code == 304
    service.start()
    assert service.http.get("/crl/issuing-0.crl").content == der


def test_a_later_crl_takes_the_place_of_an_earlier_one_with_all_its_entries(service: StatusService) -> None:
    hold = Revoked(SERIAL, "certificateHold", service.now)
    service.put_fact()
    service.put_crl("issuing-0", service.crl(hold, number=5))
    assert service.desk.standing(SERIAL) is not None
    assert service.desk.standing(SERIAL).reason == "certificateHold"  # type: ignore[union-attr]
    later = service.crl(number=6)
    assert service.put_crl("issuing-0", later).status_code == 204
    assert service.desk.standing(SERIAL).reason == ""  # type: ignore[union-attr]
    assert service.http.get("/crl/issuing-0.crl").content == later


def test_an_older_crl_is_refused_and_the_same_one_taken_again(service: StatusService) -> None:
    newer, older = service.crl(number=6), service.crl(number=5)
    assert service.put_crl("issuing-0", newer).status_code == 204
    answer = service.put_crl("issuing-0", older)
    assert refused(answer) == (409, "crl_stale")
    assert answer.json()["held"] == "6"
    assert service.put_crl("issuing-0", newer).status_code == 204
    other = service.crl(Revoked(SERIAL, "superseded", service.now), number=6)
    answer = service.put_crl("issuing-0", other)
    assert (refused(answer), answer.json()["check"]) == ((403, "crl_refused"), "number")
    assert service.http.get("/crl/issuing-0.crl").content == newer


def test_a_crl_is_valid_now(service: StatusService) -> None:
    skew = NUMBERS.time.clock_skew
    assert service.put_crl("issuing-0", service.crl(number=1, since=skew)).status_code == 204
    for number, since in ((2, skew + 1), (3, -DAY)):
        answer = service.put_crl("issuing-0", service.crl(number=number, since=since))
        assert (refused(answer), answer.json()["check"]) == ((403, "crl_refused"), "times")


Forger = Callable[[StatusService], bytes]


def _of_another_authority(service: StatusService) -> bytes:
    other = new_hierarchy()
    times = {"this_update": service.now, "next_update": service.now + DAY}
    return crl.build(other.issuer, other.issuing_key, "issuing-0", number=9, revoked=[], **times).der


def _by_the_holder(service: StatusService) -> bytes:
    """Under the authority's name, but a customer's key."""
    house = service.house
    posing = replace(house.issuer, key=house.holder_key.public_key())
    times = {"this_update": service.now, "next_update": service.now + DAY}
    return crl.build(posing, house.holder_key, "issuing-0", number=9, revoked=[], **times).der


@pytest.mark.parametrize(
    ("file", "forge"),
    [
        pytest.param("issuing-0", _of_another_authority, id="another authority's"),
        pytest.param("issuing-0", _by_the_holder, id="another key"),
        pytest.param("issuing-0", lambda service: root_crl(service.house, 9), id="the root's under another name"),
        pytest.param("root", lambda service: service.crl(), id="the issuing authority's as the root's"),
        pytest.param("issuing-1", lambda service: service.crl(), id="another shard's"),
        pytest.param("issuing-9", lambda service: service.crl(), id="a shard that there is not"),
        pytest.param("issuing-0", lambda service: b"", id="nothing"),
        pytest.param("issuing-0", lambda service: service.crl()[:-1], id="cut off"),
        pytest.param("issuing-0", lambda service: b"-----BEGIN X509 CRL-----", id="PEM"),
    ],
)
def test_a_crl_that_is_not_its_authoritys_is_refused_and_none_is_served(
    service: StatusService, file: str, forge: Forger
) -> None:
    before = service.http.get("/crl/root.crl").content
    assert refused(service.put_crl(file, forge(service))) == (403, "crl_refused")
    assert refused(service.http.get("/crl/issuing-0.crl")) == (404, "not_found")
    assert service.http.get("/crl/root.crl").content == before


def test_a_long_crl_is_taken_and_one_over_the_limit_is_not(service: StatusService) -> None:
    entries = [Revoked(SERIAL + 4 * n, "superseded", service.now) for n in range(2500)]
    der = service.crl(*entries)
    assert len(der) > NUMBERS.request.body_bytes
    assert service.put_crl("issuing-0", der).status_code == 204
    assert service.desk.standing(SERIAL + 4 * 2499) is not None
    too_long = bytes(NUMBERS.request.crl_bytes + 1)
    assert refused(service.put_crl("issuing-0", too_long)) == (413, "body_too_large")


def test_the_roots_crl_is_served_from_the_start_and_a_newer_one_survives(service: StatusService) -> None:
    newer = root_crl(service.house, number=2)
    assert service.http.get("/crl/root.crl").content == root_crl(service.house)
    assert service.put_crl("root", newer).status_code == 204
    service.start()
    assert service.http.get("/crl/root.crl").content == newer


def test_openssl_checks_the_whole_chain_with_what_is_served(service: StatusService, tmp_path: Path) -> None:
    service.put_crl("issuing-0", service.crl())
    lists = b""
    for file in ("issuing-0", "root"):
        found = x509.load_der_x509_crl(service.http.get(f"/crl/{file}.crl").content)
        lists += found.public_bytes(Encoding.PEM)
    (tmp_path / "lists.pem").write_bytes(lists)
    for file in ("issuing", "root"):
        authority = x509.load_der_x509_certificate(service.http.get(f"/ca/{file}.cer").content)
        (tmp_path / f"{file}.pem").write_bytes(authority.public_bytes(Encoding.PEM))
    (tmp_path / "holder.pem").write_bytes(service.house.holder(SERIAL).pem)
    trust = ["-CAfile", "root.pem", "-untrusted", "issuing.pem", "-CRLfile", "lists.pem", "-attime", str(service.now)]
    told = openssl("verify", "-crl_check_all", *trust, "holder.pem", cwd=tmp_path)
    assert told.stdout == "holder.pem: OK\n", told.stderr


def put_authority(service: StatusService, file: str, der: bytes) -> Any:
    return service.signed("PUT", f"/ca/{file}", der, "vault", VAULT)


def test_the_authorities_certificates_are_served_from_the_start(service: StatusService) -> None:
    for file, der in (("root", service.house.root.der), ("issuing", service.house.issuing.der)):
        answer = service.http.get(f"/ca/{file}.cer")
        assert (answer.content, answer.headers["content-type"]) == (der, "application/pkix-cert")
        assert put_authority(service, file, der).status_code == 204


def test_a_new_issuing_certificate_takes_the_old_ones_place_and_never_the_other_way(service: StatusService) -> None:
    house = service.house
    request = ceremony.make_request(house.issuing_key)
    new = ceremony.sign_issuing(request, house.root_issuer, house.root_key, new_serial(), house.began + 60)
    assert put_authority(service, "issuing", new.der).status_code == 204
    assert service.http.get("/ca/issuing.cer").content == new.der
    assert refused(put_authority(service, "issuing", house.issuing.der)) == (403, "authority_certificate_refused")
    assert service.http.get("/ca/issuing.cer").content == new.der


@pytest.mark.parametrize(
    ("file", "which"),
    [
        pytest.param("issuing", lambda house: new_hierarchy().issuing.der, id="below another root"),
        pytest.param("issuing", lambda house: house.holder().der, id="a holder's"),
        pytest.param("root", lambda house: new_hierarchy().root.der, id="another root"),
        pytest.param("root", lambda house: house.issuing.der, id="an issuing authority as root"),
        pytest.param("other", lambda house: house.root.der, id="the root under another name"),
        pytest.param("issuing", lambda house: house.issuing.der[:-1], id="cut off"),
        pytest.param("issuing", lambda house: b"", id="nothing"),
    ],
)
def test_a_certificate_that_is_no_authority_of_ours_is_refused(
    service: StatusService, file: str, which: Callable[[Hierarchy], bytes]
) -> None:
    answer = put_authority(service, file, which(service.house))
    assert refused(answer) == (403, "authority_certificate_refused")
    assert service.http.get("/ca/root.cer").content == service.house.root.der
    assert service.http.get("/ca/issuing.cer").content == service.house.issuing.der


def test_a_responder_is_no_authority_though_the_root_signed_it(service: StatusService) -> None:
    house = service.house
    made = ceremony.sign_responder(spki(new_key()), house.root_issuer, house.root_key, new_serial(), house.began)
    assert refused(put_authority(service, "issuing-2", made.der)) == (403, "authority_certificate_refused")


@pytest.mark.parametrize("path", ["/", "/crl/issuing-0", "/crl/none.crl", "/ca/none.cer", "/ca/issuing", "/facts/01"])
def test_what_is_not_there_is_not_found(service: StatusService, path: str) -> None:
    assert service.http.get(path).status_code in (404, 405)
    assert refused(service.http.get(path))[1] in ("not_found", "method_not_allowed")


def test_it_is_healthy_ready_and_measured(service: StatusService) -> None:
    service.put_fact()
    assert service.http.get("/healthz").json() == {"status": "ok"}
    assert service.http.get("/readyz").status_code == 200
    assert "dojang_requests" in service.http.get("/metrics").text
    assert serials.to_text(SERIAL) not in service.http.get("/metrics").text


def test_it_is_not_ready_once_its_responder_has_ended(service: StatusService) -> None:
    service.now = int(service.settings.responder.not_valid_after_utc.timestamp()) - 1
    assert service.http.get("/readyz").status_code == 200
    service.now += 1
    assert refused(service.http.get("/readyz")) == (503, "responder_expired")
