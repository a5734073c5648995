"""The customers whom somebody finds in a fresh bank: one with everything, one abroad, one with an OTP alone."""

from typing import Final

from sqlalchemy import func, select

from dojang.demo.bank import customers
from dojang.demo.bank.customers import CustomerWish
from dojang.demo.bank.desk import Desk
from dojang.demo.bank.tables import customers as table

_WISHES: Final = (
    CustomerWish(),
    CustomerWish(departure="OUT"),
    CustomerWish(media=["one_time_code"]),
)


def introduce(desk: Desk) -> None:
    """They are there, unless anybody is already."""
    with desk.database.transaction() as connection:
        if connection.scalar(select(func.count()).select_from(table)):
            return
        for wish in _WISHES:
            customers.create(connection, desk, wish)
