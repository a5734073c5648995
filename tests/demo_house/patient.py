"""Customers who do not give up: what got no answer is sent again as it was, and a visit that broke is begun anew."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from dojang.client.holder import Shown
from dojang.client.holder.guards import Attempt, Guards
from dojang.client.transport import LoopbackTransport
from dojang.demo.customer import Customer
from dojang.demo.person import answered
from dojang.demo.story import StoryBroken
from dojang.pin.messages import AttemptReply
from dojang.refusals import Refusal
from tests.demo_house.running import House

PATIENCE = 75.0
TRY_AGAIN = (502, 503, 504)
Done = TypeVar("Done")


class PatientTransport(LoopbackTransport):
    """The same bytes again while nobody answers, with the same idempotency key."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                response = super().handle_request(request)
                if response.status_code not in TRY_AGAIN or time.monotonic() > deadline:
                    return response
                response.close()
            except httpx2.TransportError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.1)


@dataclass
class Answered:
    """Every attempt that some guard said it has spent."""

    attempts: dict[str, set[bytes]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def guards(self) -> Callable[[Guards, Attempt], AttemptReply]:
        """In the place of `Guards.attempt`."""
        really = Guards.attempt

        def attempt(guards: Guards, attempt: Attempt) -> AttemptReply:
            reply = really(guards, attempt)
            with self.lock:
                self.attempts.setdefault(attempt.guard.guard_id, set()).add(attempt.attempt_id)
            return reply

        return attempt


class Patient:
    """One customer, until everything that they came for is done."""

    def __init__(self, house: House, memory: Path, order: str) -> None:
        self.customer: Customer = house.customer(memory)
        self.order, self.broken = order, list[str]()
        person = self.customer.person
        for name, base in (("center", house.houses.center), ("bank", house.houses.bank)):
            http = httpx2.Client(transport=PatientTransport(), timeout=10, trust_env=False, base_url=base)
            http.headers["Origin"] = base
            setattr(person, name, http)
        self.account, self.balance = str(person.facts["account"]), int(person.facts["balance"])

    def come(self) -> None:
        """A certificate, a login with one wrong PIN first, a transfer."""
        self.enrol()
        self.log_in()
        self.transfer()

    def enrol(self) -> None:
        """Whatever breaks, another visit of the same application goes on; a stated version comes by itself."""
        person = self.customer.person
        application = self._until_done(self._proven)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.customer.enrol(person.start(application))
                return
            except (StoryBroken, Refusal, httpx2.TransportError) as error:
                self.broken.append(f"enrol: {error}")
                view = person.look(f"/api/v1/applications/{application}")
                if view["step"] == "issued":
                    return
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def log_in(self) -> None:
        wrong = f"{(int(self.customer.pin) + 1) % 1_000_000:06d}"
        pins = iter(([wrong, self.customer.pin],))
        self._until_done(lambda: self.customer.log_in(next(pins, [self.customer.pin])))

    def transfer(self, amount: int = 1_000) -> None:
        """One order, however often it is signed for."""
        self._until_done(lambda: self._transfer(amount))

    def close(self) -> None:
        self.customer.close()

    def _proven(self) -> str:
        person = self.customer.person
        application = person.apply()
        person.agree(application)
        person.identify(application)
        person.take_the_call(application)
        person.show_medium(application)
        person.give_details(application)
        return application

    def _transfer(self, amount: int) -> None:
        person = self.customer.person
        wish = {"payee": "이춘풍", "bank": "가상은행", "account": "110-777-000001", "amount": amount}
        headers = {"Idempotency-Key": f"{self.order}-{amount}"}
        pushed = answered(person.bank.post("/transfers", json=wish, headers=headers))
        if self._state(pushed["transfer_id"]) == "executed":
            return
        code = person.ask(f"/api/v1/signatures/{pushed['request_id']}/open")["code"]
        self.customer.holder.use(code, self._type)
        if self._state(pushed["transfer_id"]) != "executed":
            raise StoryBroken("not executed")

    def _type(self, _shown: Shown) -> str:
        return self.customer.pin

    def _state(self, transfer_id: str) -> str:
        bank = self.customer.person.bank
        answered(bank.get(f"/transfers/{transfer_id}/return"))
        return str(answered(bank.get(f"/transfers/{transfer_id}"))["state"])

    def _until_done(self, journey: Callable[[], Done]) -> Done:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return journey()
            except (StoryBroken, Refusal, httpx2.TransportError) as error:
                self.broken.append(f"{error}")
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)


def together(journeys: list[Callable[[], Any]], meanwhile: Callable[[], None], patience: float = 100.0) -> None:
    """All at once, with `meanwhile` again and again until they are through. Raises what one of them raised."""
    failed: list[Exception] = []

    def run(journey: Callable[[], Any]) -> None:
        try:
            journey()
        except Exception as error:  # noqa: BLE001 - raised below
            failed.append(error)

    threads = [threading.Thread(target=run, args=(journey,), daemon=True) for journey in journeys]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + patience
    while any(thread.is_alive() for thread in threads):
        assert time.monotonic() < deadline, "somebody never came to an end"
        meanwhile()
    if failed:
        raise failed[0]
