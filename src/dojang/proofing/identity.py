"""Step four: one uniform refusal, and limits per person, address and in all (domain rule 13).

A try is counted before the bank is asked.
"""

from dataclasses import dataclass
from typing import Final

from dojang.policy.numbers import NUMBERS
from dojang.refusals import CustomerExposed, IdentityLocked
from dojang.values.application import BankCustomer

WINDOW: Final = NUMBERS.application.identity_window


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` in a window under the name of `bucket`."""

    bucket: str
    tries: int


def limits(user_id: str, address: str) -> tuple[Limit, ...]:
    """What a try with this user id from this address counts towards. Whether the user id exists plays no part."""
    numbers = NUMBERS.application
    return (
        Limit(f"identity:person:{user_id.casefold()}", numbers.identity_tries_per_person),
        Limit(f"identity:address:{address}", numbers.identity_tries_per_address),
        Limit("identity:all", numbers.identity_tries_in_all),
    )


def check(limit: Limit, tries_with_this: int) -> None:
    """Raises `IdentityLocked`, the same whichever limit it was."""
    if tries_with_this > limit.tries:
        raise IdentityLocked(window=WINDOW)


def check_not_exposed(customer: BankCustomer) -> None:
    """Raises `CustomerExposed`: a person whose data is known to have leaked (개인정보노출자) is served at a branch."""
    if customer.exposed:
        raise CustomerExposed
