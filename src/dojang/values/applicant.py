"""A person whose seven steps all hold at one moment."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ProvenApplicant:
    """Only `proofing.evidence.judge` makes one."""

    application: str
    customer_number: str
    name: str = field(repr=False)
    birth_date: str = field(repr=False)  # YYYY-MM-DD
    phone: str = field(repr=False)  # digits
    proven_until: int
