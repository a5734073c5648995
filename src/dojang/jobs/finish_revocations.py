"""Revocations that their holders signed are carried out, whoever has left or did not answer."""

from dojang.journeys import revoke_certificate
from dojang.journeys.visits import VisitsDesk


def run(desk: VisitsDesk) -> None:
    """One round."""
    revoke_certificate.finish_all(desk)
