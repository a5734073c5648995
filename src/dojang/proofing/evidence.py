"""Do all seven steps hold at this moment?"""

from dojang.policy.numbers import NUMBERS
from dojang.proofing.application import PROVEN_HERE, proof, require
from dojang.refusals import WrongStep
from dojang.values.applicant import ProvenApplicant
from dojang.values.application import Application, Step


def judge(application: Application, now: int) -> ProvenApplicant:
    """The person whom every step proves. The name is the bank's, not as typed.

    Raises `WrongStep`, `ProofExpired` or `ApplicationExpired`: nothing is issued on an expired proof.
    """
    require(application, Step.PIN, now)
    identity, details = application.identity, application.details
    if identity is None or details is None:
        raise WrongStep(expected=Step.IDENTITY.value)
    ends = [found.until for step in PROVEN_HERE if (found := proof(application, step)) and found.until is not None]
    return ProvenApplicant(
        application=application.id,
        customer_number=identity.customer.customer_number,
        name=identity.customer.name,
        birth_date=identity.customer.birth_date,
        phone=details.phone,
        proven_until=min(ends, default=now + NUMBERS.application.idle),
    )
