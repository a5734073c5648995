"""What somebody types for a transfer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojang.demo.bank.site.order_form import FIELDS, Wrong, read
from tests.demo.walking import order_form

BALANCE = 10_000_000


def wrong(**changes: str) -> tuple[Wrong, ...]:
    return read(order_form(**changes), BALANCE).wrong


@pytest.mark.parametrize("amount", ["1500000", "1,500,000", " 1 500 000 ", "1,500,000원", "１５０００００"])
@pytest.mark.parametrize("account", ["110-123-456789", "110 - 123 - 456789", "１１０-123-456789", "110.123.456789"])
def test_spaces_commas_and_width_are_forgiven(amount: str, account: str) -> None:
    found = read(order_form(amount=amount, account=account, payee="  김도장 "), BALANCE).order
    assert found is not None
    assert (found.payee, found.account, found.amount) == ("김도장", "110-123-456789", 1_500_000)


@pytest.mark.parametrize(
    ("field", "typed", "name"),
    [
        ("payee", "", "payee_missing"),
        ("payee", "   ", "payee_missing"),
        ("payee", "x" * 101, "payee_refused"),
        ("bank", "", "bank_missing"),
        ("bank", "어떤은행", "bank_missing"),
        ("account", "", "account_refused"),
        ("account", "x", "account_refused"),
        ("account", "-10-123-456789", "account_refused"),
        ("account", "1" * 32, "account_refused"),
        ("amount", "", "amount_missing"),
        ("amount", "원", "amount_missing"),
        ("amount", "0", "amount_refused"),
        ("amount", "-1", "amount_refused"),
        ("amount", "1.5", "amount_refused"),
        ("amount", "1e3", "amount_refused"),
        ("amount", "백만", "amount_refused"),
        ("amount", "①x", "amount_refused"),
        ("amount", "1" + "0" * 15, "amount_refused"),
        ("amount", "1,000,000,000,001", "amount_refused"),
        ("amount", "10,000,001", "amount_too_much"),
    ],
)
def test_what_is_wrong_is_named_at_its_field(field: str, typed: str, name: str) -> None:
    assert wrong(**{field: typed}) == (Wrong(field, name),)


def test_every_wrong_field_is_named_at_once_in_the_order_of_the_form() -> None:
    assert [one.field for one in read({}, BALANCE).wrong] == list(FIELDS)


@given(st.fixed_dictionaries({name: st.text(max_size=120) for name in FIELDS}))
def test_whatever_is_typed_there_is_an_order_or_a_reason(form: dict[str, str]) -> None:
    found = read(form, BALANCE)
    assert (found.order is None) == bool(found.wrong)
