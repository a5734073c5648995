"""Step seven: name, phone number and birth date as the bank has them (domain rule 12)."""

import re
import unicodedata
from datetime import date

from dojang.refusals import DetailsNotMatched
from dojang.values.application import BankCustomer, Details


def same_name(left: str, right: str) -> bool:
    """Equal up to Unicode form, case, spaces and the order of words."""
    one, two = (unicodedata.normalize("NFC", name).casefold().split() for name in (left, right))
    return "".join(one) == "".join(two) or sorted(one) == sorted(two)


def read_details(name: str, phone: str, birth_date: str, now: int) -> Details:
    """What was typed, as it is compared: NFC and single spaces, digits alone, a calendar day.

    Raises `DetailsNotMatched` for what can be no name, number or day.
    """
    plain_name = " ".join(unicodedata.normalize("NFC", name).split())
    plain_phone = re.sub(r"[\s().-]", "", unicodedata.normalize("NFKC", phone))
    if not plain_name or not re.fullmatch(r"\+?[0-9]{8,15}", plain_phone):
        raise DetailsNotMatched
    try:
        day = date.fromisoformat(birth_date)
    except ValueError:
        raise DetailsNotMatched from None
    return Details(plain_name, plain_phone, day.isoformat(), now)


def check_details(details: Details, customer: BankCustomer) -> None:
    """What the centre itself can compare before it asks the bank. Raises `DetailsNotMatched`, whatever was wrong."""
    if not same_name(details.name, customer.name) or details.birth_date != customer.birth_date:
        raise DetailsNotMatched
