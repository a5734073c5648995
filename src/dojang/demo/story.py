"""A story told in a terminal: named and timed steps, and checks by programs that we did not write."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from rich.console import Console


class StoryBroken(Exception):
    """A step went another way than the story says. Carries no personal datum."""


@dataclass(slots=True)
class Step:
    """What happened, how long it took, what it showed."""

    name: str
    seconds: float = 0.0
    outcome: str = "done"
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Check:
    """What a program that is not ours says."""

    name: str
    passed: bool
    said: str


@dataclass(slots=True)
class Story:
    """Steps and checks in the order in which they happened, printed as they happen."""

    console: Console
    steps: list[Step] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """One step; its notes are printed below it. Whatever breaks it is said and goes on up."""
        step = Step(name)
        self.steps.append(step)
        begun = time.perf_counter()
        try:
            yield step
        except Exception as error:
            step.outcome = f"broken: {str(error) or type(error).__name__}"
            raise
        finally:
            step.seconds = round(time.perf_counter() - begun, 3)
            mark = "[green]✓[/]" if step.outcome == "done" else "[red]✗[/]"
            self.console.print(f"{mark} {name} [dim]{step.seconds * 1000:.0f} ms[/]", highlight=False, soft_wrap=True)
            for note in step.notes:
                self.console.print(f"    {note}", highlight=False, markup=False, soft_wrap=True)

    def leave_out(self, name: str, why: str) -> None:
        """A step that is not run here, said openly."""
        self.steps.append(Step(name, outcome=f"not run: {why}"))
        self.console.print(f"[yellow]–[/] {name} [dim]not run: {why}[/]", highlight=False, soft_wrap=True)

    def check(self, check: Check) -> None:
        """Keep and print one check."""
        self.checks.append(check)
        mark = "[green]✓[/]" if check.passed else "[red]✗[/]"
        self.console.print(f"  {mark} {check.name}: {check.said}", highlight=False, soft_wrap=True)

    @property
    def true(self) -> bool:
        """Whether every check passed and no step broke."""
        return all(check.passed for check in self.checks) and not any(
            step.outcome.startswith("broken") for step in self.steps
        )

    def as_json(self) -> dict[str, object]:
        """For tour.json."""
        return {
            "steps": [asdict(step) for step in self.steps],
            "checks": [asdict(check) for check in self.checks],
            "true": self.true,
        }
