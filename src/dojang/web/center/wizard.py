"""What the pages of the seven steps share: whose application it is, where it stands, and how a form is acted on."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from dojang import problems
from dojang.journeys import outcome
from dojang.journeys import prove_identity as journey
from dojang.journeys.prove_identity import Mine, ProofDesk
from dojang.policy.refusal_words import told
from dojang.policy.wording import say, sentences
from dojang.proofing import application as steps
from dojang.refusals import (
    ApplicationExpired,
    ApplicationNotFound,
    ContentTypeRefused,
    IdempotencyKeyMissing,
    InvalidField,
    OriginRefused,
    ProofExpired,
    Refusal,
    SessionMissing,
    Unavailable,
    WrongStep,
)
from dojang.serving.forms import KEY, new_key
from dojang.serving.pages import Pages
from dojang.values.application import Application, Step
from dojang.web.center.proven import pairs
from dojang.web.forms import Forms
from dojang.web.page_calls import check_origin
from dojang.web.sessions import Sessions

HOME: Final = "/issue"
# Names the application that this browser is at; whose it is, its session says.
COOKIE: Final = "dojang_center_application"
SEVEN: Final = (*steps.TICKED_ON_ARRIVAL, *steps.PROVEN_HERE)
_UNREADABLE: Final = (OriginRefused, ContentTypeRefused, IdempotencyKeyMissing, InvalidField)
_GONE: Final = (ApplicationExpired, ApplicationNotFound, SessionMissing)


@dataclass(frozen=True, slots=True)
class Entered:
    """What a form said, and why it went no further: fields that cannot be right, or a refusal."""

    form: Mapping[str, str] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()
    refusal: Refusal | None = None


Draw = Callable[[Request, Application, Entered], Response]
Act = Callable[[Mine, str], str]


def path(step: Step, why: str = "") -> str:
    """The page of a step, which says `why` somebody comes there."""
    return f"{HOME}/{step.value}" + (f"?why={why}" if why else "")


def live(text: str, *, over: bool) -> Response:
    """What a page that watches is told: the state in words; `over`: there is something new for the page to show."""
    return JSONResponse({"text": text, "over": over}, headers={"Cache-Control": "no-store"})


class Wizard:
    """Each step's page hands over to it, and draws."""

    def __init__(self, desk: ProofDesk, sessions: Sessions, pages: Pages) -> None:
        self.desk, self.sessions, self.pages = desk, sessions, pages
        self.forms = Forms(desk.books, desk.clock, pages.origin)

    def mine(self, request: Request) -> Mine:
        """The application that this browser is at. Raises `ApplicationNotFound`, `SessionMissing`."""
        name = request.cookies.get(COOKIE, "")
        if not name or not (name.isascii() and name.isprintable()):
            raise ApplicationNotFound
        return Mine(name, self.sessions.required(request))

    def read(self, step: Step, request: Request, draw: Draw) -> Response:
        """The page of `step` at its turn; as it was proven while that holds; else the page whose turn it is."""
        try:
            application = journey.resume(self.mine(request), self.desk)
        except _GONE as refusal:
            return self.gone(request, refusal)
        now = self.desk.clock.now()
        turn = steps.expected(application, now)
        if turn is step:
            return draw(request, application, Entered())
        if turn in steps.PROVEN_HERE and step in steps.PROVEN_HERE and steps.holds(application, step, now):
            return self.proven(request, application, step)
        return RedirectResponse(path(turn), 303)

    def send(
        self,
        step: Step,
        request: Request,
        form: dict[str, str],
        act: Act,
        draw: Draw,
        wrong: tuple[str, ...] = (),
        *,
        again: bool = False,
    ) -> Response:
        """The form of `step` is acted on once, or every time if `again`, and leads on; a no is said on its page."""
        check_origin(request.headers, self.pages.origin)
        try:
            mine = self.mine(request)
            if wrong:
                return self._again(step, request, draw, Entered(form, wrong))
            acted = (self.forms.again if again else self.forms.once)(request, form, lambda name: act(mine, name))
            return RedirectResponse(acted, 303)
        except _GONE as refusal:
            return self.gone(request, refusal)
        except (WrongStep, ProofExpired) as refusal:
            why = "moved" if isinstance(refusal, WrongStep) else "lapsed"
            return RedirectResponse(path(Step(str(refusal.facts["expected"])), why), 303)
        except _UNREADABLE:
            raise
        except Refusal as refusal:
            return self._again(step, request, draw, Entered(form, refusal=refusal))

    def _again(self, step: Step, request: Request, draw: Draw, entered: Entered) -> Response:
        """The page that a form came from, unless its turn is over in the meantime."""
        application = journey.resume(self.mine(request), self.desk)
        turn = steps.expected(application, self.desk.clock.now())
        return draw(request, application, entered) if turn is step else RedirectResponse(path(turn, "moved"), 303)

    def after(self, application: Application) -> str:
        """The page whose turn it is."""
        return path(steps.expected(application, self.desk.clock.now()))

    def page(self, request: Request, application: Application, step: Step, entered: Entered, **facts: Any) -> Response:
        """The template `issue_STEP` with the seven steps, the time that is left, and what went wrong beside its field.

        `fields`: the field that a refusal is about, by its code.
        """
        language, now = self.pages.view(request).language, self.desk.clock.now()
        name, fields = facts.pop("name", step.value), facts.pop("fields", {})
        number = SEVEN.index(step) + 1 if step in SEVEN else len(SEVEN) + 1
        refusal = entered.refusal
        said = told(language, refusal) if refusal else None
        wrong = [(one, say(language, f"issue_{name}.{one}_wrong")) for one in entered.wrong]
        if said and refusal:
            wrong = [said.at(fields.get(refusal.code, ""))]
        return self.pages.page(
            request,
            f"issue_{name}",
            422 if entered.wrong else problems.status(refusal) if refusal else 200,
            application=application,
            step=step,
            seven=self._seven(language, application),
            number=min(number, len(SEVEN)),
            back=facts.pop("back", "/" if step is Step.TERMS else path(SEVEN[number - 2])),
            expires_at=application.expires_at,
            now=now,
            why=request.query_params.get("why", ""),
            entered=defaultdict(str, entered.form),
            wrong=wrong,
            errors=defaultdict(str, wrong),
            remedy=_remedy(language, name, said.remedy, refusal) if said and refusal else "",
            # What a party that was down kept from happening is asked again under the same name.
            key=entered.form[KEY] if isinstance(refusal, Unavailable) and KEY in entered.form else new_key(),
            **facts,
        )

    def gone(self, request: Request, refusal: Refusal) -> Response:
        """Nothing goes on in this browser: where to begin again, and what became of what was begun."""
        state = "expired" if isinstance(refusal, ApplicationExpired) else "lost"
        name = request.cookies.get(COOKIE, "")
        if request.method == "GET" and (COOKIE not in request.cookies or outcome.has_issued(name, self.desk)):
            return RedirectResponse(HOME, 303) if request.url.path != HOME else self.begin(request)
        return self.begin(request, state, problems.status(refusal))

    def begin(self, request: Request, state: str = "", status: int = 200) -> Response:
        """What to have at hand before the first step."""
        return self.pages.page(request, "issue_start", status, state=state, key=new_key())

    def proven(self, request: Request, application: Application, step: Step) -> Response:
        """A step that is done: what was proven and until when that holds. Nothing can be changed here."""
        proof = steps.proof(application, step)
        shown = pairs(self.pages.view(request).language, application, step)
        facts = {"until": proof.until if proof else None, "pairs": shown, "on": self.after(application)}
        return self.page(request, application, step, Entered(), name="proven", **facts)

    def _seven(self, language: str, application: Application) -> list[tuple[str, str]]:
        now = self.desk.clock.now()
        return [
            (say(language, f"steps.{step.value}"), "done" if steps.holds(application, step, now) else "waiting")
            for step in SEVEN
        ]


def _remedy(language: str, name: str, remedy: str, refusal: Refusal) -> str:
    """The page's own way out where it has one."""
    own = f"issue_{name}.{refusal.code}_remedy"
    return say(language, own) if own in sentences(language) else remedy
