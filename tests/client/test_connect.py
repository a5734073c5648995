"""A browser that the customer connects is known from then on, at the centre and at every guard; no other one is."""

import json
from typing import Any

import pytest

from dojang.refusals import ConnectFirst, GaveUp
from tests.client.world import PIN, WRONG, Pad, World, enrolled, transfer

OPEN, STATEMENT = "/v1/transactions/open", "/v1/versions/statement"
ATTEMPTS, CONFIRM, ACTIVATE = "/v1/attempts", "/v1/confirm", "/v1/transactions/activate"


def sent(world: World, path: str) -> list[dict[str, Any]]:
    return [json.loads(body) for body in world.wire.sent(path)]


def test_a_browser_that_nobody_connected_says_nothing_of_itself(world: World) -> None:
    holder, customer = enrolled(world)
    holder.use(world.center.ask(customer, transfer()), Pad(WRONG, PIN))
    holder.close()
    assert {name for body in sent(world, OPEN) for name in body} == {"code"}
    assert sent(world, STATEMENT)[0]["device_key"] == ""
    assert not [body for body in sent(world, ATTEMPTS) if "device_proof" in body]
    assert not [body for path in (CONFIRM, ACTIVATE) for body in sent(world, path) if "device" in body]


def test_the_centre_sends_an_unknown_browser_back_for_a_text_message(world: World) -> None:
    holder, customer = enrolled(world)
    pad = Pad(PIN)
    with pytest.raises(ConnectFirst):
        holder.use(world.center.ask(customer, transfer(), known_only=True), pad)
    assert not pad.shown
    assert not sent(world, ATTEMPTS)


def test_a_customer_who_gives_up_has_not_connected(world: World) -> None:
    holder, customer = enrolled(world)
    with pytest.raises(GaveUp):
        holder.use(world.center.ask(customer, transfer(), connect=True), Pad())
    holder.use(world.center.ask(customer, transfer()), Pad(PIN))
    assert {name for body in sent(world, OPEN) for name in body} == {"code"}
