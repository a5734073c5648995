"""Guards that were down when a customer disconnected a browser hear of it."""

from dojang.journeys import devices
from dojang.journeys.visits import VisitsDesk


def run(desk: VisitsDesk) -> None:
    """One round."""
    devices.tell_guards(desk)
