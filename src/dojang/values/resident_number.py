"""The resident registration number's form: YYMMDD-GNNNNNN (domain rule 9).

The centre never sees one; clients and the bank check the form before they seal or after they open. The checksum is
never looked at: since October 2020 the last digits are random.
"""

import re
from datetime import date
from typing import Final

from dojang.refusals import IdentityNotMatched

_FORM: Final = re.compile(r"(\d\d)(\d\d)(\d\d)-?(\d)\d{6}", re.ASCII)
_CENTURY: Final = {"9": 1800, "0": 1800, "1": 1900, "2": 1900, "5": 1900, "6": 1900}
_NEWER: Final = {"3": 2000, "4": 2000, "7": 2000, "8": 2000}


def birth_date(resident_number: str, today: date) -> date:
    """The birth date that it says. Raises `IdentityNotMatched`: form, no such day, or a day to come."""
    found = _FORM.fullmatch(resident_number)
    if found is None:
        raise IdentityNotMatched
    year, month, day, kind = found.groups()
    try:
        born = date((_CENTURY | _NEWER)[kind] + int(year), int(month), int(day))
    except ValueError:
        raise IdentityNotMatched from None
    if born > today:
        raise IdentityNotMatched
    return born


def masked(resident_number: str) -> str:
    """As it may be shown: 900101-1******."""
    digits = resident_number.replace("-", "")
    return f"{digits[:6]}-{digits[6]}******"
