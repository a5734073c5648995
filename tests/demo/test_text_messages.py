from typing import Any

import pytest

from tests.demo.conftest import Bank


def order(number: str, text: str = "[한빛은행] 확인번호 123456") -> dict[str, Any]:
    return {"number": number, "text": text, "purpose": "login"}


def test_a_text_reaches_the_inbox_of_its_number(bank: Bank) -> None:
    phone, other = (bank.customer()["phone"] for _ in range(2))
    message_id = bank.ask("/text-messages", order(phone))["message_id"]
    assert bank.get(f"/text-messages/{message_id}") == {"state": "delivered", "reason": ""}
    (message,) = bank.anyone.get(f"/phones/{phone}/messages").json()["messages"]
    assert (message["text"], message["purpose"]) == ("[한빛은행] 확인번호 123456", "login")
    assert bank.anyone.get(f"/phones/{other}/messages").json() == {"messages": []}


def test_a_number_that_nobody_has_is_undelivered_with_a_reason(bank: Bank) -> None:
    message_id = bank.ask("/text-messages", order("010-9999-9999"))["message_id"]
    assert bank.get(f"/text-messages/{message_id}") == {"state": "undelivered", "reason": "number_unknown"}


@pytest.mark.parametrize("text", ["", "가" * 71, "🙂" * 36])
def test_a_text_has_at_most_seventy_ucs2_characters(bank: Bank, text: str) -> None:
    phone = bank.customer()["phone"]
    assert bank.refused("/text-messages", order(phone, text))["field"] == "text"
    assert bank.anyone.get(f"/phones/{phone}/messages").json() == {"messages": []}


def test_seventy_characters_fit(bank: Bank) -> None:
    bank.ask("/text-messages", order(bank.customer()["phone"], "가" * 70))
