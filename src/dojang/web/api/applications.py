"""/api/v1/applications: the seven steps as JSON. Each handler reads, hands to the journey, replies."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from dojang.authority.certificate import policy_of
from dojang.journeys import prove_identity as journey
from dojang.journeys.prove_identity import Mine, ProofDesk
from dojang.policy.wording import terms
from dojang.refusals import WrongStep
from dojang.serving.bodies import Body
from dojang.values.applicant import masked_name
from dojang.values.application import Application, Consent, HolderKind, Route
from dojang.values.application import ApplicationForm as Arrival
from dojang.web.api import application_views as v
from dojang.web.sessions import Sessions

PREFIX = "/api/v1"


class ApplicationsApi:
    """The handlers. `chain`: issuing authority and root (DER), for the page that shows the certificate."""

    def __init__(self, desk: ProofDesk, sessions: Sessions, pin_origin: str, chain: tuple[bytes, ...]) -> None:
        self._desk, self._sessions, self._pin_origin, self._chain = desk, sessions, pin_origin, chain

    def terms(self, lang: Annotated[Literal["ko", "en"], Query()] = "ko") -> v.TermsView:
        """The texts to agree to."""
        return v.TermsView(
            items=[
                v.TermsItemView(
                    item=item.item,
                    version=item.version,
                    required=item.required,
                    text_sha256=item.text_sha256(lang),
                    title=item.titles[lang],
                    text=item.texts[lang],
                )
                for item in terms()
            ]
        )

    def sealing_key(self) -> v.SealingKeyView:
        """Core banking's key for the resident registration number."""
        key = journey.sealing_key(self._desk)
        return v.SealingKeyView(key_id=key.key_id, public_key=key.public_key)

    def arrive(self, body: v.ApplicationForm, request: Request, response: Response) -> v.ApplicationView:
        """A new application; the session's cookie comes with it."""
        session = self._sessions.entered(request, response)
        return self._view(journey.arrive(Arrival(HolderKind(body.holder_kind), session), self._desk))

    def read(self, application: str, request: Request) -> v.ApplicationView:
        """Where it stands: the page resumes from here."""
        return self._view(journey.resume(self._mine(application, request), self._desk))

    def agree(self, application: str, body: v.ConsentsForm, request: Request) -> v.ApplicationView:
        """Step three."""
        given = [Consent(item.item, item.version, item.text_sha256, item.agreed) for item in body.consents]
        return self._view(journey.agree_to_terms(self._mine(application, request), given, self._desk))

    def identity(self, application: str, body: v.IdentityForm, request: Request) -> v.ApplicationView:
        """Step four."""
        mine, address = self._mine(application, request), request.client.host if request.client else ""
        return self._view(journey.say_who(mine, body.user_id, body.sealed_rrn, address, self._desk))

    def call(self, application: str, body: v.CallForm, request: Request) -> v.CallAnswer:
        """Step five: the phone rings."""
        request.state.keep_answer = False
        mine, name = self._mine(application, request), request.state.request_id
        return v.CallAnswer.of(journey.ask_for_call(mine, Route(body.route), body.phone, name, self._desk))

    def check_call(self, application: str, _body: v.Nothing, request: Request) -> v.ApplicationView:
        """Step five: was it pressed?"""
        request.state.keep_answer = False
        return self._view(journey.listen(self._mine(application, request), self._desk))

    def card_question(self, application: str, _body: v.Nothing, request: Request) -> v.CardQuestionView:
        """Step six: which positions."""
        asked = journey.show_card_question(self._mine(application, request), self._desk)
        return v.CardQuestionView(
            serial_masked=asked.serial_masked,
            first_position=asked.first_position,
            second_position=asked.second_position,
        )

    def card_answer(self, application: str, body: v.CardForm, request: Request) -> v.ApplicationView:
        """Step six: the digits."""
        mine, name = self._mine(application, request), request.state.request_id
        return self._view(journey.answer_card(mine, body.first, body.second, name, self._desk))

    def one_time_code(self, application: str, body: v.OneTimeCodeForm, request: Request) -> v.ApplicationView:
        """Step six: the device's code."""
        mine, name = self._mine(application, request), request.state.request_id
        return self._view(journey.give_one_time_code(mine, body.code, name, self._desk))

    def ask_mobile(self, application: str, _body: v.Nothing, request: Request) -> v.ApprovalView:
        """Step six: the phone shows what to approve."""
        request.state.keep_answer = False
        asked = journey.ask_phone(self._mine(application, request), request.state.request_id, self._desk)
        return v.ApprovalView(
            approval_id=asked.approval_id,
            comparison_code=asked.comparison_code,
            text=asked.text,
            expires_at=asked.expires_at,
        )

    def check_mobile(self, application: str, _body: v.Nothing, request: Request) -> v.ApplicationView:
        """Step six: was it approved? 409 `approval_pending` until then."""
        request.state.keep_answer = False
        return self._view(journey.check_phone(self._mine(application, request), self._desk))

    def details(self, application: str, body: v.DetailsForm, request: Request) -> v.ApplicationView:
        """Step seven."""
        mine = self._mine(application, request)
        return self._view(journey.give_details(mine, body.name, body.phone, body.birth_date, self._desk))

    def start(self, application: str, body: v.StartForm, request: Request) -> v.PinVisit:
        """On to the PIN page."""
        request.state.keep_answer = False
        code = journey.begin_pin(self._mine(application, request), self._desk, connect=body.connect)
        return v.PinVisit(pin_url=f"{self._pin_origin}/#code={code}", code=code)

    def extend(self, application: str, _body: v.Nothing, request: Request) -> v.ApplicationView:
        """The idle time begins again."""
        return self._view(journey.extend(self._mine(application, request), self._desk))

    def certificate(self, application: str, request: Request) -> v.CertificateView:
        """What was issued. 409 `wrong_step` before."""
        found = journey.resume(self._mine(application, request), self._desk)
        if not found.serial:
            raise WrongStep(expected=v.ApplicationView.of(found, self._desk.clock.now()).step)
        entry = self._desk.books.certificates.by_serial(found.serial)
        return v.CertificateView(
            holder_masked=masked_name(entry.person.name),
            serial=entry.serial,
            not_before=entry.not_before,
            not_after=entry.not_after,
            policy=policy_of(entry.der),
            certificate=entry.der,
            chain=list(self._chain),
        )

    def _mine(self, application: str, request: Request) -> Mine:
        return Mine(application, self._sessions.required(request))

    def _view(self, application: Application) -> v.ApplicationView:
        return v.ApplicationView.of(application, self._desk.clock.now())


def router(desk: ProofDesk, sessions: Sessions, pin_origin: str, chain: tuple[bytes, ...]) -> APIRouter:
    """Every path of the seven steps."""
    api = ApplicationsApi(desk, sessions, pin_origin, chain)
    made = APIRouter(prefix=PREFIX, tags=["applications"])
    made.add_api_route("/terms", api.terms, methods=["GET"])
    made.add_api_route("/sealing-key", api.sealing_key, methods=["GET"])
    made.add_api_route("/applications", api.arrive, methods=["POST"], status_code=201)
    one = "/applications/{application}"
    made.add_api_route(one, api.read, methods=["GET"])
    made.add_api_route(f"{one}/certificate", api.certificate, methods=["GET"])
    mutating: dict[str, Callable[..., Body]] = {
        "terms": api.agree,
        "identity": api.identity,
        "call": api.call,
        "call/check": api.check_call,
        "medium/security-card/question": api.card_question,
        "medium/security-card/answer": api.card_answer,
        "medium/one-time-code": api.one_time_code,
        "medium/mobile": api.ask_mobile,
        "medium/mobile/check": api.check_mobile,
        "details": api.details,
        "start": api.start,
        "extend": api.extend,
    }
    for path, step in mutating.items():
        made.add_api_route(f"{one}/{path}", step, methods=["POST"])
    return made
