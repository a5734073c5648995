"""The record of who has left the country."""

from typing import Protocol

from dojang.values.factors import Departure


class DepartureRecord(Protocol):
    """May raise `BankUnavailable`."""

    def of(self, application_id: str, customer_number: str) -> Departure:
        """What the record says now."""
        ...
