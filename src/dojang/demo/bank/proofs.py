"""What the bank itself answered for an application. The registration authority signs for nothing else."""

from enum import StrEnum

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from dojang.demo.bank.tables import proofs
from dojang.policy.numbers import NUMBERS
from dojang.refusals import IdentityNotMatched, ProofExpired, RegistrationRefused


class Kind(StrEnum):
    """`DEPARTURE` is recorded only when the answer was OUT."""

    IDENTITY = "identity"
    DEPARTURE = "departure"
    CALL = "call"
    MEDIUM = "medium"
    DETAILS = "details"


# A proof must be younger than this when the customer starts to choose a PIN, and choosing one may take a ticket's life.
_AGE = {
    Kind.IDENTITY: NUMBERS.application.identity_proof + NUMBERS.ticket.version,
    Kind.CALL: NUMBERS.application.call_proof + NUMBERS.ticket.version,
    Kind.MEDIUM: NUMBERS.application.medium_proof + NUMBERS.ticket.version,
    Kind.DETAILS: NUMBERS.application.idle + NUMBERS.ticket.version,
}


def record(connection: Connection, application: str, customer_number: str, kind: Kind, now: int) -> None:
    """The newest answer counts."""
    row = {"customer_number": customer_number, "proven_at": now}
    connection.execute(
        insert(proofs)
        .values(application=application, kind=kind.value, **row)
        .on_conflict_do_update(index_elements=["application", "kind"], set_=row)
    )


def require_identity(connection: Connection, application: str, customer_number: str) -> None:
    """Raises `IdentityNotMatched` unless this application's identity match named this customer."""
    if _customer_of(connection, application, Kind.IDENTITY) != customer_number:
        raise IdentityNotMatched


def was_abroad(connection: Connection, application: str, customer_number: str) -> bool:
    """Whether the departure record answered OUT for this customer in this application."""
    return _customer_of(connection, application, Kind.DEPARTURE) == customer_number


def proven_customer(connection: Connection, application: str, now: int) -> str:
    """The customer for whom every factor was answered. Raises `RegistrationRefused`, `ProofExpired` (which)."""
    rows = connection.execute(
        select(proofs.c.kind, proofs.c.customer_number, proofs.c.proven_at).where(proofs.c.application == application)
    )
    found = {Kind(row.kind): row for row in rows}
    if not _AGE.keys() <= found.keys() or len({found[kind].customer_number for kind in _AGE}) != 1:
        raise RegistrationRefused
    for kind, age in _AGE.items():
        if now > found[kind].proven_at + age:
            raise ProofExpired(proof=kind.value)
    return str(found[Kind.IDENTITY].customer_number)


def _customer_of(connection: Connection, application: str, kind: Kind) -> str | None:
    return connection.scalar(
        select(proofs.c.customer_number).where(proofs.c.application == application, proofs.c.kind == kind.value)
    )
