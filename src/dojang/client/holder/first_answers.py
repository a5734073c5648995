"""Ask as many as are needed, at once; ask one more for each that fails or keeps us waiting."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from dojang.refusals import Refusal

Answer = TypeVar("Answer")

PATIENCE: Final = 0.6  # seconds until one more is asked beside a slow one
STRAGGLERS: Final = 2.0  # seconds that the rest get once enough have answered
ENOUGH: Final = 8.0  # seconds until the slow ones are given up


@dataclass(frozen=True, slots=True)
class Answers(Generic[Answer]):
    """Those who answered, in that order, and why the others did not (one that is still silent is in neither)."""

    good: tuple[Answer, ...]
    refused: tuple[Refusal, ...]


def first_answers(
    pool: ThreadPoolExecutor, calls: Sequence[Callable[[], Answer]], wanted: int, *, beside: int = 0
) -> Answers[Answer]:
    """The first `wanted` answers; so many, and `beside` more, are asked from the start.

    Each call answers or raises a `Refusal`; those not needed may still be running.
    """
    left = list(calls)
    running: set[Future[Answer]] = set()
    good: list[Answer] = []
    refused: list[Refusal] = []
    end = time.monotonic() + ENOUGH
    while len(good) < wanted and (running or left) and time.monotonic() < end:
        while left and len(running) < wanted - len(good) + beside:
            running.add(pool.submit(left.pop(0)))
        done, running = wait(running, PATIENCE if left else end - time.monotonic(), FIRST_COMPLETED)
        beside += not done  # too slow: one more
        _sort(done, good, refused)
    return Answers(tuple(good), tuple(refused))


def all_answers(pool: ThreadPoolExecutor, calls: Sequence[Callable[[], Answer]], enough: int) -> Answers[Answer]:
    """Everybody's answer; once `enough` have answered, the others have `STRAGGLERS` seconds more."""
    running = {pool.submit(call) for call in calls}
    good: list[Answer] = []
    refused: list[Refusal] = []
    end = time.monotonic() + ENOUGH
    while running and time.monotonic() < end:
        done, running = wait(running, end - time.monotonic(), FIRST_COMPLETED)
        _sort(done, good, refused)
        if len(good) >= enough:
            end = min(end, time.monotonic() + STRAGGLERS)
    return Answers(tuple(good), tuple(refused))


def _sort(done: Iterable[Future[Answer]], good: list[Answer], refused: list[Refusal]) -> None:
    for future in done:
        try:
            good.append(future.result())
        except Refusal as refusal:
            refused.append(refusal)
