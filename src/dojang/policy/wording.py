"""What a person reads, from the files below `wording/`, with the numbers of the policy filled in."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from dojang.policy.numbers import NUMBERS

LANGUAGES: Final = ("ko", "en")


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
