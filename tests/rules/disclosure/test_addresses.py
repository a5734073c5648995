"""Where a customer may be sent back to, and with what."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from dojang.disclosure.addresses import is_way_back, with_answer
from tests.rules.disclosure.clients import bank

BELOW = "http://bank.localhost:8000/transfers/"


@pytest.mark.parametrize("address", [BELOW, BELOW + "1/return", BELOW + "1?lang=ko&x=..", BELOW + "a.b/..c"])
def test_what_lies_below_a_registered_address_is_a_way_back(address: str) -> None:
    assert is_way_back(bank().party, address)


FORGED = {
    "another host": "http://bank.localhost:8000.evil.example/transfers/1",
    "another path": "http://bank.localhost:8000/login/callback",
    "the prefix without its end": "http://bank.localhost:8000/transfers",
    "the folder above": BELOW + "../login/callback",
    "the folder above at the end": BELOW + "..",
    "this folder": BELOW + "./x",
    "the folder above in other words": BELOW + "%2e%2e/login",
    "the folder above, turned": BELOW + "..\\login",
    "a fragment": BELOW + "1#code=x",
    "a line": BELOW + "1\r\nSet-Cookie: a=b",
    "a tab": BELOW + ".\t./x",
    "a space": BELOW + "1 2",
    "not ASCII": BELOW + "한",
    "nothing": "",
}


@pytest.mark.parametrize("address", FORGED.values(), ids=FORGED)
def test_what_a_browser_could_read_as_another_place_is_none(address: str) -> None:
    assert not is_way_back(bank().party, address)


@pytest.mark.parametrize(
    ("address", "before"), [("https://a.example/b", []), ("https://a.example/b?c=d", [("c", "d")])]
)
def test_an_answer_joins_what_the_address_asks_already(address: str, before: list[tuple[str, str]]) -> None:
    answer = {"code": "x&y=z", "state": "한 #"}
    sent = urlsplit(with_answer(address, answer))
    assert parse_qsl(sent.query) == [*before, *answer.items()]
    assert sent.fragment == ""
