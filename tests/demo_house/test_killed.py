"""kill -9 of every process at any moment, while several customers enrol, log in and pay at once. Nobody is left
behind, and what must happen once has happened once."""

import itertools
import json
import random
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from dojang.client.holder.guards import Guards
from dojang.demo.processes import ready
from dojang.pin.encoding import unb64
from tests.demo_house.patient import Answered, Patient, together
from tests.demo_house.running import House, wait_until

PORTS = {"bank": 0, "center": 1, "guard-1": 11, "guard-2": 12, "guard-3": 13, "vault": 20, "status": 30}
CUSTOMERS = 3


@pytest.fixture
def own_house(tmp_path: Path, free_port_base: int) -> Iterator[House]:
    house = House(tmp_path / "data", free_port_base)
    yield house
    house.stop(signal.SIGKILL)


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Answered:
    """What guards said to any customer of this test."""
    heard = Answered()
    monkeypatch.setattr(Guards, "attempt", heard.guards())
    return heard


def come_again(patient: Patient, amount: int) -> None:
    patient.log_in()
    patient.transfer(amount)


class Killer:
    """Kills one of `names` in turn, a moment after it is ready again."""

    def __init__(self, house: House, names: tuple[str, ...], times: int, longest: float) -> None:
        self.house, self.left, self.longest = house, times, longest
        self.names, self.chance = itertools.cycle(names), random.Random()

    def __call__(self) -> None:
        """Once; nothing after the last time, so that everybody can come to an end."""
        time.sleep(self.chance.uniform(0.05, self.longest))
        if not self.left:
            return
        name = next(self.names)
        wait_until(lambda: ready(self.house.ground.port(PORTS[name])))
        self.house.kill(name)
        self.left -= 1


def check_everything(house: House, customers: list[Patient], answered: Answered) -> None:
    wait_until(lambda: all(ready(house.ground.port(port)) for port in PORTS.values()))
    check_certificates(house, customers)
    check_leaves(house)
    check_attempts(house, answered)
    check_money(house, customers)


def check_certificates(house: House, customers: list[Patient]) -> None:
    """Exactly one is valid for each customer, at the vault, at the centre and at the status service."""
    for patient in customers:
        number = patient.customer.person.facts["customer_number"]
        vouched = house.rows("bank/bank.sqlite3", "SELECT kid FROM statements WHERE customer_number = ?", number)
        kids, some = [kid for (kid,) in vouched], f"FROM certificates WHERE kid IN ({','.join('?' * len(vouched))})"
        signed = f"SELECT serial {some} AND certificate IS NOT NULL AND revoked_at IS NULL"
        valid = house.rows("vault/vault.db", signed, *kids)
        assert len(valid) == 1, patient.broken
        assert house.rows("center/center.db", f"SELECT serial {some} AND valid_of IS NOT NULL", *kids) == valid
        wait_until(partial(is_good, house, valid[0][0]), 20)
    assert house.rows("center/center.db", "SELECT count(*) FROM certificates WHERE under_way_of IS NOT NULL") == [(0,)]


def is_good(house: House, serial: str) -> bool:
    """At the status service, by the newest that it was told."""
    newest = "SELECT revoked_at FROM facts WHERE serial = ? ORDER BY sequence DESC LIMIT 1"
    return house.rows("status/status.sqlite3", newest, serial) == [(0,)]


def check_leaves(house: House) -> None:
    """No version, certificate or signature is without its leaf, none has two, and the log has no gap."""
    leaves = house.rows("vault/vault.db", "SELECT leaf_index, leaf FROM leaves ORDER BY leaf_index")
    assert [index for index, _ in leaves] == list(range(len(leaves)))
    logged = [leaf for _, leaf in leaves]
    assert len(set(logged)) == len(logged)
    signed = house.rows("vault/vault.db", "SELECT leaf FROM uses WHERE signatures IS NOT NULL")
    issued = house.rows("vault/vault.db", "SELECT leaf FROM certificates WHERE certificate IS NOT NULL")
    versions = house.rows("vault/vault.db", "SELECT leaf FROM versions")
    assert len(signed) >= 2 * CUSTOMERS
    assert {leaf for (leaf,) in signed + issued + versions} <= set(logged)
    executed = house.rows("bank/bank.sqlite3", "SELECT receipt FROM transfers WHERE state = 'executed'")
    assert {unb64(json.loads(receipt)["leaf"]) for (receipt,) in executed} <= set(logged)


def check_attempts(house: House, answered: Answered) -> None:
    """What a guard once called spent is in its journal, and no ticket was spent twice."""
    assert answered.attempts
    for guard_id, said in answered.attempts.items():
        rows = house.rows(f"{guard_id}/journal.db", "SELECT attempt_id, jti FROM attempt")
        assert said <= {attempt_id for attempt_id, _ in rows}
        assert len({jti for _, jti in rows}) == len(rows)


def check_money(house: House, customers: list[Patient]) -> None:
    """Each order moved its amount once."""
    for patient in customers:
        [(balance,)] = house.rows("bank/bank.sqlite3", "SELECT balance FROM accounts WHERE number = ?", patient.account)
        amounts = "SELECT amount FROM transfers WHERE from_account = ? AND state = 'executed'"
        executed = [amount for (amount,) in house.rows("bank/bank.sqlite3", amounts, patient.account)]
        assert executed
        assert len(executed) == len(set(executed)), "orders of one amount are one order here"
        assert balance == patient.balance - sum(executed)


@pytest.mark.parametrize(
    ("names", "times", "longest"),
    [
        (("center",), 5, 1.5),
        (("vault", "guard-1", "bank", "guard-3", "status", "guard-2"), 12, 0.6),
    ],
    ids=["the centre", "everybody else"],
)
def test_everybody_comes_to_an_end_and_nothing_happens_twice(
    own_house: House, tmp_path: Path, answered: Answered, names: tuple[str, ...], times: int, longest: float
) -> None:
    customers = [Patient(own_house, tmp_path / f"holder-{number}", f"order-{number}") for number in range(CUSTOMERS)]
    killer = Killer(own_house, names, times, longest)
    together([patient.come for patient in customers], killer)
    further = itertools.count(2_000)
    while killer.left:  # whoever was quick comes again, until everything has been killed as often as it should
        together([partial(come_again, patient, next(further)) for patient in customers], killer)
    check_everything(own_house, customers, answered)
    for patient in customers:
        assert patient.customer.log_in() == []
        patient.close()
