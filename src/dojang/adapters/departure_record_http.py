"""The departure record over the bank's HTTP contract."""

from typing import Literal

from dojang.serving.bodies import Body
from dojang.serving.party import Party
from dojang.values.factors import Departure


class _Question(Body):
    application: str
    customer_number: str


class _Answer(Body):
    state: Literal["OUT", "IN", "UNKNOWN"]


class HttpDepartureRecord:
    """`DepartureRecord`."""

    def __init__(self, bank: Party) -> None:
        self._bank = bank

    def of(self, application_id: str, customer_number: str) -> Departure:
        """See `DepartureRecord`."""
        question = _Question(application=application_id, customer_number=customer_number)
        return Departure(self._bank.post("/contracts/departure-record", question, _Answer).state)
