"""What the status service has not heard yet is told again."""

from dojang.journeys import issue_certificate
from dojang.journeys.visits import VisitsDesk


def run(desk: VisitsDesk) -> None:
    """One round."""
    issue_certificate.tell_all(desk)
