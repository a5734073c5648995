"""Where applications are kept."""

from typing import Protocol

from dojang.values.application import Application, Consent


class ApplicationsBook(Protocol):
    """Applications by id. What they say of a person is stored sealed."""

    def add(self, application: Application) -> None:
        """Keep a new one."""
        ...

    def get(self, application_id: str) -> Application:
        """In a transaction, nobody else changes it until the end. Raises `ApplicationNotFound`."""
        ...

    def put(self, application: Application) -> None:
        """Replace the one of this id."""
        ...

    def forget(self, expired_before: int) -> int:
        """Delete what expired before; how many."""
        ...


class ConsentsBook(Protocol):
    """What was agreed to and refused, kept after the application is gone."""

    def record(self, application_id: str, consents: tuple[Consent, ...], at: int) -> None:
        """Keep every item's answer with its time."""
        ...

    def of(self, application_id: str) -> tuple[tuple[Consent, int], ...]:
        """Each with its time, in the order of the items' names."""
        ...

    def forget(self, answered_before: int) -> int:
        """Delete what was answered before; how many."""
        ...
