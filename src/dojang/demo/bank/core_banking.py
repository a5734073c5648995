"""Core banking's answers to the centre: who this is, and where they are."""

import unicodedata
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import Connection, select

from dojang.demo.bank import phones, proofs, resident_numbers
from dojang.demo.bank.desk import Desk
from dojang.demo.bank.proofs import Kind
from dojang.demo.bank.tables import customers, otp_devices, security_cards
from dojang.refusals import DetailsNotMatched, IdentityNotMatched
from dojang.serving.bodies import B64, Body, Bytes32

ApplicationId = Annotated[str, Field(min_length=1, max_length=64)]
CustomerNumber = Annotated[str, Field(min_length=1, max_length=20)]
Medium = Literal["security_card", "one_time_code", "mobile_confirm"]


class SealingKey(Body):
    """HPKE: X25519, HKDF-SHA256, AES-256-GCM; info = the resident number label and the application's id."""

    key_id: str
    public_key: Bytes32


class IdentityQuestion(Body):
    """`sealed_rrn` = enc(32) || ciphertext of the 13 digits YYMMDDGNNNNNN."""

    application: ApplicationId
    user_id: Annotated[str, Field(min_length=1, max_length=64)]
    sealed_rrn: Annotated[B64, Field(max_length=256)]


class RegisteredPhone(Body):
    """A number to call, named by `ref` and never by itself."""

    ref: str
    kind: phones.PhoneKind
    masked: str


class Identity(Body):
    """The customer as the bank knows them. `mobile_key`: the phone's P-256 key (SubjectPublicKeyInfo) or empty."""

    customer_number: str
    name: str
    birth_date: str
    phones: list[RegisteredPhone]
    media: list[Medium]
    mobile_key: B64
    exposed: bool


class DetailsQuestion(Body):
    """As the customer typed them."""

    application: ApplicationId
    customer_number: CustomerNumber
    name: Annotated[str, Field(min_length=1, max_length=200)]
    phone: Annotated[str, Field(min_length=1, max_length=40)]
    birth_date: Annotated[str, Field(min_length=1, max_length=20)]


class CustomerQuestion(Body):
    """About one customer, for one application."""

    application: ApplicationId
    customer_number: CustomerNumber


class Departure(Body):
    """Records lag by days: UNKNOWN is not IN."""

    state: Literal["OUT", "IN", "UNKNOWN"]


class Nothing(Body):
    """Yes, and nothing else to say."""


def sealing_key(desk: Desk) -> SealingKey:
    """The key resident numbers are sealed to."""
    key_id, public = desk.keys.sealing_key()
    return SealingKey(key_id=key_id, public_key=public)


def match_identity(connection: Connection, desk: Desk, question: IdentityQuestion) -> Identity:
    """The customer whose user ID and resident number both match. Raises `IdentityNotMatched`, whatever was wrong.

    The match is a proof for the application, but not for an exposed person (개인정보노출자): only a branch serves them.
    """
    number = resident_numbers.opened(desk.keys.resident_number, question.application, question.sealed_rrn)
    row = connection.execute(select(customers).where(customers.c.user_id == question.user_id)).one_or_none()
    if not resident_numbers.same(number, "0" * 13 if row is None else row.resident_number) or row is None:
        raise IdentityNotMatched
    if not row.exposed:
        proofs.record(connection, question.application, row.customer_number, Kind.IDENTITY, desk.now())
    mobile_key = phones.mobile_key(connection, row.customer_number)
    return Identity(
        customer_number=row.customer_number,
        name=row.name,
        birth_date=row.birth_date,
        phones=[
            RegisteredPhone(ref=phone.ref, kind=phone.kind, masked=phones.masked(phone.number))
            for phone in phones.registered(connection, row.customer_number)
        ],
        media=_media(connection, row.customer_number, mobile_key),
        mobile_key=mobile_key,
        exposed=bool(row.exposed),
    )


def match_details(connection: Connection, desk: Desk, question: DetailsQuestion) -> Nothing:
    """Name, mobile number and birth date equal the bank's record. Raises `DetailsNotMatched`, whatever was wrong."""
    proofs.require_identity(connection, question.application, question.customer_number)
    row = connection.execute(select(customers).where(customers.c.customer_number == question.customer_number)).one()
    numbers = {p.number for p in phones.registered(connection, question.customer_number) if p.kind == "mobile"}
    if not (
        same_name(question.name, row.name)
        and phones.plain(question.phone) in numbers
        and question.birth_date == row.birth_date
    ):
        raise DetailsNotMatched
    proofs.record(connection, question.application, question.customer_number, Kind.DETAILS, desk.now())
    return Nothing()


def departure(connection: Connection, desk: Desk, question: CustomerQuestion) -> Departure:
    """Where the (practice) departure record says the customer is; OUT is a proof for the application."""
    proofs.require_identity(connection, question.application, question.customer_number)
    state = connection.execute(
        select(customers.c.departure).where(customers.c.customer_number == question.customer_number)
    ).scalar_one()
    if state == "OUT":
        proofs.record(connection, question.application, question.customer_number, Kind.DEPARTURE, desk.now())
    return Departure(state=state)


def same_name(left: str, right: str) -> bool:
    """Equal up to Unicode form, case, spaces and the order of words."""
    one, two = (unicodedata.normalize("NFC", name).casefold().split() for name in (left, right))
    return "".join(one) == "".join(two) or sorted(one) == sorted(two)


def _media(connection: Connection, customer_number: str, mobile_key: bytes) -> list[Medium]:
    media: list[Medium] = []
    if connection.scalar(select(security_cards.c.serial).where(security_cards.c.customer_number == customer_number)):
        media.append("security_card")
    if connection.scalar(select(otp_devices.c.seed).where(otp_devices.c.customer_number == customer_number)):
        media.append("one_time_code")
    if mobile_key:
        media.append("mobile_confirm")
    return media
