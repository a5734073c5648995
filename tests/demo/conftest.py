"""Hanbit Bank in this process: its doors for the centre (signed), for everybody, and a clock that the test turns."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from dojang.demo.bank import keys
from dojang.demo.bank.app import application
from dojang.demo.bank.resident_numbers import info
from dojang.demo.bank.settings import Settings
from dojang.pin import sealing
from dojang.pin.encoding import b64, unb64
from dojang.pin.signatures import SigningKey
from dojang.serving.calls import SignedCalls
from tests.demo.clock import Clock
from tests.demo.fake_center import BANK, FakeCenter, FakeEvidence
from tests.demo.logins import issue, log_in


@dataclass
class Bank:
    """`center` signs its calls as the centre does; `anyone` signs nothing."""

    app: FastAPI
    clock: Clock
    center: TestClient
    anyone: TestClient
    signed: SignedCalls
    key: keys.Keys
    fake_center: FakeCenter
    folder: Path
    number: int = field(default=0)

    def ask(self, path: str, body: dict[str, Any], *, key: str | None = None) -> Any:
        """The centre's POST; the answer's JSON, which must be a yes."""
        response = self.post(path, body, key=key)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, body: dict[str, Any], *, key: str | None = None) -> Any:
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.center.post(f"/contracts{path}", json=body, headers=headers)

    def get(self, path: str) -> Any:
        return self.center.get(f"/contracts{path}").json()

    def refused(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The problem body of a call that must be refused."""
        response = self.post(path, body)
        assert response.status_code >= 400, response.text
        assert response.headers["content-type"] == "application/problem+json"
        return dict(response.json())

    def customer(self, **wish: Any) -> dict[str, Any]:
        response = self.anyone.post("/demo/customers", json=wish)
        assert response.status_code == 201, response.text
        return dict(response.json())

    def seal(self, application: str, rrn: str) -> str:
        public = unb64(self.get("/core-banking/sealing-key")["public_key"])
        return b64(sealing.seal(rrn.replace("-", "").encode(), public, info(application)))


@dataclass
class Applicant:
    """A fictional customer in the middle of an application."""

    bank: Bank
    person: dict[str, Any]
    application: str

    @property
    def who(self) -> dict[str, str]:
        return {"application": self.application, "customer_number": self.person["customer_number"]}

    def identify(self) -> dict[str, Any]:
        sealed = self.bank.seal(self.application, self.person["rrn"])
        body = {"application": self.application, "user_id": self.person["user_id"], "sealed_rrn": sealed}
        return dict(self.bank.ask("/core-banking/identity-matches", body))

    def phone(self, kind: str = "mobile") -> str:
        return str(self.person[{"mobile": "phone", "land": "land_phone", "overseas": "overseas_phone"}[kind]])

    def phone_ref(self, kind: str = "mobile") -> str:
        return next(str(phone["ref"]) for phone in self.identify()["phones"] if phone["kind"] == kind)

    def call(self, digits: str = "47", kind: str = "mobile", lifetime: int = 180) -> str:
        expires_at = self.bank.clock.now() + lifetime
        body = {**self.who, "phone_ref": self.phone_ref(kind), "digits": digits, "expires_at": expires_at}
        return str(self.bank.ask("/phone-calls", body)["call_id"])

    def on_phone(self, call_id: str, act: str, body: dict[str, Any] | None = None, kind: str = "mobile") -> Any:
        return self.bank.anyone.post(f"/phones/{self.phone(kind)}/calls/{call_id}/{act}", json=body)

    def pass_call(self, kind: str = "mobile") -> None:
        call_id = self.call(kind=kind)
        assert self.on_phone(call_id, "answer", kind=kind).status_code == 200
        assert self.on_phone(call_id, "press", {"digits": "47"}, kind).json()["state"] == "ended"

    def code(self, offset: int = 0) -> str:
        return pyotp.TOTP(self.person["otp_seed"]).at(self.bank.clock.now() + 30 * offset)

    def pass_medium(self) -> None:
        self.bank.ask("/one-time-codes", {**self.who, "code": self.code()})

    def details(self) -> dict[str, Any]:
        return {**self.who, **{name: self.person[name] for name in ("name", "phone", "birth_date")}}

    def pass_details(self) -> None:
        self.bank.ask("/core-banking/detail-matches", self.details())

    def prove_all(self) -> None:
        self.identify()
        self.pass_call()
        self.pass_medium()
        self.pass_details()


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    made = keys.make(tmp_path / "keys")
    clock, center_key = Clock(), SigningKey.generate()
    settings = Settings(
        data=tmp_path / "data",
        keys=tmp_path / "keys",
        anchors=tmp_path / "anchors.json",
        origin="http://bank.localhost:8000",
        center_origin="http://center.dojang.localhost:8001",
        center_key=center_key.public,
        client_id="hanbit-bank",
        host="127.0.0.1",
        port=8000,
    )
    fake_center = FakeCenter(clock, made.relying_party)
    app = application(
        settings,
        now=clock.now,
        chance=random.Random(7),
        transport=fake_center.transport(),
        evidence=FakeEvidence(),
    )
    auth = SignedCalls("center", center_key, "bank", clock.now)
    anyone = TestClient(app, base_url=settings.origin, raise_server_exceptions=False)
    center = TestClient(app, base_url=settings.origin, raise_server_exceptions=False)
    center.auth = auth
    with anyone, center:
        yield Bank(app, clock, center, anyone, auth, made, fake_center, tmp_path)


@pytest.fixture
def new_applicant(bank: Bank) -> Callable[..., Applicant]:
    def new(**wish: Any) -> Applicant:
        bank.number += 1
        return Applicant(bank, bank.customer(**wish), f"application-{bank.number}")

    return new


@pytest.fixture
def applicant(new_applicant: Callable[..., Applicant]) -> Applicant:
    """Identified, nothing else proven."""
    made = new_applicant()
    made.identify()
    return made


@pytest.fixture
def center(bank: Bank) -> FakeCenter:
    return bank.fake_center


@pytest.fixture
def holder(applicant: Applicant, center: FakeCenter) -> Applicant:
    """A customer whose certificate the centre logs in and signs with."""
    center.certificate = issue(applicant)
    return applicant


@pytest.fixture
def visitor(bank: Bank) -> TestClient:
    return TestClient(bank.app, base_url=BANK, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def at_home(holder: Applicant, visitor: TestClient, center: FakeCenter) -> TestClient:
    """The holder's visitor, logged in."""
    log_in(visitor, center)
    return visitor
