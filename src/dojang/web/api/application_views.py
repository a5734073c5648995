"""What the application API takes and gives."""

from typing import Annotated, Literal, Self

from pydantic import Field

from dojang.policy.numbers import NUMBERS
from dojang.proofing import application as steps
from dojang.serving.bodies import B64, Body, Count, Seconds
from dojang.values.application import Application, HolderKind, PlacedCall, RegisteredPhone, Step

Name = Annotated[str, Field(min_length=1, max_length=200)]
TwoDigits = Annotated[str, Field(pattern=r"^[0-9]{2}$")]


class Nothing(Body):
    """An empty object."""


class StartForm(Body):
    """`connect`: the customer wants to stay connected in this browser."""

    connect: bool = False


class ApplicationForm(Body):
    """Who applies."""

    holder_kind: Literal["personal"]


class ConsentForm(Body):
    """The answer to one item, naming the text that was shown."""

    item: Annotated[str, Field(max_length=64)]
    version: Count
    text_sha256: Annotated[str, Field(max_length=64)]
    agreed: bool


class ConsentsForm(Body):
    """Step three."""

    consents: Annotated[list[ConsentForm], Field(max_length=32)]


class IdentityForm(Body):
    """Step four: `sealed_rrn` = HPKE enc(32) || ciphertext, for core banking alone."""

    user_id: Annotated[str, Field(min_length=1, max_length=64)]
    sealed_rrn: Annotated[B64, Field(max_length=256)]


class CallForm(Body):
    """Step five: `phone` is the index among the application's phones."""

    route: Literal["ars", "overseas"]
    phone: Annotated[int, Field(ge=0, lt=100)]


class CardForm(Body):
    """Step six by security card."""

    first: TwoDigits
    second: TwoDigits


class OneTimeCodeForm(Body):
    """Step six by OTP."""

    code: Annotated[str, Field(pattern=rf"^[0-9]{{{NUMBERS.one_time_code.digits}}}$")]


class DetailsForm(Body):
    """Step seven."""

    name: Name
    phone: Annotated[str, Field(min_length=1, max_length=40)]
    birth_date: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class StepView(Body):
    """One of the seven: done, current, waiting, or expired (it was done and has lapsed)."""

    name: str
    state: Literal["done", "current", "waiting", "expired"]
    proven_at: Seconds | None
    expires_at: Seconds | None

    @classmethod
    def of(cls, application: Application, step: Step, now: int) -> Self:
        """As it stands now."""
        found, holds = steps.proof(application, step), steps.holds(application, step, now)
        state: Literal["done", "current", "waiting", "expired"] = "waiting"
        if holds or application.serial:
            state = "done"
        elif found is not None:
            state = "expired"
        elif steps.expected(application, now) is step:
            state = "current"
        return cls(
            name=step.value,
            state=state,
            proven_at=None if found is None else found.at,
            expires_at=None if found is None else found.until,
        )


class PhoneView(Body):
    """A registered phone, masked."""

    index: Count
    kind: Literal["mobile", "land", "overseas"]
    masked: str

    @classmethod
    def of(cls, index: int, phone: RegisteredPhone) -> Self:
        """As it may be shown."""
        return cls(index=index, kind=phone.kind.value, masked=phone.masked)


class CallView(Body):
    """The call under way: calling, answered, wrong_key, busy, no_answer, hung_up, ended, expired; or passed."""

    state: str
    masked_number: str
    tries_left: Count
    expires_at: Seconds


class ApplicationView(Body):
    """Where the application stands. `step` is what is expected next."""

    id: str
    holder_kind: HolderKind
    step: str
    steps: list[StepView]
    expires_at: Seconds
    phones: list[PhoneView]
    media: list[str]
    call: CallView | None

    @classmethod
    def of(cls, application: Application, now: int) -> Self:
        """As the application's own browser may see it."""
        customer = None if application.identity is None else application.identity.customer
        seven = (*steps.TICKED_ON_ARRIVAL, *steps.PROVEN_HERE)
        return cls(
            id=application.id,
            holder_kind=application.holder_kind,
            step=steps.expected(application, now).value,
            steps=[StepView.of(application, step, now) for step in seven],
            expires_at=application.expires_at,
            phones=[] if customer is None else [PhoneView.of(i, p) for i, p in enumerate(customer.phones)],
            media=[] if customer is None else [medium.value for medium in customer.media],
            call=_call(application, now),
        )


def _call(application: Application, now: int) -> CallView | None:
    placed = application.placed_call
    if placed is None:
        return None
    state = "expired" if now >= placed.expires_at else placed.state
    return CallView(
        state=state,
        masked_number=placed.phone.masked,
        tries_left=placed.tries_left,
        expires_at=placed.expires_at,
    )


class CallAnswer(Body):
    """What the screen shows while the phone rings."""

    number_to_press: str
    expires_at: Seconds
    masked_number: str

    @classmethod
    def of(cls, call: PlacedCall) -> Self:
        """The number goes to the application's own browser alone."""
        return cls(number_to_press=call.digits, expires_at=call.expires_at, masked_number=call.phone.masked)


class SealingKeyView(Body):
    """HPKE: X25519, HKDF-SHA256, AES-256-GCM; info = the resident number label and the application's id."""

    key_id: str
    public_key: B64


class CardQuestionView(Body):
    """First two digits of one position, last two of the other."""

    serial_masked: str
    first_position: Count
    second_position: Count


class ApprovalView(Body):
    """What the phone shows, to be compared."""

    approval_id: str
    comparison_code: str
    text: str
    expires_at: Seconds


class PinVisit(Body):
    """Where the PIN is chosen: `pin_url` carries the one-time `code` in its fragment."""

    pin_url: str
    code: str


class TermsItemView(Body):
    """One item of consent in one language."""

    item: str
    version: Count
    required: bool
    text_sha256: str
    title: str
    text: str


class TermsView(Body):
    """Every item, in the order to show them."""

    items: list[TermsItemView]


class CertificateView(Body):
    """What was issued. `policy`: its certificate policy's OID."""

    holder_masked: str
    serial: str
    not_before: Seconds
    not_after: Seconds
    policy: str
    certificate: B64
    chain: list[B64]
