"""What every rule of a guard needs and gives: who this guard is, a decision, and what the journal says of it."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from dojang.guard.facts import Changes
from dojang.pin.encoding import b64, canonical

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class GuardSet:
    """Who this guard is, and the others of its set: their identity keys by guard_id."""

    guard_id: str
    guards_hash: bytes
    threshold: int
    others: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Decision(Generic[Answer]):
    """What is answered once `changes` are durable; None changes nothing."""

    answer: Answer
    changes: Changes | None = None


def payload_of(**values: bytes | str | int | list[bytes]) -> bytes:
    """A journal entry's payload, canonical JSON."""
    return canonical({name: _as_json(value) for name, value in values.items()})


def _as_json(value: bytes | str | int | list[bytes]) -> str | int | list[str]:
    match value:
        case bytes():
            return b64(value)
        case list():
            return [b64(item) for item in value]
        case _:
            return value
