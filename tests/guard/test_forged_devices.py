"""One forged or malformed proof, addition or removal of a browser each: refused by code, and nothing changes."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dojang.guard.facts import Counters
from dojang.pin.devices import AttemptProof, DeviceAddition
from dojang.pin.encoding import b64, canonical, unb64
from dojang.pin.messages import Activation
from dojang.pin.signatures import SigningKey
from dojang.refusals import DeviceRefused, Refusal
from tests.guard.harness import (
    GUARD,
    NOW,
    Browser,
    Guard,
    House,
    Try,
    Version,
    activation_of,
    attempt,
    confirm_body,
    device_addition,
    device_proof,
    enrol,
    removal_body,
)

TH = b"t" * 32
P = b"p" * 32


@pytest.fixture
def phone() -> Browser:
    return Browser()


def enrolled(guard: Guard, phone: Browser | None = None) -> Version:
    return enrol(guard.house, {guard.guard_id: guard.call}, P, browser=phone)


def counters(guard: Guard, version: Version) -> Counters:
    return guard.facts(uids=frozenset({version.uid})).counters[version.uid]


def proof_of(house: House, version: Version, phone: Browser, made: Try, **changed: Any) -> bytes:
    """The attempt with a proof over something else."""
    body = json.loads(made.body)
    ticket = body["ticket"].split(".")[0]
    jti = json.loads(unb64(ticket))["jti"]
    said = AttemptProof(GUARD, version.uid, version.ver, TH, unb64(jti), made.blinded.element)
    return canonical(body | {"device_proof": device_proof(phone, replace(said, **changed))})


def body_with(made: Try, device_proof: object) -> bytes:
    return canonical(json.loads(made.body) | {"device_proof": device_proof})


Forge = Callable[[House, Version, Browser, Try], bytes]

FORGED_PROOFS: dict[str, tuple[str, Forge]] = {
    "for_another_guard": ("device_refused", lambda h, v, b, t: proof_of(h, v, b, t, guard_id="guard-2")),
    "for_another_customer": ("device_refused", lambda h, v, b, t: proof_of(h, v, b, t, uid=bytes(16))),
    "for_another_version": ("device_refused", lambda h, v, b, t: proof_of(h, v, b, t, ver=2)),
    "for_another_transaction": ("device_refused", lambda h, v, b, t: proof_of(h, v, b, t, th=bytes(32))),
    "for_another_ticket": ("device_refused", lambda h, v, b, t: proof_of(h, v, b, t, jti=bytes(16))),
    "for_another_element": ("device_refused", lambda h, v, b, t: proof_of(h, v, b, t, blinded=bytes(32))),
    "by_another_browser": (
        "device_refused",
        lambda h, v, b, t: body_with(
            t, json.loads(proof_of(h, v, Browser(), t))["device_proof"] | {"device": b64(b.id)}
        ),
    ),
    "of_nothing": (
        "device_refused",
        lambda h, v, b, t: body_with(t, {"device": b64(b.id), "signature": b64(bytes(64))}),
    ),
    "that_is_null": ("invalid_field", lambda h, v, b, t: body_with(t, None)),
    "that_is_empty": ("invalid_field", lambda h, v, b, t: body_with(t, {})),
    "that_is_text": ("invalid_field", lambda h, v, b, t: body_with(t, "known")),
    "with_a_short_id": (
        "invalid_field",
        lambda h, v, b, t: body_with(t, {"device": b64(bytes(31)), "signature": b64(bytes(64))}),
    ),
    "with_a_der_signature": (
        "invalid_field",
        lambda h, v, b, t: body_with(t, {"device": b64(b.id), "signature": b64(bytes(70))}),
    ),
    "with_an_unknown_field": (
        "invalid_field",
        lambda h, v, b, t: body_with(t, json.loads(proof_of(h, v, b, t))["device_proof"] | {"known": True}),
    ),
}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FORGED_PROOFS)
def test_a_forged_proof_is_refused_by_name_and_spends_nothing(
    house: House, guard: Guard, phone: Browser, name: str
) -> None:
    code, forge = FORGED_PROOFS[name]
    version = enrolled(guard, phone)
    made = attempt(house, version, TH, browser=phone)
    with pytest.raises(Refusal) as caught:
        guard.call("/v1/attempts", forge(house, version, phone, made))
    assert caught.value.code == code
    answer = guard.call("/v1/attempts", made.body)
    assert (answer["remaining"], answer["device_known"]) == (4, True)


def test_a_proof_is_replayed_neither_at_another_guard_nor_with_another_element(
    house: House, guards: dict[str, Guard], phone: Browser
) -> None:
    version = enrol(house, {guard_id: guard.call for guard_id, guard in guards.items()}, P, browser=phone)
    seen = attempt(house, version, TH, browser=phone)
    guards[GUARD].call("/v1/attempts", seen.body)
    proof = json.loads(seen.body)["device_proof"]
    elsewhere = attempt(house, version, TH, guard_id="guard-2")
    with pytest.raises(DeviceRefused):
        guards["guard-2"].call("/v1/attempts", body_with(elsewhere, proof))
    again = attempt(house, version, TH)
    with pytest.raises(DeviceRefused):
        guards[GUARD].call("/v1/attempts", body_with(again, proof))
    own = attempt(house, version, TH, guard_id="guard-2", browser=phone)
    assert guards["guard-2"].call("/v1/attempts", own.body)["device_known"] is True
    assert counters(guards["guard-2"], version).row == 1
    assert counters(guards[GUARD], version).row == 1


def addition(
    activation: Activation, version: Version, phone: Browser, key: SigningKey | None = None, **changed: Any
) -> bytes:
    """A confirm with another addition."""
    said = replace(DeviceAddition(activation.uid, activation.th, phone.spki), **changed)
    signed = device_addition(said, key or version.key) | {"key": b64(phone.spki)}
    return canonical(json.loads(confirm_body(activation, version.key)) | {"device": signed})


def confirm_with(activation: Activation, version: Version, device: object) -> bytes:
    return canonical(json.loads(confirm_body(activation, version.key)) | {"device": device})


def other_curve() -> bytes:
    public = ec.generate_private_key(ec.SECP384R1()).public_key()
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


ForgeAddition = Callable[[Activation, Version, Browser], bytes]

FORGED_ADDITIONS: dict[str, tuple[str, ForgeAddition]] = {
    "by_another_key": (
        "device_refused",
        lambda a, v, b: addition(a, v, b, key=SigningKey.generate()),
    ),
    "for_another_customer": ("device_refused", lambda a, v, b: addition(a, v, b, uid=bytes(16))),
    "beside_another_transaction": ("device_refused", lambda a, v, b: addition(a, v, b, th=bytes(32))),
    "of_another_browser": ("device_refused", lambda a, v, b: addition(a, v, b, device_key=Browser().spki)),
    "that_is_null": ("invalid_field", lambda a, v, b: confirm_with(a, v, None)),
    "of_no_key": (
        "invalid_field",
        lambda a, v, b: confirm_with(a, v, {"key": "", "signature": b64(bytes(64))}),
    ),
    "of_a_key_on_another_curve": (
        "invalid_field",
        lambda a, v, b: confirm_with(a, v, {"key": b64(other_curve()), "signature": b64(bytes(64))}),
    ),
    "of_a_key_with_more_behind_it": (
        "invalid_field",
        lambda a, v, b: confirm_with(a, v, {"key": b64(b.spki + b"\0"), "signature": b64(bytes(64))}),
    ),
    "with_an_unknown_field": (
        "invalid_field",
        lambda a, v, b: confirm_with(a, v, {"key": b64(b.spki), "signature": b64(bytes(64)), "name": "a phone"}),
    ),
}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FORGED_ADDITIONS)
def test_a_forged_addition_is_refused_by_name_connects_nothing_and_clears_nothing(
    house: House, guard: Guard, phone: Browser, name: str
) -> None:
    code, forge = FORGED_ADDITIONS[name]
    version = enrolled(guard)
    guard.call("/v1/attempts", attempt(house, version, bytes(32)).body)
    guard.now += 10
    activation = activation_of(version, TH, (), guard.now)
    with pytest.raises(Refusal) as caught:
        guard.call("/v1/confirm", forge(activation, version, phone))
    assert caught.value.code == code
    assert counters(guard, version) == Counters(1, 1)
    assert guard.facts(devices=frozenset({version.uid})).devices == {}


FORGED_REMOVALS: dict[str, tuple[str, Callable[[House, Version, Browser], bytes]]] = {
    "by_another_key": ("ticket_refused", lambda h, v, b: removal_body(House(), v.uid, b)),
    "for_another_guard": ("ticket_refused", lambda h, v, b: removal_body(h, v.uid, b, audience="guard-2")),
    "that_lasts_too_long": ("ticket_refused", lambda h, v, b: removal_body(h, v.uid, b, exp=NOW + 181)),
    "that_is_over": ("ticket_expired", lambda h, v, b: removal_body(h, v.uid, b, exp=NOW - 61)),
    "for_an_attempt": (
        "ticket_refused",
        lambda h, v, b: canonical({"ticket": h.attempt_ticket(v.uid, 1, TH)}),
    ),
    "with_an_unknown_field": (
        "invalid_field",
        lambda h, v, b: canonical(json.loads(removal_body(h, v.uid, b)) | {"device": b64(b.id)}),
    ),
}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", FORGED_REMOVALS)
def test_a_forged_removal_is_refused_by_name_and_forgets_nothing(
    house: House, guard: Guard, phone: Browser, name: str
) -> None:
    code, forge = FORGED_REMOVALS[name]
    version = enrolled(guard, phone)
    with pytest.raises(Refusal) as caught:
        guard.call("/v1/devices/remove", forge(house, version, phone))
    assert caught.value.code == code
    assert list(guard.facts(devices=frozenset({version.uid})).devices) == [(version.uid, phone.id)]
