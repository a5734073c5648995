"""The sockets of the proofing factors with both of their plugs: in memory, and HTTP against Hanbit Bank itself."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx2
import pyotp
from starlette.testclient import TestClient

from dojang.adapters.core_banking_http import HttpCoreBanking
from dojang.adapters.departure_record_http import HttpDepartureRecord
from dojang.adapters.in_memory.bank import MemoryBank
from dojang.adapters.in_memory.clock import MemoryClock
from dojang.adapters.in_memory.core_banking import MemoryCoreBanking
from dojang.adapters.in_memory.departure_record import MemoryDepartureRecord
from dojang.adapters.in_memory.mobile_confirm import MemoryMobileConfirm
from dojang.adapters.in_memory.one_time_code import MemoryOneTimeCode
from dojang.adapters.in_memory.phone_call import MemoryPhoneCall
from dojang.adapters.in_memory.randomness import MemoryRandomness
from dojang.adapters.in_memory.security_card import MemorySecurityCard
from dojang.adapters.in_memory.text_message import MemoryTextMessage
from dojang.adapters.mobile_confirm_http import HttpMobileConfirm
from dojang.adapters.one_time_code_http import HttpOneTimeCode
from dojang.adapters.phone_call_http import HttpPhoneCall
from dojang.adapters.security_card_http import HttpSecurityCard
from dojang.adapters.text_message_http import HttpTextMessage
from dojang.demo.bank import keys
from dojang.demo.bank.app import application
from dojang.demo.bank.settings import Settings
from dojang.pin import labels, sealing
from dojang.pin.encoding import encode
from dojang.pin.signatures import SigningKey
from dojang.ports.core_banking import CoreBanking
from dojang.ports.departure_record import DepartureRecord
from dojang.ports.mobile_confirm import MobileConfirm
from dojang.ports.one_time_code import OneTimeCode
from dojang.ports.phone_call import PhoneCall
from dojang.ports.security_card import SecurityCard
from dojang.ports.text_message import TextMessage
from dojang.refusals import BankUnavailable
from dojang.serving.calls import SignedCalls
from dojang.serving.party import Party
from dojang.values.application import BankCustomer, PhoneKind, RegisteredPhone
from dojang.values.factors import Departure
from tests.journeys.proofing import START, new_customer

APPLICATION = "application-1"


@dataclass(frozen=True)
class Person:
    """What the fictional customer knows and holds."""

    user_id: str
    resident_number: str
    name: str
    birth_date: str
    mobile: str
    card: tuple[str, ...]
    otp_seed: str


class Phone(Protocol):
    """The customer's end of the line."""

    def answer(self, call_id: str) -> None: ...
    def press(self, call_id: str, digits: str) -> None: ...
    def hang_up(self, call_id: str) -> None: ...
    def approve(self, approval_id: str) -> None: ...
    def decline(self, approval_id: str) -> None: ...
    def inbox(self) -> list[tuple[str, str]]:
        """(text, purpose), newest last."""
        ...


@dataclass(frozen=True)
class Side:
    """One set of plugs with one identified customer."""

    clock: MemoryClock
    person: Person
    phone: Phone
    core_banking: CoreBanking
    departure_record: DepartureRecord
    phone_call: PhoneCall
    security_card: SecurityCard
    one_time_code: OneTimeCode
    mobile_confirm: MobileConfirm
    text_message: TextMessage

    def sealed(self, number: str, application_id: str = APPLICATION) -> bytes:
        info = encode(labels.RESIDENT_NUMBER_INFO, application_id)
        return sealing.seal(number.encode(), self.core_banking.sealing_key().public_key, info)

    def identified(self) -> BankCustomer:
        sealed = self.sealed(self.person.resident_number)
        return self.core_banking.identify(APPLICATION, self.person.user_id, sealed)

    def registered(self, kind: PhoneKind) -> RegisteredPhone:
        return next(phone for phone in self.identified().phones if phone.kind is kind)

    def otp(self) -> str:
        return pyotp.TOTP(self.person.otp_seed).at(self.clock.now())


class MemoryPhone:
    def __init__(self, calls: MemoryPhoneCall, approvals: MemoryMobileConfirm, texts: MemoryTextMessage) -> None:
        self.answer, self.press, self.hang_up = calls.answer, calls.press, calls.hang_up
        self.approve, self.decline = approvals.approve, approvals.decline
        self._texts = texts

    def inbox(self) -> list[tuple[str, str]]:
        return [(sent.text, sent.purpose) for sent in self._texts.sent]


@contextmanager
def in_memory(_folder: Path, *, departure: Departure) -> Iterator[Side]:
    customer, clock = new_customer(departure=departure), MemoryClock(START)
    bank = MemoryBank(customer)
    calls, approvals = MemoryPhoneCall(clock), MemoryMobileConfirm(bank)
    texts = MemoryTextMessage(unknown=frozenset({"01000000000"}))
    yield Side(
        clock,
        Person(
            customer.user_id,
            customer.resident_number,
            customer.name,
            customer.birth_date,
            customer.mobile,
            customer.card,
            customer.otp_seed,
        ),
        MemoryPhone(calls, approvals, texts),
        MemoryCoreBanking(bank),
        MemoryDepartureRecord(bank),
        calls,
        MemorySecurityCard(bank, MemoryRandomness()),
        MemoryOneTimeCode(bank, clock),
        approvals,
        texts,
    )


class BankPhone:
    def __init__(self, anyone: httpx2.Client, number: str) -> None:
        self._anyone, self._number = anyone, number

    def answer(self, call_id: str) -> None:
        self._post(f"calls/{call_id}/answer", None)

    def press(self, call_id: str, digits: str) -> None:
        self._post(f"calls/{call_id}/press", {"digits": digits})

    def hang_up(self, call_id: str) -> None:
        self._post(f"calls/{call_id}/hang-up", None)

    def approve(self, approval_id: str) -> None:
        self._post(f"approvals/{approval_id}", {"decision": "approve"})

    def decline(self, approval_id: str) -> None:
        self._post(f"approvals/{approval_id}", {"decision": "decline"})

    def inbox(self) -> list[tuple[str, str]]:
        found = self._anyone.get(f"/phones/{self._number}/messages").json()["messages"]
        return [(text["text"], text["purpose"]) for text in reversed(found)]

    def _post(self, path: str, body: Any) -> None:
        response = self._anyone.post(f"/phones/{self._number}/{path}", json=body)
        assert response.is_success, response.text


@contextmanager
def over_http(folder: Path, *, departure: Departure) -> Iterator[Side]:
    keys.make(folder / "keys")
    clock, center = MemoryClock(START), SigningKey.generate()
    origin = "http://bank.localhost:8000"
    settings = Settings(
        data=folder / "data",
        keys=folder / "keys",
        anchors=folder / "anchors.json",
        origin=origin,
        center_origin="http://center.dojang.localhost:8001",
        center_key=center.public,
        client_id="hanbit-bank",
        host="127.0.0.1",
        port=8000,
    )
    app = application(settings, now=clock.now, chance=random.Random(7))
    with TestClient(app, base_url=origin) as anyone, TestClient(app, base_url=origin) as calls:
        calls.auth = SignedCalls("center", center, "bank", clock.now)
        bank = Party(calls, BankUnavailable)
        facts = anyone.post("/demo/customers", json={"departure": departure.value}).json()
        yield Side(
            clock,
            Person(
                facts["user_id"],
                facts["rrn"].replace("-", ""),
                facts["name"],
                facts["birth_date"],
                facts["phone"],
                tuple(facts["card"]),
                facts["otp_seed"],
            ),
            BankPhone(anyone, facts["phone"]),
            HttpCoreBanking(bank),
            HttpDepartureRecord(bank),
            HttpPhoneCall(bank),
            HttpSecurityCard(bank),
            HttpOneTimeCode(bank),
            HttpMobileConfirm(bank),
            HttpTextMessage(bank),
        )
