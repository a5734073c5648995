"""What a lint is: the certificate as built, against the plan it was built from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509

from dojang.authority.profile import CertificatePlan

E = TypeVar("E", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Case:
    """What is linted."""

    certificate: x509.Certificate
    plan: CertificatePlan

    def extension(self, kind: type[E], *, critical: bool) -> E | None:
        """The extension, if it is there with this criticality."""
        try:
            found = self.certificate.extensions.get_extension_for_class(kind)
        except x509.ExtensionNotFound:
            return None
        return found.value if found.critical is critical else None


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its name, where it is written, and whether a certificate satisfies it."""

    name: str
    citation: str
    holds: Callable[[Case], bool]


def clause(citation: str) -> Callable[[Callable[[Case], bool]], Clause]:
    """Makes a function of a case the clause of its name."""

    def cited(holds: Callable[[Case], bool]) -> Clause:
        return Clause(holds.__name__, citation, holds)

    return cited
