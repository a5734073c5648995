"""No table grows without end (domain rule 22)."""

from typing import Final

from dojang.policy.numbers import NUMBERS
from dojang.ports.books import Books
from dojang.ports.clock import Clock

HOUR: Final = 3600
DAY: Final = 24 * HOUR
YEAR: Final = 366 * DAY


def run(books: Books, clock: Clock) -> None:
    """What is over and not to be kept is gone. Each book in a transaction of its own, so that nobody waits long."""
    now, retention = clock.now(), NUMBERS.retention
    longest = max(NUMBERS.application.identity_window, HOUR)
    rules = (
        (books.visits.forget, 0),
        (books.sessions.forget, 0),
        (books.applications.forget, DAY),
        # The application to have the key stored is evidence for as long as a certificate lives and is kept.
        (books.consents.forget, YEAR * (NUMBERS.certificate.years + retention.certificate_years)),
        (books.versions.forget, HOUR * NUMBERS.version.forget_hours),
        (books.transactions.forget, DAY * retention.transaction_days),
        (books.signature_requests.forget, DAY * retention.transaction_days),
        (books.revocations.forget, DAY * retention.transaction_days),
        (books.interactions.forget, 0),
        # A code that comes twice takes back its access token for as long as that lives.
        (books.grants.forget, DAY),
        (books.assertions.forget, 0),
        (books.signed_in.forget, 0),
        # One that was not used for as long as a certificate lives belongs to one that has expired.
        (books.devices.forget, YEAR * NUMBERS.certificate.years),
        (books.connections.forget, 0),
        (books.removals.forget, DAY * retention.transaction_days),
        (books.certificates.forget, YEAR * retention.certificate_years),
        (books.idempotency.forget, HOUR * NUMBERS.request.idempotency_hours),
        (books.tries.forget, longest),
    )
    for forget, kept_for in rules:
        with books.transaction():
            forget(now - kept_for)
