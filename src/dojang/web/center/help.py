"""Help, and the questions people ask: searchable, with every number from the policy."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import say
from dojang.serving.pages import Pages

QUESTIONS: Final = (
    "what",
    "cost",
    "papers",
    "steps",
    "call",
    "abroad",
    "pin",
    "tries",
    "forgot",
    "reissue",
    "sms",
    "connect",
    "safe",
    "sign",
    "not_me",
)


def questions(language: str) -> list[tuple[str, str, str]]:
    """Name, question and answer of each, in the order in which people meet them."""
    parts = {"minutes_idle": NUMBERS.application.idle // 60, "minutes_sms": NUMBERS.text_message.lifetime // 60}
    return [(name, say(language, f"faq.{name}_q"), say(language, f"faq.{name}_a", **parts)) for name in QUESTIONS]


def matching(asked: str, found: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Those in which every word that was asked for stands somewhere."""
    words = asked.casefold().split()
    return [one for one in found if all(word in f"{one[1]} {one[2]}".casefold() for word in words)]


def router(pages: Pages) -> APIRouter:
    """`/help` and `/faq`."""

    def show_help(request: Request) -> HTMLResponse:
        """What people look for most, and what to do when it was somebody else."""
        return pages.page(request, "help")

    def faq(request: Request, q: Annotated[str, Query(max_length=100)] = "") -> HTMLResponse:
        """All of them, or those that match."""
        everything = questions(pages.view(request).language)
        return pages.page(request, "faq", asked=q.strip(), questions=matching(q, everything))

    made = APIRouter(include_in_schema=False)
    made.add_api_route("/help", show_help, methods=["GET"])
    made.add_api_route("/faq", faq, methods=["GET"])
    return made
