"""A plan is built once under a throwaway key and linted before any real key may sign it."""

from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from dojang.authority import build
from dojang.authority.lints import extensions, frame, names
from dojang.authority.lints.clause import Case, Clause
from dojang.authority.profile import CertificatePlan
from dojang.refusals import CertificateRefused, Refusal

CLAUSES: Final[tuple[Clause, ...]] = (*frame.CLAUSES, *names.CLAUSES, *extensions.CLAUSES)


@dataclass(frozen=True, slots=True)
class RehearsedPlan:
    """A plan that was built and passed every lint. Comes from `rehearse` alone; only it can be signed."""

    plan: CertificatePlan
    tbs: bytes  # the very bytes that the issuer will sign


def rehearse(plan: CertificatePlan) -> RehearsedPlan:
    """Build the planned certificate under a throwaway P-256 key and lint it.

    Issuer name and key identifier come from the plan and the algorithm is the same, so the to-be-signed bytes are those
    of the real certificate. Raises `CertificateRefused(lint=<the first clause that does not hold>)`.
    """
    throwaway = ec.generate_private_key(ec.SECP256R1())
    try:
        certificate = build.assemble(plan, throwaway)
    except ValueError:
        raise CertificateRefused(lint="x509") from None
    for finding in findings(certificate, plan):
        raise CertificateRefused(lint=finding)
    return RehearsedPlan(plan, certificate.tbs_certificate_bytes)


def findings(certificate: x509.Certificate, plan: CertificatePlan) -> tuple[str, ...]:
    """The names of the clauses that `certificate` breaks, seen against what was planned."""
    case = Case(certificate, plan)
    return tuple(clause.name for clause in CLAUSES if not _holds(clause, case))


def _holds(clause: Clause, case: Case) -> bool:
    """What can't be read breaks the clause that would read it."""
    try:
        return clause.holds(case)
    except (ValueError, Refusal, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False
