"""A browser that the customer connects is known from then on, at the centre and at every guard; no other one is."""

import json
from typing import Any

import pytest

from dojang.pin import devices, tickets
from dojang.pin.devices import AttemptProof, CentreProof, DeviceAddition
from dojang.pin.encoding import b64, parse_canonical, sha256, unb64
from dojang.pin.record import Record
from dojang.pin.signatures import verify
from dojang.pin.tickets import DeviceRemovalTicket
from dojang.refusals import CodeRefused, ConnectFirst, GaveUp, RecordMismatch, RowFull, WrongPin
from tests.client.test_use import Case, guard_answers
from tests.client.world import CENTER, CONNECT_AT, PIN, ROOM, WRONG, Customer, Pad, World, enrolled, transfer

OPEN, STATEMENT = "/v1/transactions/open", "/v1/versions/statement"
ATTEMPTS, CONFIRM, ACTIVATE = "/v1/attempts", "/v1/confirm", "/v1/transactions/activate"


def connected(world: World, name: str = "holder") -> tuple[Any, Customer]:
    """A holder that was connected while its customer enrolled."""
    holder = world.holder(name)
    code, customer = world.center.new_customer(connect=True)
    holder.enrol(code, lambda _avoid: PIN)
    return holder, customer


def sent(world: World, path: str) -> list[dict[str, Any]]:
    return [json.loads(body) for body in world.wire.sent(path)]


def known_at(world: World) -> dict[str, bool]:
    """What each guard says of the device, from now on, in its replies to attempts."""
    said: dict[str, bool] = {}

    def note(guard_id: str) -> Any:
        def change(body: dict[str, Any]) -> dict[str, Any]:
            if "device_known" in body:
                said[guard_id] = body["device_known"]
            return body

        return change

    for guard in world.anchors.guards:
        world.wire.change[guard.origin, ATTEMPTS] = note(guard.guard_id)
    return said


def use_at(world: World, customer: Customer, *guards: str, connect: bool = False) -> dict[str, bool]:
    """A later use in the same browser, for which only these guards are there; what they say of the device."""
    others = {guard.origin for guard in world.anchors.guards if guard.guard_id not in guards}
    said = known_at(world)
    world.wire.down |= others
    holder = world.holder()
    holder.use(world.center.ask(customer, transfer(), connect=connect), Pad(PIN))
    holder.close()
    world.wire.down -= others
    return said


# ---- a browser that nobody connected


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
    with pytest.raises(ConnectFirst) as refused:
        holder.use(world.center.ask(customer, transfer(), known_only=True), pad)
    assert refused.value.facts == {"return_to": CONNECT_AT}
    assert not pad.shown
    assert not sent(world, ATTEMPTS)


def test_a_customer_who_gives_up_has_not_connected(world: World) -> None:
    holder, customer = enrolled(world)
    with pytest.raises(GaveUp):
        holder.use(world.center.ask(customer, transfer(), connect=True), Pad())
    holder.use(world.center.ask(customer, transfer()), Pad(PIN))
    assert {name for body in sent(world, OPEN) for name in body} == {"code"}


# ---- connecting it


def test_an_enrolment_connects_by_its_statement(world: World) -> None:
    holder, customer = connected(world)
    ((device, key),) = customer.devices.items()
    devices.check_device_key(key)
    noted = json.loads((world.folder / "holder" / "connected_devices.json").read_text())
    assert noted == {b64(customer.uid): b64(device)}
    assert sent(world, STATEMENT)[0]["device_key"] == b64(key)
    said = known_at(world)
    holder.use(world.center.ask(customer, transfer(), known_only=True), Pad(PIN))
    assert len(said) >= 2
    assert all(said.values())


def test_a_use_connects_beside_every_confirm_and_the_activation(world: World) -> None:
    holder, customer = enrolled(world)
    code = world.center.ask(customer, transfer(), connect=True)
    assert holder.use(code, Pad(PIN)).connected
    holder.close()
    confirms, (activated,) = sent(world, CONFIRM), sent(world, ACTIVATE)
    assert len(confirms) == len(world.anchors.guards)
    added = activated["device"]
    assert [body["device"] for body in confirms] == [added] * len(confirms)
    assert set(added) == {"key", "signature"}
    said = DeviceAddition(customer.uid, world.center.asked[code].transaction.hash(), unb64(added["key"]))
    verify(Record.parse(customer.record).authorization_key, unb64(added["signature"]), said.signed())
    for guards in (("guard-1", "guard-2"), ("guard-2", "guard-3")):
        assert set(use_at(world, customer, *guards).values()) == {True}


def test_after_it_the_pin_alone_is_enough(world: World) -> None:
    holder, customer = enrolled(world)
    holder.use(world.center.ask(customer, connect=True), Pad(PIN))
    assert not holder.use(world.center.ask(customer, known_only=True), Pad(PIN)).connected


def test_a_browser_for_which_there_is_no_room_signs_all_the_same_and_is_not_connected(world: World) -> None:
    holder, customer = enrolled(world)
    customer.devices |= {bytes([number]): b"a key" for number in range(ROOM)}
    assert not holder.use(world.center.ask(customer, connect=True), Pad(PIN)).connected
    assert not (world.folder / "holder" / "connected_devices.json").exists()


def test_another_browser_of_hers_stays_unknown(world: World) -> None:
    _, customer = connected(world)
    other = world.holder("another")
    with pytest.raises(ConnectFirst):
        other.use(world.center.ask(customer, known_only=True), Pad(PIN))
    said = known_at(world)
    other.use(world.center.ask(customer), Pad(PIN))
    assert set(said.values()) == {False}


def test_a_browser_has_one_key_for_all_its_customers(world: World) -> None:
    holder, first = connected(world)
    _, second = enrolled(world, "elsewhere", "김하늘")
    holder.use(world.center.ask(second, connect=True), Pad(PIN), lambda _shown: True)
    assert first.devices == second.devices
    for customer in (first, second):
        assert holder.use(world.center.ask(customer, known_only=True), Pad(PIN)).th


# ---- proving it


def test_the_proofs_are_of_this_very_code_and_these_very_attempts(world: World) -> None:
    holder, customer = connected(world)
    (key,) = customer.devices.values()
    code = world.center.ask(customer, transfer())
    holder.use(code, Pad(WRONG, PIN))
    opened = sent(world, OPEN)[-1]
    assert opened["device"] == b64(sha256(key))
    devices.verify(key, unb64(opened["signature"]), CentreProof(unb64(code)).signed())
    attempts = [(origin, json.loads(body)) for origin, path, body in world.wire.seen if path == ATTEMPTS]
    assert len(attempts) >= 4
    for origin, body in attempts:
        guard = next(guard for guard in world.anchors.guards if guard.origin == origin)
        ticket = tickets.open_attempt(body["ticket"], world.ticket_key.public, guard.guard_id, world.clock())
        said = AttemptProof(
            guard.guard_id, customer.uid, body["ver"], unb64(body["th"]), ticket.jti, unb64(body["blinded"])
        )
        assert body["device_proof"]["device"] == b64(sha256(key))
        devices.verify(key, unb64(body["device_proof"]["signature"]), said.signed())


@pytest.mark.parametrize("path", [OPEN, ATTEMPTS, CONFIRM, ACTIVATE])
def test_a_lost_answer_is_asked_for_again_with_the_same_proof(world: World, path: str) -> None:
    """ECDSA signs otherwise each time: what is sent again is what was made before."""
    holder, customer = connected(world)
    world.wire.down = {world.origin("guard-3")}
    place = (CENTER if path in {OPEN, ACTIVATE} else world.origin("guard-1"), path)
    world.wire.lose[place] = 1
    world.wire.seen.clear()
    holder.use(world.center.ask(customer, transfer(), connect=True), Pad(PIN))
    bodies = [body for origin, at, body in world.wire.seen if (origin, at) == place]
    assert len(bodies) == 2
    assert len(set(bodies)) == 1
    assert "device" in str(parse_canonical(bodies[0]))


@pytest.mark.parametrize("code", ["not a code", b64(bytes(31)), ""])
def test_a_code_that_is_none_is_signed_by_no_device(world: World, code: str) -> None:
    holder, _ = connected(world)
    world.wire.seen.clear()
    with pytest.raises(CodeRefused):
        holder.use(code, Pad(PIN))
    assert not world.wire.seen


# ---- where a guard does not know it


def test_a_guard_that_was_down_while_she_connected_is_told_again(world: World) -> None:
    _holder, customer = enrolled(world)
    use_at(world, customer, "guard-1", "guard-2", connect=True)
    assert use_at(world, customer, "guard-2", "guard-3") == {"guard-2": True, "guard-3": False}
    assert "device" in sent(world, CONFIRM)[-1]
    assert use_at(world, customer, "guard-2", "guard-3") == {"guard-2": True, "guard-3": True}
    assert "device" not in sent(world, CONFIRM)[-1]


def test_a_browser_that_was_disconnected_everywhere_does_not_connect_itself_again(world: World) -> None:
    _holder, customer = connected(world)
    (device,) = customer.devices
    for guard in world.anchors.guards:
        ticket = DeviceRemovalTicket(guard.guard_id, customer.uid, device, world.clock() + 60)
        body = {"ticket": tickets.seal(ticket, world.ticket_key)}
        answer = world.call(guard.guard_id, guard.origin).post("/v1/devices/remove", json=body)
        assert answer.status_code == 200
    customer.devices.clear()
    for _ in range(2):
        assert set(use_at(world, customer, "guard-1", "guard-2").values()) == {False}
        assert "device" not in sent(world, CONFIRM)[-1]
    assert not customer.devices


def test_a_customer_who_never_connected_here_is_not_added_by_the_way(world: World) -> None:
    """The browser has a key, which somebody else connected; one lying guard says that it knows it for her too."""
    case = Case(world)
    connected(world)
    place = world.origin("guard-1")
    world.wire.origins[place] = guard_answers(case, "guard-1", device_known=True)
    assert use_at(world, case.customer, "guard-1", "guard-2") == {"guard-1": True, "guard-2": False}
    assert not [body for body in sent(world, CONFIRM) if "device" in body]
    assert not case.customer.devices


# ---- what it changes


def test_a_connected_browser_keeps_its_tries_when_a_stranger_used_up_his(world: World) -> None:
    holder, customer = connected(world)
    stranger, pad = world.holder("stranger"), Pad(*[WRONG] * 9)
    with pytest.raises(WrongPin) as refused:
        stranger.use(world.center.ask(customer, transfer()), pad)
    assert refused.value.facts == {"tries_left": 0}
    assert [shown.tries_left for shown in pad.shown] == [None, 2, 2, 1]
    with pytest.raises(RowFull):
        stranger.use(world.center.ask(customer, transfer()), Pad(PIN))
    assert holder.use(world.center.ask(customer, transfer()), Pad(PIN)).th


def test_her_success_in_the_connected_browser_gives_the_stranger_his_tries_back(world: World) -> None:
    holder, customer = connected(world)
    stranger, pad = world.holder("stranger"), Pad(WRONG, WRONG)
    with pytest.raises(GaveUp):
        stranger.use(world.center.ask(customer, transfer()), pad)
    world.clock.moved = 2  # a confirm clears what was spent before its second
    assert holder.use(world.center.ask(customer, transfer()), Pad(PIN)).foreign >= 1
    holder.close()
    again = Pad(WRONG, PIN)
    world.holder("stranger").use(world.center.ask(customer, transfer()), again)
    assert again.shown[1].tries_left == 2


def test_a_connected_browser_still_asks_before_it_uses_a_certificate_new_to_it(world: World) -> None:
    holder, _ = connected(world)
    _, other = enrolled(world, "the centre", "도둑")
    pad = Pad(PIN)
    with pytest.raises(RecordMismatch):
        holder.use(world.center.ask(other, transfer()), pad)
    assert not pad.shown
