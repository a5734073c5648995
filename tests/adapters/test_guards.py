"""All guards are asked at once, and each answers for itself."""

import time
from pathlib import Path

import pytest

from dojang.adapters.guards_http import TIMEOUT, HttpGuards
from dojang.pin.messages import NamedKey, Statement
from dojang.pin.signatures import SigningKey
from dojang.pin.signed import Signed
from dojang.pin.tickets import DeviceRemovalTicket, seal
from dojang.refusals import GuardUnavailable, Refusal, StatementRefused, TicketExpired, TicketRefused
from dojang.serving.calls import SignedCalls
from dojang.serving.party import Party
from tests.client.world import World

ALL = ("guard-1", "guard-2", "guard-3")
AK = SigningKey(b"a" * 32)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def guards(world: World, key: SigningKey | None = None) -> HttpGuards:
    parties = {}
    for guard_id in ALL:
        client = world.call(guard_id, world.origin(guard_id))
        if key is not None:
            client.auth = SignedCalls("center", key, guard_id, world.clock)
        parties[guard_id] = Party(client, GuardUnavailable, TIMEOUT, guard_id=guard_id)
    return HttpGuards(parties)


def statement(world: World) -> Signed[Statement]:
    keys = tuple(NamedKey(guard_id, bytes(32)) for guard_id in ALL)
    said = Statement(b"u" * 16, 1, AK.public, bytes(32), world.anchors.guards_hash, "new", keys)
    return Signed(said, AK.sign(said.signed()))


def test_a_statement_that_names_no_staged_key_is_refused_by_every_guard(world: World) -> None:
    answers = guards(world).relay(statement(world), ALL, ())
    assert [type(answers[guard_id]) for guard_id in ALL] == [StatementRefused] * 3


def test_a_guard_that_is_down_is_named_and_the_others_answer(world: World) -> None:
    world.wire.down.add(world.origin("guard-2"))
    answers = guards(world).relay(statement(world), ALL, ())
    down = answers["guard-2"]
    assert isinstance(down, Refusal)
    assert (down.code, down.facts) == ("guard_unavailable", {"guard_id": "guard-2"})
    assert type(answers["guard-1"]) is type(answers["guard-3"]) is StatementRefused


def test_only_the_guards_asked_for_are_asked(world: World) -> None:
    assert set(guards(world).relay(statement(world), ("guard-3",), ())) == {"guard-3"}
    assert len(world.wire.sent("/v1/statements")) == 1


def test_the_guards_are_asked_at_the_same_time(world: World) -> None:
    for guard_id in ALL:
        world.wire.seconds[world.origin(guard_id)] = 0.5
    began = time.monotonic()
    guards(world).relay(statement(world), ALL, ())
    assert time.monotonic() - began < 1.4


def test_a_guard_that_does_not_know_us_is_unavailable(world: World) -> None:
    answers = guards(world, SigningKey(b"\x09" * 32)).relay(statement(world), ALL, ())
    assert [type(answers[guard_id]) for guard_id in ALL] == [GuardUnavailable] * 3


def removal(world: World, guard_id: str, key: SigningKey | None = None, seconds: int = 60) -> str:
    return seal(DeviceRemovalTicket(guard_id, b"u" * 16, bytes(32), world.clock() + seconds), key or world.ticket_key)


def test_every_guard_forgets_a_device_by_its_own_ticket_as_often_as_it_is_told(world: World) -> None:
    tickets = {guard_id: removal(world, guard_id) for guard_id in ALL}
    for _ in range(2):
        assert guards(world).remove_device(tickets) == dict.fromkeys(ALL)
    assert len(world.wire.sent("/v1/devices/remove")) == 6


def test_each_guard_says_for_itself_why_it_forgets_nothing(world: World) -> None:
    world.wire.down.add(world.origin("guard-3"))
    tickets = {
        "guard-1": removal(world, "guard-2"),
        "guard-2": removal(world, "guard-2", seconds=-61),
        "guard-3": removal(world, "guard-3"),
    }
    answers = guards(world).remove_device(tickets)
    assert [type(answers[guard_id]) for guard_id in ALL] == [TicketRefused, TicketExpired, GuardUnavailable]
    forged = guards(world).remove_device({"guard-1": removal(world, "guard-1", SigningKey(b"m" * 32))})
    assert isinstance(forged["guard-1"], TicketRefused)
