"""One forged or malformed attempt each: refused by code, and nothing is spent."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dojang.pin import tickets
from dojang.pin.encoding import b64, canonical
from dojang.pin.signatures import SigningKey
from dojang.pin.tickets import AttemptTicket, VersionTicket
from dojang.refusals import Refusal
from tests.guard.harness import GUARD, NOW, Guard, House, Version, attempt, enrol

TH = b"t" * 32
Forge = Callable[[House, Version], bytes]


def body_with(house: House, version: Version, **changed: Any) -> bytes:
    return canonical(json.loads(attempt(house, version, TH).body) | changed)


def ticketed(house: House, version: Version, key: SigningKey | None = None, **changed: Any) -> bytes:
    ticket = replace(AttemptTicket(GUARD, version.uid, version.ver, TH, os.urandom(16), NOW + 120), **changed)
    return body_with(house, version, ticket=tickets.seal(ticket, key or house.ticket_key))


def version_ticket(house: House, version: Version) -> bytes:
    ticket = VersionTicket(GUARD, version.uid, bytes(16), version.ver, NOW + 120)
    return body_with(house, version, ticket=tickets.seal(ticket, house.ticket_key))


def cut_signature(house: House, version: Version) -> bytes:
    ticket = json.loads(attempt(house, version, TH).body)["ticket"]
    return body_with(house, version, ticket=ticket[:-2] + ("AA" if ticket[-2:] != "AA" else "AQ"))


def spaced(house: House, version: Version) -> bytes:
    return json.dumps(json.loads(attempt(house, version, TH).body)).encode()


def reordered(house: House, version: Version) -> bytes:
    value = json.loads(attempt(house, version, TH).body)
    return json.dumps(dict(reversed(value.items())), separators=(",", ":")).encode()


def repeated_field(house: House, version: Version) -> bytes:
    return attempt(house, version, TH).body.replace(b'{"blinded"', b'{"blinded":"x","blinded"')


FORGED: dict[str, tuple[str, Forge]] = {
    "a_ticket_by_another_key": ("ticket_refused", lambda h, v: ticketed(h, v, SigningKey.generate())),
    "a_ticket_for_another_guard": ("ticket_refused", lambda h, v: ticketed(h, v, audience="guard-2")),
    "a_ticket_of_another_customer": ("ticket_refused", lambda h, v: ticketed(h, v, uid=os.urandom(16))),
    "a_ticket_for_another_version": ("ticket_refused", lambda h, v: ticketed(h, v, ver=2)),
    "a_ticket_for_another_transaction": ("ticket_refused", lambda h, v: ticketed(h, v, th=b"u" * 32)),
    "a_ticket_that_lasts_too_long": ("ticket_refused", lambda h, v: ticketed(h, v, exp=NOW + 181)),
    "an_expired_ticket": ("ticket_expired", lambda h, v: ticketed(h, v, exp=NOW - 61)),
    "a_ticket_for_a_version": ("ticket_refused", version_ticket),
    "a_ticket_with_a_changed_signature": ("ticket_refused", cut_signature),
    "a_ticket_that_is_none": ("invalid_field", lambda h, v: body_with(h, v, ticket="x")),
    "a_point_not_on_the_group": ("not_an_element", lambda h, v: body_with(h, v, blinded=b64(b"\xff" * 32))),
    "the_identity": ("not_an_element", lambda h, v: body_with(h, v, blinded=b64(bytes(32)))),
    "a_short_element": ("invalid_field", lambda h, v: body_with(h, v, blinded=b64(bytes(31)))),
    "another_spacing": ("not_canonical", spaced),
    "another_order": ("not_canonical", reordered),
    "a_field_twice": ("not_canonical", repeated_field),
    "an_unknown_field": ("invalid_field", lambda h, v: body_with(h, v, pin="123456")),
    "a_version_as_text": ("invalid_field", lambda h, v: body_with(h, v, ver="1")),
    "a_version_as_truth": ("invalid_field", lambda h, v: body_with(h, v, ver=True)),
    "a_version_of_zero": ("invalid_field", lambda h, v: body_with(h, v, ver=0)),
    "padded_base64": ("invalid_field", lambda h, v: body_with(h, v, th=b64(TH) + "=")),
    "no_json": ("malformed_json", lambda h, v: b"\xff\xfe"),
    "a_list": ("invalid_field", lambda h, v: b"[]"),
}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FORGED)
def test_it_is_refused_by_name_and_spends_nothing(house: House, guard: Guard, name: str) -> None:
    code, forge = FORGED[name]
    version = enrol(house, {GUARD: guard.call}, b"p" * 32)
    with pytest.raises(Refusal) as caught:
        guard.call("/v1/attempts", forge(house, version))
    assert caught.value.code == code
    assert guard.call("/v1/attempts", attempt(house, version, TH).body)["remaining"] == 4


@pytest.mark.parametrize("exp", [NOW - 60, NOW + 180])
def test_a_clock_may_be_sixty_seconds_off(house: House, guard: Guard, exp: int) -> None:
    version = enrol(house, {GUARD: guard.call}, b"p" * 32)
    assert guard.call("/v1/attempts", ticketed(house, version, exp=exp))["remaining"] == 4
