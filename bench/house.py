"""The whole house as separate processes on SQLite: whole logins and transfers by several customers at once, whole
issuances, start-up time, memory. The load is made on the same machine; P is computed before the clock starts."""

import functools
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.floors import whole_issuance, whole_use
from bench.rows import Row, figure, rate, timed
from dojang.client.holder import attempts as holder_attempts
from dojang.commands.house import prepare
from dojang.demo.customer import Customer
from dojang.demo.ground import Ground
from dojang.demo.person import Houses, Person
from dojang.demo.supervisor import Supervisor
from dojang.pin.anchors import Anchors
from dojang.pin.record import KeyStretching
from dojang.pin.version import stretch

_PORT_BASE = 18_000
_CUSTOMERS = 12
_AT_ONCE = 12
_LOGINS_EACH = 6
_TRANSFERS_EACH = 10
_WISH = {"payee": "김도장", "bank": "가상은행", "account": "110-123-456789", "amount": 1_000}


def rows() -> list[Row]:
    """Everything of the house."""
    # P depends on PIN and salt alone: computed once per customer, in the first login, before the clock.
    holder_attempts.stretch = functools.cache(stretch)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder), _PORT_BASE)
        ground.claim()
        programs = prepare(ground)
        begun = time.perf_counter()
        house = Supervisor(programs, ground.data)
        with house.up():
            ready = time.perf_counter() - begun
            memory = [figure(f"memory when ready, {name}", megabytes, "MB") for name, megabytes in house.memory()]
            return [figure("start-up, 8 processes ready", ready, "s"), *memory, *_stretching(), *_load(ground, house)]


def _stretching() -> list[Row]:
    per_second, n = timed(lambda: stretch("428193", bytes(16), KeyStretching()))
    return [figure("Argon2id of one PIN (left out of the rates below)", 1000 / per_second, "ms", n)]


def _load(ground: Ground, house: Supervisor) -> list[Row]:
    customers = [_customer(ground, number) for number in range(_CUSTOMERS)]
    floor = whole_use()
    issued = _together(customers, lambda one: one.enrol(one.prove()))
    _together(customers, lambda one: one.log_in())  # warms P and the connections
    logins = _together(customers, lambda one: [one.log_in() for _ in range(_LOGINS_EACH)])
    before, own = house.processor_seconds(), time.process_time()
    transfers = _together(customers, lambda one: [one.transfer(_WISH) for _ in range(_TRANSFERS_EACH)])
    used = house.processor_seconds()
    n_logins, n_transfers = _CUSTOMERS * _LOGINS_EACH, _CUSTOMERS * _TRANSFERS_EACH
    spent = {name: used[name] - before[name] for name in used} | {"the customers": time.process_time() - own}
    return [
        rate("whole issuances, seven steps and PIN", _CUSTOMERS / issued, _CUSTOMERS, whole_issuance()),
        rate("whole PIN logins, with SMS and ID token", n_logins / logins, n_logins, floor),
        rate("transfer signatures, pushed to verified", n_transfers / transfers, n_transfers, floor),
        *(
            figure(f"processor per transfer, {name}", 1000 * seconds / n_transfers, "ms", n_transfers)
            for name, seconds in sorted(spent.items(), key=lambda item: -item[1])
        ),
    ]


def _customer(ground: Ground, number: int) -> Customer:
    anchors = Anchors.parse((ground.data / "anchors.json").read_bytes())
    person = Person.invent(Houses(ground.center, ground.bank))
    return Customer(person, anchors, ground.data / f"customer-{number}")


def _together(customers: list[Customer], work: Callable[[Customer], object]) -> float:
    """Seconds until everybody is done, so many at once."""
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        begun = time.perf_counter()
        list(threads.map(work, customers))
        return time.perf_counter() - begun
