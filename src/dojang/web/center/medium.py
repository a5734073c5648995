"""Step six: one security medium of the customer's own. The card and the OTP; the mobile is in `approval.py`."""

import re
import unicodedata
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from dojang.journeys import prove_identity as journey
from dojang.journeys.prove_identity import Mine
from dojang.policy.numbers import NUMBERS
from dojang.refusals import BankUnavailable, CardLocked, MediumNotOwned, WrongCardDigits, WrongOneTimeCode
from dojang.values.application import Application, Medium, Step
from dojang.web.center.wizard import Entered, Wizard, path
from dojang.web.forms import Form

CARD: Final = f"{path(Step.MEDIUM)}/card"
OTP: Final = f"{path(Step.MEDIUM)}/otp"
MOBILE: Final = f"{path(Step.MEDIUM)}/mobile"
PAGES: Final = {Medium.SECURITY_CARD: CARD, Medium.ONE_TIME_CODE: OTP, Medium.MOBILE_CONFIRM: MOBILE}
_TWO: Final = re.compile("[0-9]{2}")
_CODE: Final = re.compile(f"[0-9]{{{NUMBERS.one_time_code.digits}}}")


class MediumPages:
    """Reads, hands to the journey, replies."""

    def __init__(self, wizard: Wizard) -> None:
        self._wizard = wizard

    def show(self, request: Request) -> Response:
        """The media that the customer has; of one alone its own page."""
        return self._wizard.read(Step.MEDIUM, request, self._draw_choice)

    def card(self, request: Request) -> Response:
        """Which digits of the card."""
        return self._wizard.read(Step.MEDIUM, request, self._draw_card)

    def answer_card(self, request: Request, form: Form) -> Response:
        """The four digits."""
        first, second = (_plain(form.get(name, "")) for name in ("first", "second"))

        def act(mine: Mine, name: str) -> str:
            return self._wizard.after(journey.answer_card(mine, first, second, name, self._wizard.desk))

        wrong = tuple(n for n, typed in (("first", first), ("second", second)) if not _TWO.fullmatch(typed))
        return self._wizard.send(Step.MEDIUM, request, form, act, self._draw_card, wrong)

    def otp(self, request: Request) -> Response:
        """The device's code is asked for."""
        return self._wizard.read(Step.MEDIUM, request, self._draw_otp)

    def give_code(self, request: Request, form: Form) -> Response:
        """The device's code."""
        code = _plain(form.get("code", ""))

        def act(mine: Mine, name: str) -> str:
            return self._wizard.after(journey.give_one_time_code(mine, code, name, self._wizard.desk))

        wrong = () if _CODE.fullmatch(code) else ("code",)
        return self._wizard.send(Step.MEDIUM, request, form, act, self._draw_otp, wrong)

    def _draw_choice(self, request: Request, application: Application, entered: Entered) -> Response:
        media = media_of(application)
        if len(media) == 1:
            return RedirectResponse(PAGES[media[0]], 303)
        ways = [(medium.value, PAGES[medium]) for medium in media]
        return self._wizard.page(request, application, Step.MEDIUM, entered, ways=ways)

    def _draw_card(self, request: Request, application: Application, entered: Entered) -> Response:
        try:
            asked = journey.show_card_question(self._wizard.mine(request), self._wizard.desk)
        except MediumNotOwned:
            return RedirectResponse(path(Step.MEDIUM), 303)
        except (CardLocked, BankUnavailable) as refusal:
            asked, entered = None, Entered(entered.form, refusal=refusal)
        return self._wizard.page(
            request,
            application,
            Step.MEDIUM,
            entered,
            name="card",
            asked=asked,
            locked=entered.refusal is not None and entered.refusal.code == CardLocked.code,
            positions=range(1, NUMBERS.security_card.positions + 1),
            fields={WrongCardDigits.code: "first"},
            **ways_besides(application, Medium.SECURITY_CARD),
        )

    def _draw_otp(self, request: Request, application: Application, entered: Entered) -> Response:
        if Medium.ONE_TIME_CODE not in media_of(application):
            return RedirectResponse(path(Step.MEDIUM), 303)
        return self._wizard.page(
            request,
            application,
            Step.MEDIUM,
            entered,
            name="otp",
            fields={WrongOneTimeCode.code: "code"},
            **ways_besides(application, Medium.ONE_TIME_CODE),
        )


def router(wizard: Wizard) -> APIRouter:
    """`/issue/medium`, its card and its OTP."""
    pages = MediumPages(wizard)
    made = APIRouter(include_in_schema=False)
    made.add_api_route(path(Step.MEDIUM), pages.show, methods=["GET"])
    made.add_api_route(CARD, pages.card, methods=["GET"])
    made.add_api_route(CARD, pages.answer_card, methods=["POST"])
    made.add_api_route(OTP, pages.otp, methods=["GET"])
    made.add_api_route(OTP, pages.give_code, methods=["POST"])
    return made


def media_of(application: Application) -> tuple[Medium, ...]:
    """What the bank says that the customer has."""
    return application.identity.customer.media if application.identity else ()


def ways_besides(application: Application, shown: Medium) -> dict[str, object]:
    """For a medium's page: the other media, and the way back to the choice where there is one."""
    others = [(medium.value, PAGES[medium]) for medium in media_of(application) if medium is not shown]
    return {"others": others, "back": path(Step.MEDIUM) if others else path(Step.CALL)}


def _plain(typed: str) -> str:
    """Digits as they may be typed: full width, with spaces."""
    return "".join(unicodedata.normalize("NFKC", typed).split())
