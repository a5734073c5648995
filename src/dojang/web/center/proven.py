"""What a step that is done says of itself."""

from collections.abc import Sequence

from dojang.policy.wording import say, terms
from dojang.proofing import application as steps
from dojang.values.applicant import masked_name, masked_phone
from dojang.values.application import Application, Step

Pairs = Sequence[tuple[str, str]]


def pairs(language: str, application: Application, step: Step) -> Pairs:
    """Names and values, masked."""
    if steps.proof(application, step) is None:
        return ()
    shown = {
        Step.TERMS: _terms,
        Step.IDENTITY: _identity,
        Step.CALL: _call,
        Step.MEDIUM: _medium,
        Step.DETAILS: _details,
    }
    return shown[step](language, application) if step in shown else ()


def _terms(language: str, application: Application) -> Pairs:
    agreed = {consent.item for consent in application.consents if consent.agreed}
    return [
        (item.titles[language], _said(language, "agreed" if item.item in agreed else "not_agreed")) for item in terms()
    ]


def _identity(language: str, application: Application) -> Pairs:
    name = application.identity.customer.name if application.identity else ""
    return [
        (_said(language, "name"), masked_name(name)),
        (_said(language, "rrn"), _said(language, "rrn_not_kept")),
    ]


def _call(language: str, application: Application) -> Pairs:
    route = application.call.route.value if application.call else "ars"
    return [(_said(language, "way"), _said(language, f"call_{route}"))]


def _medium(language: str, application: Application) -> Pairs:
    medium = application.medium.medium.value if application.medium else ""
    return [(_said(language, "way"), say(language, f"issue_medium.{medium}"))]


def _details(language: str, application: Application) -> Pairs:
    given = application.details
    if given is None:
        return ()
    return [
        (_said(language, "name"), masked_name(given.name)),
        (_said(language, "phone"), masked_phone(given.phone)),
        (_said(language, "birth_date"), given.birth_date),
    ]


def _said(language: str, name: str) -> str:
    return say(language, f"issue_proven.{name}")
