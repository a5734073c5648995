"""Certificates by the fake centre, and logins at the bank with them."""

from typing import TYPE_CHECKING

from starlette.testclient import TestClient

from dojang.pin.encoding import b64
from dojang.pin.signatures import SigningKey
from tests.demo.fake_center import BANK, FakeCenter, certificate_for

if TYPE_CHECKING:
    from tests.demo.conftest import Applicant

KIDS = iter(range(1, 1000))


def issue(applicant: "Applicant") -> bytes:
    """The bank vouches for the applicant; the certificate that an authority would make of it."""
    applicant.prove_all()
    kid = next(KIDS).to_bytes(16, "big")
    statement = {
        "application": applicant.application,
        "name": applicant.person["name"],
        "uid": b64(kid),
        "kid": b64(kid),
        "authorization_key": b64(SigningKey(bytes(32)).public),
        "replaces": "",
    }
    applicant.bank.ask("/registration-authority/statements", statement)
    return certificate_for(kid)


def begin(visitor: TestClient) -> str:
    response = visitor.get("/login")
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def log_in(visitor: TestClient, center: FakeCenter) -> None:
    response = visitor.get(center.log_in(begin(visitor)))
    assert (response.status_code, response.headers["location"]) == (303, f"{BANK}/banking"), response.text
