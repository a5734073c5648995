"""Who a customer says they are, as typed: forgiving in form, named by field where it is none."""

import re
from datetime import date
from typing import Final

from dojang.policy.wording import say
from dojang.values.certificate import Person

FIELDS: Final = ("name", "phone", "birth_date")
_PHONE: Final = re.compile(r"[0-9+ .()-]{7,24}")
_DATE: Final = re.compile(r"([0-9]{4})[-./ ]*([0-9]{2})[-./ ]*([0-9]{2})[./]?")
_LONGEST_NAME: Final = 200
Problems = list[tuple[str, str]]


def person_of(language: str, form: dict[str, str]) -> tuple[Person, Problems]:
    """Who the form says, and what of it is not a name, a telephone number or a date."""
    name, phone, born = (form.get(field, "").strip() for field in ("name", "phone", "birth_date"))
    wrong: Problems = []
    if not name.isprintable() or not 1 <= len(name) <= _LONGEST_NAME:
        wrong.append(("name", say(language, "login.name_wrong")))
    if not _PHONE.fullmatch(phone) or sum(letter.isdigit() for letter in phone) < 7:
        wrong.append(("phone", say(language, "login.phone_wrong")))
    birth_date = _birth_date(born)
    if not birth_date:
        wrong.append(("birth_date", say(language, "login.birth_date_wrong")))
    return Person(name, phone, birth_date), wrong


def _birth_date(text: str) -> str:
    """YYYY-MM-DD of a day that there is, however its parts are kept apart; else nothing."""
    found = _DATE.fullmatch(text)
    try:
        return date.fromisoformat("-".join(found.groups())).isoformat() if found else ""
    except ValueError:
        return ""
