"""The seven steps as pages."""

from fastapi import APIRouter

from dojang.journeys.prove_identity import ProofDesk
from dojang.serving.pages import Pages
from dojang.web.center import call, identity, start, terms
from dojang.web.center.wizard import Wizard
from dojang.web.sessions import Sessions


def router(desk: ProofDesk, sessions: Sessions, pages: Pages) -> APIRouter:
    """Everything below `/issue`."""
    wizard = Wizard(desk, sessions, pages)
    made = APIRouter()
    for step in (start, terms, identity, call):
        made.include_router(step.router(wizard))
    return made
