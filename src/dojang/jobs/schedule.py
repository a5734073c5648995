"""Which job runs how often, in one thread of the centre or as `dojang jobs run`."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from dojang.jobs import finish_revocations, finish_versions, forget_expired, post_facts, tell_guards
from dojang.journeys.visits import VisitsDesk
from dojang.policy.numbers import NUMBERS

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """`every`: seconds between the rounds' beginnings."""

    name: str
    every: int
    run: Callable[[], None]


def jobs_of(desk: VisitsDesk) -> tuple[Job, ...]:
    """Every job."""
    return (
        Job("finish_versions", NUMBERS.jobs.every, lambda: finish_versions.run(desk)),
        Job("finish_revocations", NUMBERS.jobs.every, lambda: finish_revocations.run(desk)),
        Job("post_facts", NUMBERS.jobs.every, lambda: post_facts.run(desk)),
        Job("tell_guards", NUMBERS.jobs.every, lambda: tell_guards.run(desk)),
        Job("forget_expired", NUMBERS.jobs.forget_every, lambda: forget_expired.run(desk.books, desk.clock)),
    )


class Schedule:
    """Jobs in a thread. A job that fails is said in the log and runs again when its time comes."""

    def __init__(self, jobs: Sequence[Job], now: Callable[[], int]) -> None:
        self._jobs, self._now = tuple(jobs), now
        self._due = {job.name: 0 for job in jobs}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """The first rounds begin at once."""
        self._thread.start()

    def stop(self) -> None:
        """No round begins any more; the one under way is waited for."""
        self._over.set()
        self._thread.join(timeout=10)

    def knock(self) -> None:
        """Every job whose time has come, once."""
        for job in self._jobs:
            now = self._now()
            if now < self._due[job.name]:
                continue
            self._due[job.name] = now + job.every
            try:
                job.run()
            # One broken job must not end the others; a message may carry a secret, so its type alone is said.
            except Exception as error:  # noqa: BLE001
                log.error("job_failed", job=job.name, error=type(error).__name__)

    def _run(self) -> None:
        while not self._over.wait(1):
            self.knock()
