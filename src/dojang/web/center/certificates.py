"""My certificate: how it stands, what it was used for, and the way to end it; for whoever is logged in here."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from dojang.journeys import enter_center, my_certificate, revoke_certificate
from dojang.journeys.log_in import LoginDesk
from dojang.journeys.my_certificate import MyCertificate, Used
from dojang.journeys.revoke_certificate import Progress
from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import say
from dojang.refusals import ConnectFirst, InvalidField, RevocationNotFound
from dojang.serving.pages import Pages, day, moment
from dojang.values.certificate import CUSTOMERS_REASONS
from dojang.web.api.certificate import Txn, receipt_response
from dojang.web.forms import Form, Forms
from dojang.web.sessions import Sessions

HOME: Final = enter_center.HOME


class CertificatePages:
    """Reads, hands to a journey, replies."""

    def __init__(self, desk: LoginDesk, sessions: Sessions, forms: Forms, pages: Pages) -> None:
        self._desk, self._sessions, self._forms, self._pages = desk, sessions, forms, pages

    def mine(self, request: Request) -> Response:
        """How it stands."""

        def show(session: str) -> Response:
            found = my_certificate.look(self._desk, session)
            language = self._pages.view(request).language
            facts = _facts(language, found) if found else []
            due = found is not None and found.days_left <= NUMBERS.certificate.due_days
            tag = {"valid": "success", "expired": "warning", "revoked": "danger"}[found.state] if found else ""
            return self._pages.page(request, "certificates", mine=found, facts=facts, due=due, tag=tag)

        return self.for_holder(request, HOME, show)

    def history(self, request: Request, before: Annotated[str, Query(max_length=64)] = "") -> Response:
        """What was signed, twenty at a time."""

        def show(session: str) -> Response:
            found = my_certificate.history(self._desk, session, before)
            language = self._pages.view(request).language
            used = [_row(language, one) for one in found.used]
            return self._pages.page(request, "history", used=used, before=found.before, later=bool(before))

        return self.for_holder(request, f"{HOME}/history", show)

    def receipt(self, txn: Txn, request: Request) -> Response:
        """The customer's receipt, to keep: it verifies by itself."""

        def give(session: str) -> Response:
            return receipt_response(txn, my_certificate.receipt(self._desk, session, txn))

        return self.for_holder(request, f"{HOME}/history", give)

    def revoke(self, request: Request) -> Response:
        """Consequence and reason, before the PIN."""

        def show(session: str) -> Response:
            found = my_certificate.look(self._desk, session)
            if found is None or found.state != "valid":
                return RedirectResponse(HOME, 303)
            return self._revoke_form(request)

        return self.for_holder(request, f"{HOME}/revoke", show)

    def ask(self, request: Request, form: Form) -> Response:
        """On to the PIN."""

        def go_on(session: str) -> Response:
            def opened(_name: str) -> str:
                found = revoke_certificate.ask(self._desk.visits, session, form.get("reason", ""))
                return f"{found.pin_url}&{self._pages.view(request).fragment()}"

            try:
                return RedirectResponse(self._forms.again(request, form, opened), 303)
            except InvalidField:
                sentence = say(self._pages.view(request).language, "revoke.choose")
                return self._revoke_form(request, [("reason", sentence)])

        return self.for_holder(request, f"{HOME}/revoke", go_on)

    def revocation(self, request: Request) -> Response:
        """What became of it. It is the browser that asked which is told: its login has ended with the certificate."""
        try:
            found = revoke_certificate.look(self._desk.visits, self._sessions.required(request))
        except RevocationNotFound:
            return RedirectResponse(HOME, 303)
        return self._pages.page(request, "revocation", progress=found, how=_how(found))

    def sign_out(self, request: Request, form: Form) -> Response:
        """Nobody is logged in here any more."""

        def out(_name: str) -> str:
            enter_center.sign_out(self._desk.visits, self._sessions.required(request))
            return "/"

        return RedirectResponse(self._forms.again(request, form, out), 303)

    def for_holder(self, request: Request, to: str, show: Callable[[str], Response]) -> Response:
        """`show` for whoever is logged in here; anybody else logs in, and comes back to `to`."""
        response = RedirectResponse("/login", 303, headers={"Cache-Control": "no-store"})
        session = self._sessions.entered(request, response)
        try:
            return show(session)
        except ConnectFirst:
            begun = enter_center.begin(self._desk, to, session)
            response.headers["Location"] = f"/login?interaction={begun.id}"
            return response

    def _revoke_form(self, request: Request, problems: list[tuple[str, str]] | None = None) -> Response:
        status = 422 if problems else 200
        return self._pages.page(
            request, "revoke", status, reasons=CUSTOMERS_REASONS, chosen="", problems=problems or []
        )


def router(own: CertificatePages) -> APIRouter:
    """`/certificates` and the pages below it."""
    made = APIRouter(include_in_schema=False)
    made.add_api_route(HOME, own.mine, methods=["GET"])
    made.add_api_route(f"{HOME}/history", own.history, methods=["GET"])
    made.add_api_route(f"{HOME}/receipts/{{txn}}", own.receipt, methods=["GET"])
    made.add_api_route(f"{HOME}/revoke", own.revoke, methods=["GET"])
    made.add_api_route(f"{HOME}/revoke", own.ask, methods=["POST"])
    made.add_api_route(f"{HOME}/revocation", own.revocation, methods=["GET"])
    made.add_api_route(f"{HOME}/sign-out", own.sign_out, methods=["POST"])
    return made


def _facts(language: str, mine: MyCertificate) -> list[tuple[str, str]]:
    """Name and value of everything that the page says of it."""
    until = day(language, mine.not_after)
    if mine.state == "valid":
        until = say(language, "certificates.days", at=until, n=mine.days_left)
    used = moment(language, mine.last_used) if mine.last_used else say(language, "certificates.never_used")
    rows = {"serial": mine.serial, "from": day(language, mine.not_before), "until": until, "last_used": used}
    if mine.state == "revoked":
        rows |= {"revoked_at": moment(language, mine.revoked_at), "reason": _reason(language, mine.reason)}
    rows["policy"] = mine.policy
    return [(say(language, f"certificates.{name}"), value) for name, value in rows.items()]


def _reason(language: str, reason: str) -> str:
    known = reason if reason in CUSTOMERS_REASONS else "superseded"
    return say(language, f"revoke.reason_{known}")


def _row(language: str, used: Used) -> dict[str, Any]:
    detail = ""
    if used.purpose == "transfer":
        parts = {"payee": used.payee, "bank": used.bank, "amount": used.amount}
        detail = say(language, "history.transfer_detail", **parts)
    elif used.purpose == "revocation":
        detail = _reason(language, used.reason)
    what = say(language, f"history.{used.purpose}", at=used.relying_party[language])
    return {"what": what, "detail": detail, "signed_at": used.signed_at, "txn": used.txn}


def _how(progress: Progress) -> str:
    """Which words tell of it: what is revoked but not yet published has its own."""
    return "soon" if progress.state == "revoked" and not progress.published else progress.state
