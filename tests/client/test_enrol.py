"""An enrolment stops at the first thing that is not what it should be."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dojang.client.bodies import AttestationBody, DayKeyBody, VersionReceiptBody
from dojang.client.holder import Holder
from dojang.pin import oprf
from dojang.pin.encoding import b64, sha256, unb64
from dojang.pin.messages import VersionReply
from dojang.pin.signatures import SigningKey
from dojang.refusals import (
    CertificateMismatch,
    CodeRefused,
    DayKeyExpired,
    GuardUnavailable,
    PinTooEasy,
    ReceiptRefused,
    RecordMismatch,
    Refusal,
    SignatureRefused,
    TicketRefused,
)
from tests.client.world import CENTER, PIN, Authority, Pad, World, der, enrolled

OPEN = "/v1/transactions/open"
Change = Callable[[World, dict[str, Any]], dict[str, Any]]


def never(_avoid: Sequence[str]) -> str:
    raise AssertionError("no PIN was to be asked for")


def signed_by_vault(world: World, body: AttestationBody | DayKeyBody) -> dict[str, Any]:
    signature = world.vault_key.sign(body.value().signed())
    return body.model_copy(update={"signature": signature}).model_dump(mode="json")


def test_the_pin_works_at_every_guard_afterwards(world: World) -> None:
    code, _ = world.center.new_customer()
    made = world.holder().enrol(code, lambda _avoid: PIN)
    assert made.live_guards == ("guard-1", "guard-2", "guard-3")


def test_the_customer_is_told_what_to_avoid_and_may_not_take_it(world: World) -> None:
    code, _ = world.center.new_customer()
    with pytest.raises(PinTooEasy):
        world.holder().enrol(code, lambda avoid: avoid[0])
    assert not world.wire.sent("/v1/versions")


def test_a_code_for_a_use_opens_no_version(world: World) -> None:
    _, customer = enrolled(world)
    with pytest.raises(CodeRefused):
        world.holder().enrol(world.center.ask(customer), never)


def a_day_key_of_another(world: World, visit: dict[str, Any]) -> dict[str, Any]:
    return {**visit, "day_key": {**visit["day_key"], "public_key": b64(SigningKey.generate().public)}}


def a_day_key_that_ended(world: World, visit: dict[str, Any]) -> dict[str, Any]:
    body = DayKeyBody.model_validate(visit["day_key"]).model_copy(update={"not_after": world.clock()})
    return {**visit, "day_key": signed_by_vault(world, body)}


def a_day_key_to_come(world: World, visit: dict[str, Any]) -> dict[str, Any]:
    body = DayKeyBody.model_validate(visit["day_key"]).model_copy(update={"not_before": world.clock() + 62})
    return {**visit, "day_key": signed_by_vault(world, body)}


OPENED: dict[str, tuple[type[Refusal], Change]] = {
    "a day key of another": (SignatureRefused, a_day_key_of_another),
    "a day key that ended": (DayKeyExpired, a_day_key_that_ended),
    "a day key to come": (DayKeyExpired, a_day_key_to_come),
    "tickets of another uid": (TicketRefused, lambda _world, visit: {**visit, "uid": b64(bytes(16))}),
    "tickets of another kid": (TicketRefused, lambda _world, visit: {**visit, "kid": b64(bytes(16))}),
    "tickets of another version": (TicketRefused, lambda _world, visit: {**visit, "ver": 7}),
    "a ticket missing": (TicketRefused, lambda _world, visit: {**visit, "tickets": visit["tickets"][:2]}),
}


@pytest.mark.parametrize("name", OPENED)
def test_no_pin_is_asked_for_over_a_forged_visit(world: World, name: str) -> None:
    refusal, change = OPENED[name]
    code, _ = world.center.new_customer()
    world.wire.change[CENTER, OPEN] = lambda visit: change(world, visit)
    with pytest.raises(refusal):
        world.holder().enrol(code, never)


def test_a_version_that_is_not_above_the_known_one_is_refused(world: World) -> None:
    code, _ = world.center.new_customer()
    holder = world.holder()
    holder.enrol(code, lambda _avoid: PIN)
    with pytest.raises(RecordMismatch):
        holder.enrol(code, never)


def test_a_guard_that_is_down_is_not_in_the_version(world: World) -> None:
    world.wire.down.add(world.origin("guard-2"))
    code, customer = world.center.new_customer()
    made = world.holder().enrol(code, lambda _avoid: PIN)
    assert made.live_guards == ("guard-1", "guard-3")
    assert [key["guard_id"] for key in customer.statement["guards"]] == ["guard-1", "guard-3"]


def test_with_fewer_than_the_quorum_nothing_has_changed(world: World) -> None:
    world.wire.down |= {world.origin("guard-2"), world.origin("guard-3")}
    code, customer = world.center.new_customer()
    with pytest.raises(GuardUnavailable) as refused:
        world.holder().enrol(code, lambda _avoid: PIN)
    assert refused.value.facts == {"guard_id": "guard-2"}
    assert not customer.record


def lie(world: World, **changes: bytes) -> Callable[[httpx2.Request], httpx2.Response]:
    """Guard 2 answers a version with something else, and signs it."""
    honest = world.wire.origins[world.origin("guard-2")]

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked, body = json.loads(request.read()), json.loads(honest(request).read())
        reply = VersionReply(
            "guard-2",
            unb64(asked["uid"]),
            asked["ver"],
            unb64(asked["blinded"]),
            changes.get("evaluated", unb64(body["evaluated"])),
            changes.get("proof", unb64(body["proof"])),
            changes.get("public_key", unb64(body["public_key"])),
        )
        signature = world.guard_keys["guard-2"].sign(reply.signed())
        forged = {"evaluated": b64(reply.evaluated), "proof": b64(reply.proof), "public_key": b64(reply.public_key)}
        return httpx2.Response(200, json={**forged, "signature": b64(signature)}, request=request)

    return answer


LIES = {
    "evaluated": oprf.generate_key_pair().public,
    "proof": oprf.random_scalar() + oprf.random_scalar(),
    "public_key": oprf.generate_key_pair().public,
}


@pytest.mark.parametrize("what", LIES)
def test_a_guard_that_proves_nothing_is_not_in_the_version(world: World, what: str) -> None:
    world.wire.instead[world.origin("guard-2"), "/v1/versions"] = lie(world, **{what: LIES[what]})
    code, _ = world.center.new_customer()
    assert world.holder().enrol(code, lambda _avoid: PIN).live_guards == ("guard-1", "guard-3")


def test_a_reply_that_its_guard_did_not_sign_is_not_in_the_version(world: World) -> None:
    place = (world.origin("guard-2"), "/v1/versions")
    world.wire.change[place] = lambda body: {**body, "signature": b64(bytes(64))}
    code, _ = world.center.new_customer()
    assert world.holder().enrol(code, lambda _avoid: PIN).live_guards == ("guard-1", "guard-3")


def test_a_centre_that_keeps_another_record_is_refused(world: World) -> None:
    world.wire.change[CENTER, "/v1/versions/record"] = lambda _body: {"record_sha256": b64(bytes(32))}
    code, _ = world.center.new_customer()
    with pytest.raises(RecordMismatch):
        world.holder().enrol(code, lambda _avoid: PIN)


ATTESTED = ["uid", "ver", "kid", "authorization_key", "record_sha256", "spki_sha256", "leaf"]


@pytest.mark.parametrize("member", ATTESTED)
def test_an_attestation_of_something_else_is_refused(world: World, member: str) -> None:
    def change(body: dict[str, Any]) -> dict[str, Any]:
        attestation = body["attestation"]
        other = 7 if member == "ver" else b64(bytes(len(unb64(attestation[member]))))
        return {
            **body,
            "attestation": signed_by_vault(world, AttestationBody.model_validate({**attestation, member: other})),
        }

    world.wire.change[CENTER, "/v1/versions/credential"] = change
    code, customer = world.center.new_customer()
    with pytest.raises(RecordMismatch):
        world.holder().enrol(code, lambda _avoid: PIN)
    assert not customer.statement


def test_an_attestation_that_the_vault_did_not_sign_is_refused(world: World) -> None:
    """The centre's own key pair in her name."""
    spki = ec.generate_private_key(ec.SECP256R1()).public_key()
    own = spki.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    world.wire.change[CENTER, "/v1/versions/credential"] = lambda body: {
        **body,
        "spki": b64(own),
        "attestation": {**body["attestation"], "spki_sha256": b64(sha256(own))},
    }
    code, _ = world.center.new_customer()
    with pytest.raises(SignatureRefused):
        world.holder().enrol(code, lambda _avoid: PIN)


def resigned(world: World, body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    receipt = VersionReceiptBody.model_validate({**body, **changes})
    signature = world.guard_keys[receipt.guard_id].sign(receipt.value().signed())
    return receipt.model_copy(update={"signature": signature}).model_dump(mode="json")


RECEIPTS: dict[str, tuple[type[Refusal], Callable[[World, list[dict[str, Any]]], list[dict[str, Any]]]]] = {
    "one alone": (ReceiptRefused, lambda _world, receipts: receipts[:1]),
    "one guard twice": (ReceiptRefused, lambda _world, receipts: [receipts[0], receipts[0]]),
    "erased ones": (
        ReceiptRefused,
        lambda world, receipts: [resigned(world, body, state="erased") for body in receipts],
    ),
    "of another record": (
        ReceiptRefused,
        lambda world, receipts: [resigned(world, body, record_sha256=b64(bytes(32))) for body in receipts],
    ),
    "of another customer": (
        ReceiptRefused,
        lambda world, receipts: [resigned(world, body, uid=b64(bytes(16))) for body in receipts],
    ),
    "of another version": (
        ReceiptRefused,
        lambda world, receipts: [resigned(world, body, ver=2) for body in receipts],
    ),
    "of another key": (
        ReceiptRefused,
        lambda world, receipts: [resigned(world, body, authorization_key_sha256=b64(bytes(32))) for body in receipts],
    ),
    "of another set": (
        ReceiptRefused,
        lambda world, receipts: [resigned(world, body, guards_hash=b64(bytes(32))) for body in receipts],
    ),
    "unsigned": (SignatureRefused, lambda _world, receipts: [{**body, "seq": 99} for body in receipts]),
}


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_version_is_live_only_with_a_quorum_of_receipts_for_it(world: World, name: str) -> None:
    refusal, change = RECEIPTS[name]
    world.wire.change[CENTER, "/v1/versions/statement"] = lambda body: {
        **body,
        "receipts": change(world, body["receipts"]),
    }
    code, _ = world.center.new_customer()
    with pytest.raises(refusal):
        world.holder().enrol(code, lambda _avoid: PIN)
    assert not (world.folder / "holder" / "known_versions.json").exists()


def test_somebody_elses_certificate_is_refused(world: World) -> None:
    _, other = enrolled(world, "other")
    world.wire.change[CENTER, "/v1/versions/statement"] = lambda body: {**body, "certificate": b64(other.certificate)}
    code, _ = world.center.new_customer()
    with pytest.raises(CertificateMismatch):
        world.holder().enrol(code, lambda _avoid: PIN)


def test_a_certificate_below_another_root_is_refused(world: World) -> None:
    fake = Authority.make(ec.generate_private_key(ec.SECP256R1()), world.clock() - 60)
    world.wire.change[CENTER, "/v1/versions/statement"] = lambda body: {
        **body,
        "certificate": b64(der(fake.issuing)),
        "chain": [b64(der(fake.root))],
    }
    code, _ = world.center.new_customer()
    with pytest.raises(CertificateMismatch):
        world.holder().enrol(code, lambda _avoid: PIN)


@pytest.mark.parametrize("path", ["/v1/versions/record", "/v1/versions/credential", "/v1/versions/statement"])
def test_a_lost_answer_is_asked_for_again_with_the_same_bytes(world: World, path: str) -> None:
    world.wire.lose[CENTER, path] = 1
    code, customer = world.center.new_customer()
    holder: Holder = world.holder()
    holder.enrol(code, lambda _avoid: PIN)
    first, second = world.wire.sent(path)
    assert first == second
    holder.use(world.center.ask(customer), Pad(PIN))
