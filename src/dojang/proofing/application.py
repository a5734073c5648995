"""The seven steps of an application, as a pure state machine: values in, values out, time as an argument.

Every act first asks `require`: an application that expired, a step skipped, repeated or late is refused there.
Home page and certification centre (steps one and two) are ticked on arrival. A proof that lapses is proven again
without redoing the others that still hold.
"""

from dataclasses import dataclass, replace
from typing import Final

from dojang.policy.numbers import NUMBERS
from dojang.refusals import ApplicationExpired, ProofExpired, WrongStep
from dojang.values.application import (
    Application,
    ApplicationForm,
    AskedApproval,
    BankCustomer,
    CallProof,
    Consent,
    Details,
    Identity,
    Medium,
    MediumProof,
    PlacedCall,
    Step,
)

PROVEN_HERE: Final = (Step.TERMS, Step.IDENTITY, Step.CALL, Step.MEDIUM, Step.DETAILS)
TICKED_ON_ARRIVAL: Final = (Step.HOME, Step.CENTER)


@dataclass(frozen=True, slots=True)
class Proof:
    """When a step was proven and until when that holds; `until` is None for what does not age by itself."""

    at: int
    until: int | None


def arrive(form: ApplicationForm, application_id: str, now: int) -> Application:
    """A new application, before step three."""
    return Application(application_id, form.holder_kind, form.session, now, now + NUMBERS.application.idle)


def proof(application: Application, step: Step) -> Proof | None:
    """How `step` was proven, lapsed or not; None if it never was."""
    limits = NUMBERS.application
    match step:
        case Step.TERMS:
            return Proof(application.agreed_at, None) if application.consents else None
        case Step.IDENTITY:
            return _aged(application.identity, limits.identity_proof)
        case Step.CALL:
            return _aged(application.call, limits.call_proof)
        case Step.MEDIUM:
            return _aged(application.medium, limits.medium_proof)
        case Step.DETAILS:
            return None if application.details is None else Proof(application.details.at, None)
        case _:
            return Proof(application.started_at, None) if step in TICKED_ON_ARRIVAL else None


def holds(application: Application, step: Step, now: int) -> bool:
    """Whether `step` is proven and has not lapsed."""
    found = proof(application, step)
    return found is not None and (found.until is None or now < found.until)


def expected(application: Application, now: int) -> Step:
    """The first step that is not proven, or no more; then the PIN; then nothing but the issued certificate."""
    if application.serial:
        return Step.ISSUED
    return next((step for step in PROVEN_HERE if not holds(application, step, now)), Step.PIN)


def require(application: Application, step: Step, now: int) -> None:
    """It is the turn of `step`. Raises `ApplicationExpired`, `ProofExpired` (an earlier step lapsed) or `WrongStep`."""
    if not application.serial and now >= application.expires_at:
        raise ApplicationExpired
    turn = expected(application, now)
    if turn is step:
        return
    if turn in PROVEN_HERE and proof(application, turn) is not None:
        raise ProofExpired(step=turn.value, expected=turn.value)
    raise WrongStep(expected=turn.value)


def extended(application: Application, now: int) -> Application:
    """The whole idle time again. Raises `ApplicationExpired`, or `WrongStep` once issued."""
    require(application, expected(application, now), now)
    if application.serial:
        raise WrongStep(expected=Step.ISSUED.value)
    return replace(application, expires_at=now + NUMBERS.application.idle)


def agreed(application: Application, consents: tuple[Consent, ...], now: int) -> Application:
    """Step three done; `consents` were checked by `proofing.consents`."""
    require(application, Step.TERMS, now)
    return extended(replace(application, consents=consents, agreed_at=now), now)


def identified(application: Application, customer: BankCustomer, now: int) -> Application:
    """Step four done. What was proven about a customer whom the bank describes differently now does not hold."""
    require(application, Step.IDENTITY, now)
    before = application.identity
    if before is not None and before.customer != customer:
        application = replace(application, placed_call=None, call=None, asked_approval=None, medium=None, details=None)
    return extended(replace(application, identity=Identity(customer, now)), now)


def calling(application: Application, call: PlacedCall, now: int) -> Application:
    """A call is meant to be placed, or stands as `call` says; it alone counts."""
    require(application, Step.CALL, now)
    return extended(replace(application, placed_call=call), now)


def called(application: Application, call: CallProof, now: int) -> Application:
    """Step five done."""
    require(application, Step.CALL, now)
    return extended(replace(application, call=call, placed_call=None), now)


def asking(application: Application, approval: AskedApproval, now: int) -> Application:
    """An approval is meant to be asked, or was; it alone counts."""
    require(application, Step.MEDIUM, now)
    return extended(replace(application, asked_approval=approval), now)


def medium_shown(application: Application, medium: Medium, now: int) -> Application:
    """Step six done."""
    require(application, Step.MEDIUM, now)
    return extended(replace(application, medium=MediumProof(medium, now), asked_approval=None), now)


def detailed(application: Application, details: Details, now: int) -> Application:
    """Step seven done."""
    require(application, Step.DETAILS, now)
    return extended(replace(application, details=details), now)


def issued(application: Application, serial: str, now: int) -> Application:
    """The end. Raises as `require`: nothing is issued on an expired proof; the same serial again changes nothing."""
    if serial and application.serial == serial:
        return application
    require(application, Step.PIN, now)
    return replace(application, serial=serial)


def _aged(proven: Identity | CallProof | MediumProof | None, limit: int) -> Proof | None:
    return None if proven is None else Proof(proven.at, proven.at + limit)
