"""A person whose seven steps all hold at one moment."""

from dataclasses import dataclass, field


def masked_phone(number: str) -> str:
    """010-****-1234: the beginning and the last four digits."""
    digits = "".join(letter for letter in number if letter.isdigit())
    return f"{digits[:3]}-****-{digits[-4:]}" if len(digits) >= 9 else "***"


def masked_name(name: str) -> str:
    """As a name may be shown where it need not be read: 홍*동, H********g."""
    letters = name.strip()
    if len(letters) < 3:
        return letters[:1] + "*"
    return letters[0] + "*" * (len(letters) - 2) + letters[-1]


@dataclass(frozen=True, slots=True)
class ProvenApplicant:
    """Only `proofing.evidence.judge` makes one."""

    application: str
    customer_number: str
    name: str = field(repr=False)
    birth_date: str = field(repr=False)  # YYYY-MM-DD
    phone: str = field(repr=False)  # digits
    proven_until: int
