"""Step seven: name, mobile number and date of birth as the bank has them."""

import re
import unicodedata
from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dojang.journeys import prove_identity as journey
from dojang.journeys.prove_identity import Mine
from dojang.refusals import DetailsNotMatched
from dojang.values.application import Application, Step
from dojang.web.center.wizard import Entered, Wizard, path
from dojang.web.forms import Form

_NAME: Final = 200  # characters
_PHONE: Final = re.compile(r"\+?[0-9]{8,15}")
_DAY: Final = re.compile(r"([0-9]{4})[-./]?([0-9]{1,2})[-./]?([0-9]{1,2})\.?")


class DetailsPage:
    """Reads, hands to the journey, replies."""

    def __init__(self, wizard: Wizard) -> None:
        self._wizard = wizard

    def show(self, request: Request) -> Response:
        """The form; what was said before stands in it."""
        return self._wizard.read(Step.DETAILS, request, self._draw)

    def give(self, request: Request, form: Form) -> Response:
        """Everything equals the bank's record."""
        name, phone, born = (form.get(field, "").strip() for field in ("name", "phone", "birth_date"))
        day = _day(born)

        def act(mine: Mine, _name: str) -> str:
            return self._wizard.after(journey.give_details(mine, name, phone, day, self._wizard.desk))

        right = {
            "name": 0 < len(name) <= _NAME,
            "phone": bool(_PHONE.fullmatch(_number(phone))),
            "birth_date": bool(day),
        }
        wrong = tuple(field for field, holds in right.items() if not holds)
        return self._wizard.send(Step.DETAILS, request, form, act, self._draw, wrong)

    def _draw(self, request: Request, application: Application, entered: Entered) -> Response:
        born = application.identity.customer.birth_date if application.identity else ""
        return self._wizard.page(
            request,
            application,
            Step.DETAILS,
            entered,
            birth_date=entered.form.get("birth_date", born),
            fields={DetailsNotMatched.code: "name"},
        )


def router(wizard: Wizard) -> APIRouter:
    """`/issue/details`."""
    page = DetailsPage(wizard)
    made = APIRouter(include_in_schema=False)
    made.add_api_route(path(Step.DETAILS), page.show, methods=["GET"])
    made.add_api_route(path(Step.DETAILS), page.give, methods=["POST"])
    return made


def _number(typed: str) -> str:
    return re.sub(r"[\s().-]", "", unicodedata.normalize("NFKC", typed))


def _day(typed: str) -> str:
    """YYYY-MM-DD of a day typed with or without marks between; nothing if there is no such day."""
    found = _DAY.fullmatch("".join(unicodedata.normalize("NFKC", typed).split()))
    try:
        return date(*(int(part) for part in found.groups())).isoformat() if found else ""
    except ValueError:
        return ""
