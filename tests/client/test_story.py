"""The whole story, with real guards and a real vault."""

from dojang.client.verifier.receipt import verify_receipt
from tests.client.world import NAME, PAIRS, PIN, WRONG, Pad, World, enrolled, transfer


def test_a_customer_enrols_logs_in_and_signs_a_transfer(world: World) -> None:
    holder, customer = enrolled(world)
    pad = Pad(PIN, PIN)
    holder.use(world.center.ask(customer), pad)
    used = holder.use(world.center.ask(customer, transfer()), pad)
    assert [shown.purpose for shown in pad.shown] == ["login", "transfer"]
    assert pad.shown[1].pairs == PAIRS
    assert pad.shown[1].holder == NAME
    assert verify_receipt(used.receipt, world.anchors, "transfer").txn


def test_a_wrong_pin_costs_a_try_and_the_right_one_then_works(world: World) -> None:
    holder, customer = enrolled(world)
    pad = Pad(WRONG, WRONG, PIN)
    holder.use(world.center.ask(customer), pad)
    assert [shown.tries_left for shown in pad.shown] == [None, 4, 4]
