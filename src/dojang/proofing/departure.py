"""Step five from abroad: only with OUT does the call go to the overseas number (domain rule 14)."""

from dojang.refusals import DepartureUnknown, NotAbroad
from dojang.values.application import Route
from dojang.values.factors import Departure


def check_departure(departure: Departure) -> None:
    """Raises `NotAbroad`, or `DepartureUnknown` (fact: the other way): records lag by days."""
    if departure is Departure.IN:
        raise NotAbroad(other_way=Route.ARS.value)
    if departure is Departure.UNKNOWN:
        raise DepartureUnknown(other_way=Route.ARS.value)
