"""What somebody typed for a transfer, read forgivingly, and every wrong field named with its words."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from dojang.demo.bank.transfers import OWN_NAMES, TransferOrder

FIELDS: Final = ("payee", "bank", "account", "amount")
# Invented ones, as an order names them.
BANKS: Final = (OWN_NAMES[0], "가상은행", "연습은행")
MOST: Final = 1_000_000_000_000


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field, and the name of what is said about it."""

    field: str
    name: str


@dataclass(frozen=True, slots=True)
class Read:
    """The order, or what is wrong with each field; never both."""

    order: TransferOrder | None
    wrong: tuple[Wrong, ...]


def read(form: dict[str, str], balance: int) -> Read:
    """Width, spaces and commas are forgiven; what cannot be paid or shown is not."""
    typed = {name: unicodedata.normalize("NFKC", form.get(name, "")).strip() for name in FIELDS}
    amount = re.sub(r"[\s,]|원$", "", typed["amount"])
    number = int(amount) if re.fullmatch("[0-9]{1,15}", amount) else 0
    account = re.sub(r"[\s–—.]", "-", re.sub(r"\s+", "", typed["account"]))
    wrong = [
        *([Wrong("payee", "payee_missing")] if not typed["payee"] else []),
        *([Wrong("payee", "payee_refused")] if len(typed["payee"]) > 100 else []),
        *([Wrong("bank", "bank_missing")] if typed["bank"] not in BANKS else []),
        *([Wrong("account", "account_refused")] if not re.fullmatch("[0-9][0-9-]{5,30}", account) else []),
        *_amount(amount, number, balance),
    ]
    if wrong:
        return Read(None, tuple(wrong))
    values: dict[str, Any] = {"payee": typed["payee"], "bank": typed["bank"], "account": account, "amount": number}
    try:
        return Read(TransferOrder(**values), ())
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        return Read(None, (Wrong(field, f"{field}_refused"),))


def _amount(typed: str, number: int, balance: int) -> list[Wrong]:
    if not typed:
        return [Wrong("amount", "amount_missing")]
    if not 0 < number <= MOST:
        return [Wrong("amount", "amount_refused")]
    return [Wrong("amount", "amount_too_much")] if number > balance else []
