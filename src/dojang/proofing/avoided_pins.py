"""What a PIN should not be made of, as the browser is told it: the person's own dates and numbers (domain rule 8)."""

from dojang.policy.numbers import NUMBERS
from dojang.values.applicant import ProvenApplicant


def avoided(applicant: ProvenApplicant) -> tuple[str, ...]:
    """Six-digit strings: forms of the birth date and every part of the phone number, each once, sorted."""
    year, month, day = applicant.birth_date.split("-")
    short = year[2:]
    dates = {
        short + month + day,
        day + month + short,
        month + day + short,
        year + month,
        month + year,
        year[:2] + month + day,
        month + day + year[:2],
    }
    digits = NUMBERS.pin.digits
    phone = applicant.phone.lstrip("+")
    parts = {phone[start : start + digits] for start in range(len(phone) - digits + 1)}
    return tuple(sorted(dates | parts))
