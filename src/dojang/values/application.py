"""An application for a certificate, with what has been proven so far and when."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from pydantic import ConfigDict


class HolderKind(StrEnum):
    """Who may hold the certificate."""

    PERSONAL = "personal"


class Step(StrEnum):
    """The seven steps in their order, then the PIN, then the certificate."""

    HOME = "home"
    CENTER = "center"
    TERMS = "terms"
    IDENTITY = "identity"
    CALL = "call"
    MEDIUM = "medium"
    DETAILS = "details"
    PIN = "pin"
    ISSUED = "issued"


class Route(StrEnum):
    """How the call reaches the customer: at home, or abroad."""

    ARS = "ars"
    OVERSEAS = "overseas"


class PhoneKind(StrEnum):
    """What kind of number the bank has registered."""

    MOBILE = "mobile"
    LAND = "land"
    OVERSEAS = "overseas"


class Medium(StrEnum):
    """The security media of step six."""

    SECURITY_CARD = "security_card"
    ONE_TIME_CODE = "one_time_code"
    MOBILE_CONFIRM = "mobile_confirm"


@dataclass(frozen=True, slots=True)
class Consent:
    """What was said to one item of the terms, and the SHA-256 (hex) of the text that was shown."""

    item: str
    version: int
    text_sha256: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class RegisteredPhone:
    """A number that the bank has registered; `ref` is the bank's name for it."""

    ref: str
    kind: PhoneKind
    masked: str


@dataclass(frozen=True, slots=True)
class BankCustomer:
    """What core banking answers to a right user id and resident number. `mobile_key`: SPKI of the registered phone."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    customer_number: str
    name: str = field(repr=False)
    birth_date: str = field(repr=False)  # YYYY-MM-DD
    phones: tuple[RegisteredPhone, ...]
    media: tuple[Medium, ...]
    mobile_key: bytes = field(repr=False)
    exposed: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """Step four, proven."""

    customer: BankCustomer
    at: int


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """A call meant to be placed; `call_id` is empty until the bank has taken it."""

    route: Route
    phone: RegisteredPhone
    digits: str = field(repr=False)
    request: str
    expires_at: int
    call_id: str = ""
    state: str = "calling"
    tries_left: int = 0


@dataclass(frozen=True, slots=True)
class CallProof:
    """Step five, proven."""

    route: Route
    at: int


@dataclass(frozen=True, slots=True)
class AskedApproval:
    """An approval meant to be asked of the registered phone; `approval_id` is empty until the bank has taken it."""

    text: str = field(repr=False)
    comparison_code: str
    request: str
    expires_at: int
    approval_id: str = ""


@dataclass(frozen=True, slots=True)
class MediumProof:
    """Step six, proven."""

    medium: Medium
    at: int


@dataclass(frozen=True, slots=True)
class Details:
    """Step seven: what the customer typed, found equal to the bank's record."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    birth_date: str = field(repr=False)
    at: int


@dataclass(frozen=True, slots=True)
class ApplicationForm:
    """What somebody who arrives asks for; `session` is the SHA-256 (hex) of the browser's session token."""

    holder_kind: HolderKind
    session: str


@dataclass(frozen=True, slots=True)
class Application:
    """Only `proofing.application` makes and changes one."""

    id: str
    holder_kind: HolderKind
    session: str
    started_at: int
    expires_at: int
    consents: tuple[Consent, ...] = ()
    agreed_at: int = 0
    identity: Identity | None = None
    placed_call: PlacedCall | None = None
    call: CallProof | None = None
    asked_approval: AskedApproval | None = None
    medium: MediumProof | None = None
    details: Details | None = None
    serial: str = ""
