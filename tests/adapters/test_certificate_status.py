"""The status service takes facts in order, once."""

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dojang.adapters.certificate_status_http import HttpCertificateStatus
from dojang.pin.signatures import SigningKey
from dojang.ports.certificate_status import CertificateStatus
from dojang.refusals import FactOutOfOrder, FactRefused, StatusUnavailable
from dojang.serving.calls import SignedCalls
from dojang.serving.party import Party
from dojang.values.certificate import StatusFact
from tests.status.status_service import CENTER, StatusService

GOOD = StatusFact("01" + "00" * 15 + "07", b"k" * 16, 1, "", 0, 2_000_000_000)


def plug(service: StatusService, key: SigningKey = CENTER) -> CertificateStatus:
    client = TestClient(service.http.app, base_url="http://status.test", raise_server_exceptions=False)
    client.auth = SignedCalls("center", key, "status", lambda: service.now)
    return HttpCertificateStatus(Party(client, StatusUnavailable))


@pytest.fixture
def service(tmp_path: Path) -> StatusService:
    return StatusService(tmp_path)


def test_good_then_revoked_are_taken_and_once_more_without_effect(service: StatusService) -> None:
    status = plug(service)
    revoked = replace(GOOD, sequence=2, reason="superseded", revoked_at=service.now)
    for fact in (GOOD, GOOD, revoked, revoked, GOOD):
        status.put(fact)


def test_a_gap_is_refused_and_says_what_is_expected(service: StatusService) -> None:
    with pytest.raises(FactOutOfOrder) as refusal:
        plug(service).put(replace(GOOD, sequence=2, reason="superseded", revoked_at=service.now))
    assert refusal.value.facts == {"expected": 1}


def test_another_fact_of_the_same_number_is_refused(service: StatusService) -> None:
    status = plug(service)
    status.put(GOOD)
    with pytest.raises(FactRefused):
        status.put(replace(GOOD, kid=b"x" * 16))


def test_a_call_that_is_not_ours_is_no_answer(service: StatusService) -> None:
    with pytest.raises(StatusUnavailable):
        plug(service, SigningKey(b"\x09" * 32)).put(GOOD)
