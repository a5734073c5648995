"""kill -9 of the centre when none, one, two or all three guards have given a receipt: the PIN works and guards heal."""

import time
from collections.abc import Sequence
from pathlib import Path

import httpx2
import pytest

from dojang.client.holder import Holder
from dojang.client.transport import LoopbackTransport
from dojang.demo.customer import Customer
from dojang.demo.processes import ready
from dojang.demo.story import StoryBroken
from dojang.refusals import RecordMismatch, Unavailable
from tests.demo_house.running import PATIENCE, House, wait_until

GUARDS = ("guard-1", "guard-2", "guard-3")


class CustomerGoneError(Exception):
    """Her browser is closed: nobody asks again."""


class DeadlyWire(LoopbackTransport):
    """While `held` guards are down the statement goes to the centre, which is killed before its answer is read."""

    def __init__(self, house: House, held: Sequence[str]) -> None:
        super().__init__()
        self._house, self._held = house, held

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path != "/v1/versions/statement":
            return super().handle_request(request)
        for name in self._held:
            assert self._house.tell(f"hold {name}") == "ok"
        try:
            super().handle_request(request).close()
        finally:
            self._house.kill("center")
            for name in self._held:
                assert self._house.tell(f"release {name}") == "ok"
        raise CustomerGoneError


def logged_in(customer: Customer) -> bool:
    """Whether the PIN opens the account now; a wrong PIN is never an excuse."""
    try:
        customer.log_in()
    except StoryBroken:
        return False  # the certificate is not there yet, or the centre is only coming back
    except (Unavailable, RecordMismatch):
        return False  # a guard is only coming back, or has yet to hear of the version
    return True


@pytest.mark.parametrize("receipts", [0, 1, 2, 3])
def test_a_centre_killed_with_so_many_receipts_finishes_without_the_customer(
    house: House, memory: Path, receipts: int
) -> None:
    customer = house.customer(memory)
    code = customer.prove()
    patient, customer.holder = (
        customer.holder,
        Holder(house.anchors(), memory, httpx2.Client(transport=DeadlyWire(house, GUARDS[receipts:]), timeout=20.0)),
    )
    with pytest.raises(CustomerGoneError):
        customer.enrol(code)
    customer.holder.close()
    customer.holder = patient
    wait_until(lambda: all(ready(house.ground.port(offset)) for offset in (1, 11, 12, 13)))
    _patiently_logged_in(customer)
    for name in GUARDS:
        assert house.tell(f"hold {name}") == "ok"
        try:
            _patiently_logged_in(customer)  # by the other two: whichever they are, both are live
        finally:
            house.tell(f"release {name}")
            wait_until(lambda: all(ready(house.ground.port(offset)) for offset in (11, 12, 13)))
    assert customer.log_in(["000000", customer.pin]) == [4]
    customer.close()


def _patiently_logged_in(customer: Customer) -> None:
    deadline = time.monotonic() + PATIENCE
    while not logged_in(customer):
        assert time.monotonic() < deadline, "nobody finished the version"
        time.sleep(1.0)
