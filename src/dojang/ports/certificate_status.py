"""The service that answers everyone whether a certificate is good."""

from typing import Protocol

from dojang.values.certificate import StatusFact


class CertificateStatus(Protocol):
    """It takes facts in the order of their sequence; one that it has is taken again without effect."""

    def put(self, fact: StatusFact) -> None:
        """The fact is durable there. Raises `StatusUnavailable`, `FactOutOfOrder`, `FactRefused`."""
        ...
