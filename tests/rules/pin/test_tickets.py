"""A ticket is the centre's, for one guard, one thing and a short time."""

from dataclasses import replace

import pytest

from dojang.pin import labels, tickets
from dojang.pin.encoding import b64, canonical, encode
from dojang.pin.signatures import SigningKey
from dojang.policy.numbers import NUMBERS
from dojang.refusals import TicketExpired, TicketRefused

NOW = 1_800_000_000
SKEW = NUMBERS.time.clock_skew
CENTER = SigningKey(bytes(range(32)))
ATTEMPT = tickets.AttemptTicket("guard-1", bytes(16), 1, bytes(32), b"j" * 16, NOW + NUMBERS.ticket.attempt)
REMOVAL = tickets.DeviceRemovalTicket("guard-1", bytes(16), b"d" * 32, NOW + NUMBERS.ticket.device_remove)
VERSION = tickets.VersionTicket("guard-1", bytes(16), b"k" * 16, 1, NOW + NUMBERS.ticket.version)


def test_a_ticket_says_what_was_sealed() -> None:
    assert tickets.open_attempt(tickets.seal(ATTEMPT, CENTER), CENTER.public, "guard-1", NOW) == ATTEMPT
    assert tickets.open_version(tickets.seal(VERSION, CENTER), CENTER.public, "guard-1", NOW) == VERSION
    assert tickets.open_device_removal(tickets.seal(REMOVAL, CENTER), CENTER.public, "guard-1", NOW) == REMOVAL


def test_a_ticket_of_another_centre_is_refused() -> None:
    with pytest.raises(TicketRefused):
        tickets.open_attempt(tickets.seal(ATTEMPT, SigningKey.generate()), CENTER.public, "guard-1", NOW)


def test_a_ticket_for_another_guard_is_refused() -> None:
    with pytest.raises(TicketRefused):
        tickets.open_attempt(tickets.seal(ATTEMPT, CENTER), CENTER.public, "guard-2", NOW)


def test_a_ticket_of_another_kind_is_refused() -> None:
    with pytest.raises(TicketRefused):
        tickets.open_attempt(tickets.seal(VERSION, CENTER), CENTER.public, "guard-1", NOW)
    with pytest.raises(TicketRefused):
        tickets.open_version(tickets.seal(ATTEMPT, CENTER), CENTER.public, "guard-1", NOW)
    with pytest.raises(TicketRefused):
        tickets.open_device_removal(tickets.seal(ATTEMPT, CENTER), CENTER.public, "guard-1", NOW)


def test_a_ticket_works_until_its_time_and_the_skew_are_over() -> None:
    text = tickets.seal(ATTEMPT, CENTER)
    tickets.open_attempt(text, CENTER.public, "guard-1", ATTEMPT.exp + SKEW)
    with pytest.raises(TicketExpired):
        tickets.open_attempt(text, CENTER.public, "guard-1", ATTEMPT.exp + SKEW + 1)


def test_a_ticket_made_to_last_longer_is_refused() -> None:
    long = replace(ATTEMPT, exp=NOW + NUMBERS.ticket.attempt + SKEW + 1)
    with pytest.raises(TicketRefused):
        tickets.open_attempt(tickets.seal(long, CENTER), CENTER.public, "guard-1", NOW)


@pytest.mark.parametrize("text", ["", ".", "a.b.c", "no dot", "e30.AAAA"])
def test_what_is_no_ticket_is_refused(text: str) -> None:
    with pytest.raises(TicketRefused):
        tickets.open_attempt(text, CENTER.public, "guard-1", NOW)


@pytest.mark.parametrize(
    "change", [{"ver": "1"}, {"ver": 0}, {"ver": True}, {"uid": "AA"}, {"extra": 1}, {"typ": "version"}, {"jti": None}]
)
def test_a_signed_ticket_with_another_shape_is_refused(change: dict[str, object]) -> None:
    payload = canonical({**ATTEMPT.payload(), **change})
    text = f"{b64(payload)}.{b64(CENTER.sign(encode(labels.TICKET, payload)))}"
    with pytest.raises(TicketRefused):
        tickets.open_attempt(text, CENTER.public, "guard-1", NOW)


def test_a_ticket_changed_in_its_payload_is_refused() -> None:
    payload, signature = tickets.seal(ATTEMPT, CENTER).split(".")
    changed = b64(canonical({**ATTEMPT.payload(), "ver": 2}))
    with pytest.raises(TicketRefused):
        tickets.open_attempt(f"{changed}.{signature}", CENTER.public, "guard-1", NOW)
    with pytest.raises(TicketRefused):
        tickets.open_attempt(f"{payload}.{signature[:-2]}AA", CENTER.public, "guard-1", NOW)
