"""The shared vectors of transactions, read by Python."""

import json
from typing import Any, Final

import pytest

from dojang.pin.encoding import b64, unb64
from dojang.refusals import TransactionRefused
from dojang.signing.attributes import signed_attributes
from dojang.signing.what_is_signed import Transaction, display_of
from tests.vectors.make_pin_protocol import FILE

FILED: Final[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["transactions"]


@pytest.mark.parametrize("purpose", ["login", "transfer", "revocation"])
def test_a_transaction_is_read_shown_and_signed_as_filed(purpose: str) -> None:
    filed = FILED[purpose]
    transaction = Transaction.parse(filed["bytes"].encode())
    assert b64(transaction.hash()) == filed["th"]
    shown = display_of(transaction, [unb64(content) for content in filed["contents"]])
    assert [list(pair) for pair in shown] == filed["display"]
    assert [b64(signed_attributes(transaction, item)) for item in transaction.items] == filed["signed_attributes"]


@pytest.mark.parametrize("text", FILED["refused"], ids=range(len(FILED["refused"])))
def test_what_is_no_transaction_is_refused(text: str) -> None:
    with pytest.raises(TransactionRefused):
        Transaction.parse(text.encode())


@pytest.mark.parametrize("case", FILED["refused_contents"], ids=lambda case: case["why"])
def test_content_that_is_not_what_the_transaction_shows_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(TransactionRefused):
        display_of(Transaction.parse(case["bytes"].encode()), [unb64(content) for content in case["contents"]])
