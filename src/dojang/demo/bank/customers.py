"""Fictional customers, born before 1900, with all that a person brings: numbers, telephones, media, an account."""

import base64
import random
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import Field
from sqlalchemy import Connection, func, insert, select

from dojang.demo.bank.core_banking import Medium
from dojang.demo.bank.desk import Desk, new_id
from dojang.demo.bank.tables import accounts, customers, otp_devices, phones, security_card_codes, security_cards
from dojang.policy.numbers import NUMBERS
from dojang.refusals import NotFound
from dojang.serving.bodies import Body

_NAMES: Final = ("홍길동", "성춘향", "이몽룡", "심청", "임꺽정", "장길산", "전우치", "황진이")
_OLDEST: Final = date(1850, 1, 1)
_YOUNGEST: Final = date(1899, 12, 31)
_OPENING_BALANCE: Final = 10_000_000
_MEDIA: Final[list[Medium]] = ["security_card", "one_time_code", "mobile_confirm"]


class CustomerWish(Body):
    """What the fictional person is like."""

    departure: Literal["OUT", "IN", "UNKNOWN"] = "IN"
    media: Annotated[list[Medium], Field(max_length=3)] = _MEDIA
    exposed: bool = False


class FictionalCustomer(Body):
    """Everything of a person who does not exist, so that somebody can play them. `card`: 35 codes, position 1 first."""

    customer_number: str
    user_id: str
    rrn: str
    name: str
    birth_date: str
    phone: str
    land_phone: str
    overseas_phone: str
    card_serial: str
    card: list[str]
    otp_seed: str
    account: str
    balance: int


def create(connection: Connection, desk: Desk, wish: CustomerWish) -> FictionalCustomer:
    """A new customer whose numbers nobody else has. A medium that they do not own is empty."""
    index = (connection.scalar(select(func.count()).select_from(customers)) or 0) + 1
    customer = _invent(desk.chance, index, wish)
    connection.execute(
        insert(customers).values(
            customer_number=customer.customer_number,
            user_id=customer.user_id,
            name=customer.name,
            birth_date=customer.birth_date,
            resident_number=customer.rrn.replace("-", ""),
            exposed=wish.exposed,
            departure=wish.departure,
        )
    )
    _keep_phones(connection, customer, wish)
    _keep_media(connection, customer)
    connection.execute(
        insert(accounts).values(
            number=customer.account, customer_number=customer.customer_number, balance=customer.balance
        )
    )
    return customer


def again(connection: Connection, user_id: str) -> FictionalCustomer:
    """The customer of that user ID as they were created, with today's balance. Raises `NotFound`."""
    row = connection.execute(
        select(customers, accounts.c.number, accounts.c.balance)
        .join_from(customers, accounts)
        .where(customers.c.user_id == user_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    owner = row.customer_number
    line = row.number.removeprefix("110-")
    codes = select(security_card_codes.c.code).where(security_card_codes.c.customer_number == owner)
    serial = select(security_cards.c.serial).where(security_cards.c.customer_number == owner)
    return FictionalCustomer(
        customer_number=owner,
        user_id=user_id,
        rrn=f"{row.resident_number[:6]}-{row.resident_number[6:]}",
        name=row.name,
        birth_date=row.birth_date,
        phone=f"010-{line}",
        land_phone=f"02-{line}",
        overseas_phone=f"+1-555-{line}",
        card_serial=connection.scalar(serial) or "",
        card=list(connection.scalars(codes.order_by(security_card_codes.c.position))),
        otp_seed=connection.scalar(select(otp_devices.c.seed).where(otp_devices.c.customer_number == owner)) or "",
        account=row.number,
        balance=row.balance,
    )


def has_mobile_key(connection: Connection, customer_number: str) -> bool:
    """Whether the customer's mobile can approve."""
    keys = select(phones.c.private_key).where(phones.c.customer_number == customer_number)
    return any(key is not None for key in connection.scalars(keys))


def resident_number(birth: date, serial: int, *, woman: bool) -> str:
    """YYMMDD-GNNNNNN. G is 9 for men and 0 for women born in 18xx; the last digits are no checksum since 2020."""
    return f"{birth:%y%m%d}-{0 if woman else 9}{serial:06d}"


def _invent(chance: random.Random, index: int, wish: CustomerWish) -> FictionalCustomer:
    birth = _OLDEST + timedelta(days=chance.randrange((_YOUNGEST - _OLDEST).days + 1))
    line = f"{index // 10_000:04d}-{index % 10_000:04d}"
    has_card, has_otp = "security_card" in wish.media, "one_time_code" in wish.media
    return FictionalCustomer(
        customer_number=f"{1_000_000_000 + index}",
        user_id=f"hanbit{index:04d}",
        rrn=resident_number(birth, index % 1_000_000, woman=chance.random() < 0.5),
        name=_NAMES[(index - 1) % len(_NAMES)],
        birth_date=birth.isoformat(),
        phone=f"010-{line}",
        land_phone=f"02-{line}",
        overseas_phone=f"+1-555-{line}",
        card_serial=f"{chance.randrange(10**8):08d}" if has_card else "",
        card=[f"{chance.randrange(10_000):04d}" for _ in range(NUMBERS.security_card.positions if has_card else 0)],
        otp_seed=base64.b32encode(chance.randbytes(20)).decode() if has_otp else "",
        account=f"110-{line}",
        balance=_OPENING_BALANCE,
    )


def _keep_phones(connection: Connection, customer: FictionalCustomer, wish: CustomerWish) -> None:
    numbers = {"mobile": customer.phone, "land": customer.land_phone, "overseas": customer.overseas_phone}
    rows: list[dict[str, Any]] = [
        {
            "ref": new_id(),
            "customer_number": customer.customer_number,
            "kind": kind,
            "number": number.replace("-", ""),
            "private_key": _new_key() if kind == "mobile" and "mobile_confirm" in wish.media else None,
        }
        for kind, number in numbers.items()
    ]
    connection.execute(insert(phones), rows)


def _keep_media(connection: Connection, customer: FictionalCustomer) -> None:
    owner = {"customer_number": customer.customer_number}
    if customer.card:
        connection.execute(insert(security_cards).values(serial=customer.card_serial, **owner))
        codes = [{**owner, "position": position, "code": code} for position, code in enumerate(customer.card, 1)]
        connection.execute(insert(security_card_codes), codes)
    if customer.otp_seed:
        connection.execute(insert(otp_devices).values(seed=customer.otp_seed, **owner))


def _new_key() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
