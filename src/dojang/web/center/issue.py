"""The seven steps as pages, from the first to the certificate."""

from collections.abc import Mapping

from fastapi import APIRouter

from dojang.journeys.prove_identity import ProofDesk
from dojang.serving.pages import Pages
from dojang.values.relying_party import RelyingParty
from dojang.web.center import approval, call, completion, confirmation, details, identity, medium, start, terms
from dojang.web.center.wizard import Wizard
from dojang.web.sessions import Sessions


def router(
    desk: ProofDesk, sessions: Sessions, pages: Pages, clients: Mapping[str, RelyingParty], pin_origin: str
) -> APIRouter:
    """Everything below `/issue`. `clients`: the relying parties by name; `pin_origin`: where the PIN page is."""
    wizard = Wizard(desk, sessions, pages)
    made = APIRouter()
    for step in (start, terms, identity, call, medium, approval, details):
        made.include_router(step.router(wizard))
    made.include_router(confirmation.router(wizard, clients, pin_origin))
    made.include_router(completion.router(wizard, clients))
    return made
