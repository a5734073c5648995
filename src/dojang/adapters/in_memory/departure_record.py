"""The departure record in memory."""

from dojang.adapters.in_memory.bank import MemoryBank
from dojang.values.factors import Departure


class MemoryDepartureRecord:
    """`DepartureRecord`."""

    def __init__(self, bank: MemoryBank) -> None:
        self._bank = bank

    def of(self, application_id: str, customer_number: str) -> Departure:  # noqa: ARG002 (the bank's own book-keeping)
        """See `DepartureRecord`."""
        return self._bank.by_number(customer_number).departure
