"""The customers' registered telephones. A number is kept as its digits, with a + in front when it is abroad."""

import re
from collections.abc import Sequence
from typing import Any, Literal, get_args

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
)
from sqlalchemy import Connection, Row, select

from dojang.demo.bank.tables import phones
from dojang.refusals import NotFound

PhoneKind = Literal["mobile", "land", "overseas"]


def plain(number: str) -> str:
    """`number` without the spaces, dots and dashes that people put in."""
    return re.sub(r"[\s.()-]", "", number)


def masked(number: str) -> str:
    """010-****-0001, 02-****-0001, +1-***-****-0001: the line and its last four digits."""
    if number.startswith("+"):
        return f"{number[:2]}-***-****-{number[-4:]}"
    return f"{number[: 2 if number.startswith('02') else 3]}-****-{number[-4:]}"


def registered(connection: Connection, customer_number: str) -> Sequence[Row[Any]]:
    """The customer's telephones: mobile, land, overseas."""
    rows = connection.execute(select(phones).where(phones.c.customer_number == customer_number))
    return sorted(rows, key=lambda phone: get_args(PhoneKind).index(phone.kind))


def by_number(connection: Connection, number: str) -> Row[Any]:
    """The telephone of that number. Raises `NotFound`."""
    row = connection.execute(select(phones).where(phones.c.number == plain(number))).one_or_none()
    if row is None:
        raise NotFound
    return row


def mobile_key(connection: Connection, customer_number: str) -> bytes:
    """The public key (SubjectPublicKeyInfo, DER) of the customer's registered mobile, or empty."""
    for phone in registered(connection, customer_number):
        if phone.private_key is not None:
            return public_key(phone.private_key)
    return b""


def signing_key(private_key: bytes) -> ec.EllipticCurvePrivateKey:
    """The phone's P-256 key from its PKCS#8 form."""
    key = load_der_private_key(private_key, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError
    return key


def public_key(private_key: bytes) -> bytes:
    """SubjectPublicKeyInfo, DER."""
    return signing_key(private_key).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
