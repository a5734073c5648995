"""A refusal in words: what happened, and what to do now."""

from dataclasses import dataclass
from typing import Final

from dojang.policy.wording import say, sentences
from dojang.refusals import Refusal

_UNEXPECTED: Final = "broken"


@dataclass(frozen=True, slots=True)
class Told:
    """`field`: the id of the field that it is about; empty for the whole request."""

    field: str
    sentence: str
    remedy: str

    def at(self, field: str) -> tuple[str, str]:
        """As an error summary lists it, said of `field` unless the refusal names another."""
        return self.field or field, self.sentence


def told(language: str, refusal: Refusal | None) -> Told:
    """In the words of its code; without any, or without a refusal, as something that nobody expected.

    The refusal's facts fill the places.
    """
    facts = refusal.facts if refusal else {}
    name = refusal.code if refusal and f"refusals.{refusal.code}" in sentences(language) else _UNEXPECTED
    sentence, remedy = (say(language, f"refusals.{name}{part}", **facts) for part in ("", "_remedy"))
    return Told(str(facts.get("field", "")), sentence, remedy)
