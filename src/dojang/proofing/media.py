"""Step six: the customer shows one medium of their own."""

from dojang.refusals import MediumNotOwned
from dojang.values.application import BankCustomer, Medium


def check_owned(customer: BankCustomer, medium: Medium) -> None:
    """Raises `MediumNotOwned`."""
    if medium not in customer.media:
        raise MediumNotOwned
