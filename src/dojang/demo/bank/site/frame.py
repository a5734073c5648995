"""What all of the bank's pages share, and how a page reaches them."""

from pathlib import Path
from typing import Annotated, Final

from fastapi import Depends, Request

from dojang.demo.bank.settings import Settings
from dojang.demo.bank.site.amounts import in_digits, in_words
from dojang.policy.wording import LANGUAGES, say
from dojang.serving.forms import new_key
from dojang.serving.pages import Pages

_HERE: Final = Path(__file__).parent


def bank_pages(settings: Settings) -> Pages:
    """The pages at the bank's origin; a form of theirs may lead to the centre besides."""
    return Pages(
        cookie="dojang_bank_view",
        brand={language: say(language, "bank.brand") for language in LANGUAGES},
        origin=settings.origin,
        templates=[_HERE / "templates"],
        statics=[_HERE / "style", _HERE.parent / "static"],
        form_targets=[settings.center_origin],
        help_address=f"{settings.center_origin}/help",
        facts={
            "center": settings.center_origin,
            "in_digits": in_digits,
            "in_words": in_words,
            "new_key": new_key,
        },
    )


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


ThePages = Annotated[Pages, Depends(_pages)]
