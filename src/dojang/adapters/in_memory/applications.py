"""Applications and consents in memory."""

from dojang.adapters.in_memory.book import MemoryBook
from dojang.refusals import ApplicationNotFound
from dojang.values.application import Application, Consent


class MemoryApplications(MemoryBook[str, Application]):
    """`ApplicationsBook`."""

    def add(self, application: Application) -> None:
        """See `ApplicationsBook`."""
        self.rows[application.id] = application

    def get(self, application_id: str) -> Application:
        """See `ApplicationsBook`."""
        if application_id not in self.rows:
            raise ApplicationNotFound
        return self.rows[application_id]

    def put(self, application: Application) -> None:
        """See `ApplicationsBook`."""
        self.get(application.id)
        self.rows[application.id] = application

    def forget(self, expired_before: int) -> int:
        """See `ApplicationsBook`."""
        return self.drop(lambda application: application.expires_at < expired_before)


class MemoryConsents(MemoryBook[tuple[str, str], tuple[Consent, int]]):
    """`ConsentsBook`."""

    def record(self, application_id: str, consents: tuple[Consent, ...], at: int) -> None:
        """See `ConsentsBook`."""
        for consent in consents:
            self.rows.setdefault((application_id, consent.item), (consent, at))

    def of(self, application_id: str) -> tuple[tuple[Consent, int], ...]:
        """See `ConsentsBook`."""
        return tuple(self.rows[key] for key in sorted(self.rows) if key[0] == application_id)

    def forget(self, answered_before: int) -> int:
        """See `ConsentsBook`."""
        return self.drop(lambda answer: answer[1] < answered_before)
