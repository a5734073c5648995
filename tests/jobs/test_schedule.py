"""The clock knocks: every job in its time, whatever the others do."""

import time
from dataclasses import replace
from functools import partial

import pytest

from dojang.adapters.in_memory.books import MemoryBooks
from dojang.adapters.in_memory.clock import MemoryClock
from dojang.jobs import forget_expired
from dojang.jobs.schedule import Job, Schedule, jobs_of
from dojang.refusals import BankUnavailable
from dojang.values.certificate import CertificateState
from dojang.values.device import Removal
from dojang.values.web import Session
from tests.journeys.center import Center, Customer


def test_each_job_runs_in_its_own_time() -> None:
    clock, ran = MemoryClock(1000), list[str]()
    often, rarely = (Job(name, every, partial(ran.append, name)) for name, every in (("often", 3), ("rarely", 10)))
    schedule = Schedule([often, rarely], clock.now)
    for _ in range(12):
        schedule.knock()
        clock.forward(1)
    assert (ran.count("often"), ran.count("rarely")) == (4, 2)


def test_a_job_that_fails_ends_neither_itself_nor_the_others() -> None:
    clock, ran = MemoryClock(1000), list[int]()

    def broken() -> None:
        ran.append(0)
        raise ZeroDivisionError

    schedule = Schedule([Job("broken", 1, broken), Job("next", 1, lambda: ran.append(1))], clock.now)
    schedule.knock()
    clock.forward(1)
    schedule.knock()
    assert ran == [0, 1, 0, 1]


def test_the_thread_runs_until_it_is_stopped() -> None:
    ran = list[float]()
    schedule = Schedule([Job("often", 1, lambda: ran.append(time.monotonic()))], lambda: int(time.monotonic()))
    schedule.start()
    deadline = time.monotonic() + 10
    while not ran and time.monotonic() < deadline:
        time.sleep(0.05)
    schedule.stop()
    count = len(ran)
    assert count
    time.sleep(1.5)
    assert len(ran) == count


def test_the_jobs_finish_what_a_customer_left_behind(memory_center: Center) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    customer.keep_record()
    customer.make_credential(customer.credential())
    memory_center.to_bank.lose = 1
    memory_center.to_status.lose = 1
    with pytest.raises(BankUnavailable):
        customer.state()
    schedule = Schedule(jobs_of(memory_center.desk), memory_center.clock.now)
    for _ in range(3):
        memory_center.clock.forward(60)
        schedule.knock()
    entry = memory_center.books.certificates.get(customer.visit.kid)
    assert entry.state is CertificateState.VALID
    assert entry.told == 1


def test_what_is_over_is_forgotten_and_what_is_not_stays(memory_center: Center) -> None:
    books, clock = memory_center.books, memory_center.clock
    customer = memory_center.enrolled()
    left = Customer(memory_center, "a-2")
    left.open(memory_center.proven("a-2", "1000002"))
    with books.transaction():
        books.sessions.put(Session("s", clock.now(), clock.now() + 10))
    assert isinstance(books, MemoryBooks)
    clock.forward(25 * 3600)
    forget_expired.run(books, clock)
    assert (books.visits.rows, books.sessions.rows) == ({}, {})
    assert books.applications.rows == {}
    assert [version.uid for version in books.versions.rows.values()] == [customer.visit.uid]
    assert list(books.certificates.rows) == [customer.visit.kid]
    entry = books.certificates.get(customer.visit.kid)
    clock.time = entry.not_after + 6 * 366 * 24 * 3600
    with books.transaction():
        books.certificates.put(replace(entry, told=1))
    forget_expired.run(books, clock)
    assert books.certificates.rows == {}


def test_the_jobs_tell_a_guard_of_a_browser_that_was_disconnected(memory_center: Center) -> None:
    center = memory_center
    removal = Removal(b"u" * 16, b"d" * 32, ("guard-2",), center.clock.now(), center.clock.now())
    with center.books.transaction():
        center.books.removals.put(removal)
    Schedule(jobs_of(center.desk), center.clock.now).knock()
    assert center.guards.removed == [("guard-2", removal.uid, removal.device)]
    assert center.books.removals.find(removal.uid, removal.device) is None
