"""What a benchmark says: rows of {name, value, unit, floor, floor_name, ratio, n}."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

LATEST: Final = Path("bench/out/latest.json")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. For a rate, `ratio` = value / floor: 1 would mean that nothing but the primitives took time."""

    name: str
    value: float
    unit: str
    floor: float | None
    floor_name: str
    ratio: float | None
    n: int


def rate(name: str, per_second: float, n: int, floor: "Floor") -> Row:
    """A rate beside its floor."""
    return Row(
        name,
        round(per_second, 1),
        "1/s",
        round(floor.per_second, 1),
        floor.name,
        round(per_second / floor.per_second, 3),
        n,
    )


def figure(name: str, value: float, unit: str, n: int = 1) -> Row:
    """A figure that has no floor."""
    return Row(name, round(value, 2), unit, None, "", None, n)


@dataclass(frozen=True, slots=True)
class Floor:
    """How often a second one core does nothing but these primitives."""

    name: str
    per_second: float


def timed(work: Callable[[], object], seconds: float = 1.0) -> tuple[float, int]:
    """How often a second `work` runs, and how many runs that was; a tenth of the time is warm-up."""
    until = time.perf_counter() + seconds / 10
    while time.perf_counter() < until:
        work()
    n, begun = 0, time.perf_counter()
    while (passed := time.perf_counter() - begun) < seconds:
        work()
        n += 1
    return n / passed, n


def floor(name: str, *parts: tuple[Callable[[], object], int]) -> Floor:
    """The sum of raw primitives: each part is (work, how many of it)."""
    cost = sum(times / timed(work, 0.4)[0] for work, times in parts)
    return Floor(name, 1 / cost)


def report(rows: list[Row]) -> None:
    """Print the table and write it to `bench/out/latest.json`."""
    table = Table(title="Dojang, measured")
    for heading, justify in (
        ("what", "left"),
        ("value", "right"),
        ("", "left"),
        ("floor", "right"),
        ("ratio", "right"),
        ("floor is", "left"),
    ):
        table.add_column(heading, justify="right" if justify == "right" else "left")
    for row in rows:
        shown = "" if row.floor is None else f"{row.floor:,.0f}"
        table.add_row(
            row.name,
            f"{row.value:,.1f}",
            row.unit,
            shown,
            "" if row.ratio is None else f"{row.ratio:.2f}",
            row.floor_name,
        )
    Console(width=140).print(table)
    LATEST.parent.mkdir(parents=True, exist_ok=True)
    LATEST.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
