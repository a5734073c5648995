"""Versions whose customer has left are finished: guards that were down hear of them, what lives is certified."""

from dojang.journeys import first_version
from dojang.journeys.visits import VisitsDesk


def run(desk: VisitsDesk) -> None:
    """One round."""
    first_version.finish_versions(desk)
