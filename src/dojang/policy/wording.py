"""What a person reads, from the files below `wording/`, with the numbers of the policy filled in."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from dojang.policy.numbers import NUMBERS

LANGUAGES: Final = ("ko", "en")
_PLACE: Final = re.compile(r"\{([a-z_.0-9]+)\}")


@dataclass(frozen=True, slots=True)
class TermsItem:
    """One item of consent: its title and text by language, as shown now."""

    item: str
    version: int
    required: bool
    titles: Mapping[str, str]
    texts: Mapping[str, str]

    def text_sha256(self, language: str) -> str:
        """SHA-256 (hex) of the UTF-8 text, as a consent names it."""
        return hashlib.sha256(self.texts[language].encode()).hexdigest()

    @property
    def text_hashes(self) -> frozenset[str]:
        """The hash of the text in every language."""
        return frozenset(self.text_sha256(language) for language in self.texts)


@cache
def terms() -> tuple[TermsItem, ...]:
    """Every item, in the order in which they are shown."""
    listed = tomllib.loads(_read("terms/terms.toml"))["item"]
    return tuple(
        TermsItem(
            row["item"],
            row["version"],
            row["required"],
            row["title"],
            {language: _filled(f"terms/{row['item']}.{row['version']}.{language}.txt") for language in LANGUAGES},
        )
        for row in listed
    )


def say(language: str, key: str, **parts: object) -> str:
    """The sentence `section.name` of `wording/{language}.json`, with its {parts}; {n} and the like are numbers of ours.

    A number of the policy is written {numbers.section.name}, and seconds as minutes {minutes.section.name}. Raises
    `KeyError` for a key, a part or a number that there is not: a page is never shown with a hole in it.
    """
    return _PLACE.sub(lambda found: _part(found[1], parts), sentences(language)[key])


@cache
def sentences(language: str) -> Mapping[str, str]:
    """Every sentence by its key `section.name`, with its places still open."""
    sections: dict[str, dict[str, str]] = json.loads(_read(f"{language}.json"))
    return {f"{section}.{name}": text for section, named in sections.items() for name, text in named.items()}


def _part(name: str, parts: Mapping[str, object]) -> str:
    if name in parts:
        return str(parts[name])
    unit, section, number = name.split(".") if name.count(".") == 2 else (name, "", "")
    if unit not in ("numbers", "minutes"):
        raise KeyError(name)
    found: int | None = getattr(getattr(NUMBERS, section, None), number, None)
    if found is None:
        raise KeyError(name)
    return str(found // 60 if unit == "minutes" else found)


def mobile_approval_text(application_id: str, comparison_code: str) -> str:
    """What the registered mobile shows and signs, in both languages."""
    return _read("mobile_approval.txt").format(application=application_id, comparison_code=comparison_code).strip()


def _filled(name: str) -> str:
    return _read(name).format(
        certificate_years=NUMBERS.certificate.years, pin_digits=NUMBERS.pin.digits, pin_tries=NUMBERS.pin.tries
    )


@cache
def _read(name: str) -> str:
    return files("dojang").joinpath("wording", name).read_text("utf-8")
