"""A use stops before the PIN pad at anything false, and no lie of anybody's is ever called a wrong PIN."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from dojang.client.bodies import AttestationBody, ConfirmReceiptBody, DayKeyBody
from dojang.client.holder import Holder, Shown
from dojang.pin import oprf
from dojang.pin.encoding import b64, sha256, unb64
from dojang.pin.messages import AttemptRefusal, AttemptReply, attempt_id
from dojang.pin.record import Record
from dojang.pin.signatures import SigningKey
from dojang.refusals import (
    AnchorsMismatch,
    CenterUnavailable,
    CertificateMismatch,
    DayKeyExpired,
    GaveUp,
    GuardUnavailable,
    LifeFull,
    ReceiptRefused,
    RecordMismatch,
    Refusal,
    RowFull,
    SignatureInvalid,
    SignatureRefused,
    TicketRefused,
    TransactionRefused,
    VaultUnavailable,
    WrongPin,
)
from dojang.signing.what_is_signed import Item, Transaction, transfer_content
from tests.client.world import CENTER, PIN, WRONG, Authority, Customer, Pad, World, der, enrolled, transfer

OPEN = "/v1/transactions/open"
TICKETS = "/v1/transactions/tickets"
ACTIVATE = "/v1/transactions/activate"
ATTEMPTS = "/v1/attempts"
Visit = dict[str, Any]


class Case:
    """An enrolled customer in a fresh world, and a transfer to sign."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.holder, self.customer = enrolled(world)
        self.pad = Pad(PIN)

    def code(self, **changes: Any) -> str:
        return self.world.center.ask(self.customer, transfer(), **changes)

    def use(self, code: str | None = None, pad: Pad | None = None) -> Any:
        return self.holder.use(code or self.code(), pad or self.pad)

    def attested(self, record: Record, **changes: Any) -> dict[str, Any]:
        """A record of the centre's making, as if the vault had attested it."""
        said = {
            **self.customer.credential["attestation"],
            "uid": b64(record.uid),
            "ver": record.ver,
            "authorization_key": b64(record.authorization_key),
            "record_sha256": b64(sha256(record.canonical())),
            **changes,
        }
        body = AttestationBody.model_validate(said)
        signed = body.model_copy(update={"signature": self.world.vault_key.sign(body.value().signed())})
        return {
            **self.customer.credential,
            "attestation": signed.model_dump(mode="json"),
            "record": b64(record.canonical()),
        }

    @property
    def record(self) -> Record:
        return Record.parse(self.customer.record)

    def serve(self, *records: dict[str, Any]) -> None:
        self.world.wire.change[CENTER, OPEN] = lambda visit: {**visit, "records": list(records)}


@pytest.fixture
def case(world: World) -> Case:
    return Case(world)


@pytest.fixture(scope="module")
def one_case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case(World(tmp_path_factory.mktemp("unspent")))


@pytest.fixture
def unspent(one_case: Case) -> Case:
    """The same case for all the tests in which nothing is ever tried."""
    one_case.pad = Pad(PIN)
    one_case.world.wire.seen.clear()
    return one_case


def signed_day_key(case: Case, visit: Visit, **changes: Any) -> Visit:
    body = DayKeyBody.model_validate({**visit["day_key"], **changes})
    signature = case.world.vault_key.sign(body.value().signed())
    return {**visit, "day_key": body.model_copy(update={"signature": signature}).model_dump(mode="json")}


def with_transaction(visit: Visit, **changes: Any) -> Visit:
    transaction = replace(Transaction.parse(unb64(visit["transaction"])), **changes)
    return {**visit, "transaction": b64(transaction.canonical())}


def with_record(case: Case, visit: Visit, **changes: Any) -> Visit:
    """A record of the centre's own, unattested."""
    return {**visit, "records": [{**visit["records"][0], "record": b64(replace(case.record, **changes).canonical())}]}


def attested_record(case: Case, visit: Visit, **changes: Any) -> Visit:
    """A record of the centre's own that the vault attested: only what the record itself says is wrong."""
    return {**visit, "records": [case.attested(replace(case.record, **changes))]}


def other_contents(_case: Case, visit: Visit) -> Visit:
    pairs = (("받는 분", "도둑"), ("금액", "10,000원"))
    return {**visit, "contents": [b64(transfer_content(pairs))]}


def more_hashes(_case: Case, visit: Visit) -> Visit:
    hidden = Item("transfer", sha256(b"hidden"), "shown")
    items = (*Transaction.parse(unb64(visit["transaction"])).items, hidden)
    return with_transaction(visit, items=items)


def own_root(case: Case, visit: Visit) -> Visit:
    fake = Authority.make(ec.generate_private_key(ec.SECP256R1()), case.world.clock() - 60)
    forged = with_transaction(visit, certificate=sha256(der(fake.issuing)))
    return {**forged, "certificate": b64(der(fake.issuing)), "chain": [b64(der(fake.root))]}


def issuing_as_person(case: Case, visit: Visit) -> Visit:
    certificate = der(case.world.authority.issuing)
    return {**with_transaction(visit, certificate=sha256(certificate)), "certificate": b64(certificate)}


def moved(share: int, **changes: Any) -> Callable[[Case, Visit], Visit]:
    def change(case: Case, visit: Visit) -> Visit:
        shares = list(case.record.shares)
        shares[share] = replace(shares[share], **changes)
        return attested_record(case, visit, shares=tuple(shares))

    return change


BEFORE_THE_PAD: dict[str, tuple[type[Refusal], Callable[[Case, Visit], Visit]]] = {
    "T of another guard set": (
        AnchorsMismatch,
        lambda _case, visit: with_transaction(visit, guards_hash=bytes(32)),
    ),
    "T of yesterday": (
        TransactionRefused,
        lambda case, visit: with_transaction(visit, iat=case.world.clock() - 400, exp=case.world.clock() - 100),
    ),
    "T of tomorrow": (
        TransactionRefused,
        lambda case, visit: with_transaction(visit, iat=case.world.clock() + 100, exp=case.world.clock() + 200),
    ),
    "content that is not hashed": (TransactionRefused, other_contents),
    "more hashes than are shown": (TransactionRefused, more_hashes),
    "a display of something else": (
        TransactionRefused,
        lambda _case, visit: with_transaction(visit, display=(("받는 분", "김하늘"), ("금액", "1원"))),
    ),
    "a transfer by its hash alone": (
        TransactionRefused,
        lambda _case, visit: with_transaction(visit, items=(Item("transfer", sha256(transfer()), "hash_only"),)),
    ),
    "T for another day key": (
        DayKeyExpired,
        lambda _case, visit: with_transaction(visit, day_key_id=bytes(16)),
    ),
    "a day key of the centre's own": (
        SignatureRefused,
        lambda _case, visit: {
            **visit,
            "day_key": {**visit["day_key"], "public_key": b64(SigningKey.generate().public)},
        },
    ),
    "a day key that ended": (
        DayKeyExpired,
        lambda case, visit: signed_day_key(case, visit, not_after=case.world.clock()),
    ),
    "another certificate than T's": (
        CertificateMismatch,
        lambda _case, visit: with_transaction(visit, certificate=bytes(32)),
    ),
    "a certificate below the centre's own root": (CertificateMismatch, own_root),
    "a certificate of no person": (CertificateMismatch, issuing_as_person),
    "T for another kid": (RecordMismatch, lambda _case, visit: with_transaction(visit, kid=bytes(16))),
    "a record that is none": (
        RecordMismatch,
        lambda _case, visit: {**visit, "records": [{**visit["records"][0], "record": b64(b"{}")}]},
    ),
    "a record of the centre's own": (RecordMismatch, lambda case, visit: with_record(case, visit, salt=bytes(16))),
    "an attestation of the centre's own": (
        SignatureRefused,
        lambda _case, visit: {
            **visit,
            "records": [
                {
                    **visit["records"][0],
                    "attestation": {**visit["records"][0]["attestation"], "signature": b64(bytes(64))},
                }
            ],
        },
    ),
    "a record of a lower threshold": (
        RecordMismatch,
        lambda case, visit: attested_record(case, visit, threshold=1),
    ),
    "a record of fewer guards": (RecordMismatch, lambda case, visit: attested_record(case, visit, guards=2)),
    "a record of another guard set": (
        RecordMismatch,
        lambda case, visit: attested_record(case, visit, guards_hash=bytes(32)),
    ),
    "a record of an unknown guard": (RecordMismatch, moved(0, guard_id="guard-9")),
    "a record of another index": (RecordMismatch, moved(0, index=9)),
    "a record of one guard twice": (RecordMismatch, moved(0, guard_id="guard-2", index=2)),
    "a record of fewer shares than the threshold": (
        RecordMismatch,
        lambda case, visit: attested_record(case, visit, shares=case.record.shares[:1]),
    ),
    "no record": (RecordMismatch, lambda _case, visit: {**visit, "records": []}),
    "one record twice": (RecordMismatch, lambda _case, visit: {**visit, "records": visit["records"] * 2}),
    "three records": (
        RecordMismatch,
        lambda case, visit: {
            **visit,
            "records": [case.attested(replace(case.record, ver=ver)) for ver in (1, 2, 3)],
        },
    ),
    "records of two uids": (
        RecordMismatch,
        lambda case, visit: {
            **visit,
            "records": [*visit["records"], case.attested(replace(case.record, ver=2, uid=bytes(16)))],
        },
    ),
}


@pytest.mark.parametrize("name", BEFORE_THE_PAD)
def test_no_pin_is_asked_for_over_anything_false(unspent: Case, name: str) -> None:
    refusal, change = BEFORE_THE_PAD[name]
    unspent.world.wire.change[CENTER, OPEN] = lambda visit: change(unspent, visit)
    with pytest.raises(refusal):
        unspent.use()
    assert not unspent.pad.shown
    assert not unspent.world.wire.sent(ATTEMPTS)


def test_the_same_visits_unchanged_are_signed(case: Case) -> None:
    """The forgeries above start from these: so what they change is what is refused."""
    case.world.wire.change[CENTER, OPEN] = lambda visit: attested_record(case, signed_day_key(case, visit))
    assert case.use().th


def test_a_version_below_the_known_one_is_refused(case: Case) -> None:
    (case.world.folder / "holder" / "known_versions.json").write_text(json.dumps({b64(case.customer.uid): 2}))
    with pytest.raises(RecordMismatch):
        case.use()
    assert not case.pad.shown


def test_a_version_is_noted_only_after_a_success(case: Case) -> None:
    other = Holder(
        case.world.anchors, case.world.folder / "new", httpx2.Client(transport=case.world.wire), case.world.clock
    )
    file = case.world.folder / "new" / "known_versions.json"

    def give_up(_shown: Shown) -> str:
        raise GaveUp

    with pytest.raises(GaveUp):
        other.use(case.code(), give_up)
    assert not file.exists()
    other.use(case.code(), case.pad)
    assert json.loads(file.read_text()) == {b64(case.customer.uid): 1}


def decoy(world: World) -> Customer:
    """An enrolment of the centre's own at the real guards, with a PIN that it knows."""
    return enrolled(world, "the centre", "도둑")[1]


def test_a_decoy_enrolled_at_the_real_guards_gets_no_pin(case: Case) -> None:
    """Under T's kid it is attested for another; under its own it needs the customer's click on another name."""
    other = decoy(case.world)
    case.serve({"record": b64(other.record), **other.credential})
    with pytest.raises(RecordMismatch):
        case.use()
    case.world.wire.change.clear()
    asked: list[Shown] = []

    def no_click(shown: Shown) -> bool:
        asked.append(shown)
        return False

    with pytest.raises(RecordMismatch):
        case.holder.use(case.world.center.ask(other), case.pad, no_click)
    assert [(shown.holder, shown.other_certificate) for shown in asked] == [("도둑", True)]
    assert not case.pad.shown


def test_another_certificate_is_used_after_the_customers_click(case: Case) -> None:
    second = enrolled(case.world, "second", "김하늘")[1]
    case.holder.use(case.world.center.ask(second), case.pad, lambda _shown: True)
    assert case.pad.shown[0].other_certificate


# ---- at the guards


def guard_answers(
    case: Case, guard_id: str, *, signed_by: str | None = None, key: oprf.KeyPair | None = None, **changes: Any
) -> Callable[[httpx2.Request], httpx2.Response]:
    """The guard answers honestly, then changes its reply and signs it."""
    honest = case.world.wire.origins[case.world.origin(guard_id)]

    def answer(request: httpx2.Request) -> httpx2.Response:
        response = honest(request)
        if request.url.path != ATTEMPTS or response.status_code != 200:
            return response
        asked, body = json.loads(request.read()), json.loads(response.read())
        if key is not None:  # evaluated and proven, with a key of its own
            evaluated = oprf.evaluate(key, unb64(asked["blinded"]))
            body |= {"evaluated": b64(evaluated.element), "proof": b64(evaluated.proof), "public_key": b64(key.public)}
        body |= {name: b64(value) if isinstance(value, bytes) else value for name, value in changes.items()}
        about = {name: changes.get(f"about_{name}") for name in ("th", "attempt_id", "uid", "ver")}
        reply = AttemptReply(
            guard_id,
            about["uid"] or unb64(asked["uid"]),
            about["ver"] or asked["ver"],
            about["th"] or unb64(asked["th"]),
            about["attempt_id"] or attempt_id(request.read()),
            unb64(asked["blinded"]),
            unb64(body["evaluated"]),
            unb64(body["proof"]),
            unb64(body["public_key"]),
            body["remaining"],
            body["wrong_since"],
            body["new_pin_due"],
            body["device_known"],
            unb64(body["record_sha256"]),
        )
        signature = case.world.guard_keys[signed_by or guard_id].sign(reply.signed())
        sent = {name: value for name, value in body.items() if not name.startswith("about_")}
        return httpx2.Response(200, json={**sent, "signature": b64(signature)}, request=request)

    return answer


LIES: dict[str, dict[str, Any]] = {
    "signed by another": {"signed_by": "guard-3"},
    "for another transaction": {"about_th": bytes(32)},
    "for another attempt": {"about_attempt_id": bytes(32)},
    "for another customer": {"about_uid": bytes(16)},
    "for another version": {"about_ver": 2},
    "of another record": {"record_sha256": bytes(32)},
    "with a key of its own": {"key": oprf.generate_key_pair()},
    "with another key": {"public_key": oprf.generate_key_pair().public},
    "with another element": {"evaluated": oprf.generate_key_pair().public},
    "with a false proof": {"proof": oprf.random_scalar() + oprf.random_scalar()},
}


@pytest.mark.parametrize("name", LIES)
def test_with_one_lying_guard_the_other_two_carry_on(case: Case, name: str) -> None:
    origin = case.world.origin("guard-1")
    case.world.wire.origins[origin] = guard_answers(case, "guard-1", **LIES[name])
    assert case.use().th


@pytest.mark.parametrize("name", LIES)
@pytest.mark.parametrize("pin", [PIN, WRONG], ids=["right", "wrong"])
def test_two_lying_guards_are_a_record_mismatch_whatever_the_pin(case: Case, name: str, pin: str) -> None:
    for guard_id in ("guard-1", "guard-2"):
        lie = {**LIES[name], **({"signed_by": "guard-3"} if "signed_by" in LIES[name] else {})}
        case.world.wire.origins[case.world.origin(guard_id)] = guard_answers(case, guard_id, **lie)
    with pytest.raises(RecordMismatch):
        case.use(pad=Pad(pin))


def test_a_false_record_with_one_rogue_guard_is_never_a_wrong_pin(case: Case) -> None:
    """The vault's key is stolen too, so that the record passes: still two guards would have to name it."""
    false = replace(case.record, salt=bytes(16))
    case.serve(case.attested(false))
    case.world.wire.origins[case.world.origin("guard-1")] = guard_answers(
        case, "guard-1", record_sha256=sha256(false.canonical())
    )
    with pytest.raises(RecordMismatch):
        case.use(pad=Pad(WRONG))


def test_a_record_with_another_authorisation_key_is_a_mismatch(case: Case) -> None:
    """Everybody but the customer colludes; what her PIN opens still is not the key that the record names."""
    false = replace(case.record, authorization_key=SigningKey.generate().public)
    case.serve(case.attested(false))
    for guard_id in ("guard-1", "guard-2", "guard-3"):
        case.world.wire.origins[case.world.origin(guard_id)] = guard_answers(
            case, guard_id, record_sha256=sha256(false.canonical())
        )
    with pytest.raises(RecordMismatch):
        case.use()


@pytest.mark.parametrize("seconds", [5, None], ids=["slow", "dead"])
def test_a_slow_or_dead_guard_costs_less_than_two_seconds(case: Case, seconds: int | None) -> None:
    for guard_id in ("guard-1", "guard-2", "guard-3"):
        origin = case.world.origin(guard_id)
        if seconds is None:
            case.world.wire.down = {origin}
        else:
            case.world.wire.seconds = {origin: seconds}
        start = time.monotonic()
        case.use(pad=Pad(PIN))
        assert time.monotonic() - start < 2


def test_two_dead_guards_are_named_and_no_pin_is_called_wrong(case: Case) -> None:
    case.world.wire.down = {case.world.origin("guard-1"), case.world.origin("guard-2")}
    with pytest.raises(GuardUnavailable) as refused:
        case.use()
    assert refused.value.facts["guard_id"] in {"guard-1", "guard-2"}


def test_a_guard_that_dies_before_the_confirm_is_replaced(case: Case) -> None:
    """Whoever was asked first dies after its attempt; the third guard's receipt does."""
    first: list[str] = []

    def dies(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("down", request=request)

    def note(guard_id: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def change(body: dict[str, Any]) -> dict[str, Any]:
            if not first:
                first.append(guard_id)
                case.world.wire.instead[case.world.origin(guard_id), "/v1/confirm"] = dies
            return body

        return change

    for anchor in case.world.anchors.guards:
        case.world.wire.change[anchor.origin, ATTEMPTS] = note(anchor.guard_id)
    used = json.loads(case.use().receipt)
    assert first[0] not in {receipt["guard_id"] for receipt in used["receipts"]}
    assert len(used["activation"]["attempts"]) == 3


def test_every_guard_hears_of_the_confirm(case: Case) -> None:
    case.use(pad=Pad(WRONG, WRONG, PIN))
    case.holder.close()
    asked = {origin for origin, path, _ in case.world.wire.seen if path == "/v1/confirm"}
    assert asked == {anchor.origin for anchor in case.world.anchors.guards}


def test_a_success_makes_the_mistyped_attempts_right(case: Case) -> None:
    """After it all five tries are there again."""
    for _ in range(3):
        pad = Pad(WRONG, WRONG, PIN)
        case.use(pad=pad)
        assert [shown.tries_left for shown in pad.shown] == [None, 4, 4]


def test_tries_left_are_the_second_largest_of_what_three_guards_say(case: Case) -> None:
    """Fifteen attempts, two for each PIN: seven wrong ones, and there are none left."""
    pad = Pad(*[WRONG] * 9)
    with pytest.raises(WrongPin) as refused:
        case.use(pad=pad)
    assert [shown.tries_left for shown in pad.shown] == [None, 4, 4, 3, 2, 2, 1]
    assert refused.value.facts == {"tries_left": 0}
    with pytest.raises(RowFull):
        case.use(pad=Pad(PIN))


def test_a_guard_that_claims_many_tries_is_outvoted(case: Case) -> None:
    case.world.wire.origins[case.world.origin("guard-1")] = guard_answers(case, "guard-1", remaining=1000)
    pad = Pad(WRONG, PIN)
    case.use(pad=pad)
    assert pad.shown[1].tries_left in {4, 5}


def refuses(
    case: Case, guard_id: str, code: Any, *, signed: bool = True, **said: Any
) -> Callable[..., httpx2.Response]:
    """A guard's own "no"."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked = json.loads(request.read())
        refusal = AttemptRefusal(
            guard_id,
            unb64(asked["uid"]),
            asked["ver"],
            unb64(asked["th"]),
            attempt_id(request.read()),
            code,
            0,
            said.get("live_ver", asked["ver"]),
            said.get("live_record_sha256", sha256(case.customer.record)),
        )
        key = case.world.guard_keys[guard_id] if signed else SigningKey.generate()
        body = {
            "type": f"urn:dojang:problem:{code}",
            "title": code,
            "status": 423,
            "code": code,
            "guard_id": guard_id,
            "remaining": 0,
            "live_ver": refusal.live_ver,
            "live_record_sha256": b64(refusal.live_record_sha256),
            "signature": b64(key.sign(refusal.signed())),
        }
        return httpx2.Response(423, json=body, request=request)

    return answer


@pytest.mark.parametrize(("code", "refusal"), [("row_full", RowFull), ("life_full", LifeFull)])
def test_two_locked_guards_lock(case: Case, code: str, refusal: type[Refusal]) -> None:
    for guard_id in ("guard-1", "guard-2"):
        case.world.wire.instead[case.world.origin(guard_id), ATTEMPTS] = refuses(case, guard_id, code)
    with pytest.raises(refusal):
        case.use()


def test_one_locked_guard_does_not(case: Case) -> None:
    case.world.wire.instead[case.world.origin("guard-1"), ATTEMPTS] = refuses(case, "guard-1", "row_full")
    assert case.use().th


def test_a_lock_that_the_guard_did_not_sign_is_not_believed(case: Case) -> None:
    for guard_id in ("guard-1", "guard-2"):
        answer = refuses(case, guard_id, "row_full", signed=False)
        case.world.wire.instead[case.world.origin(guard_id), ATTEMPTS] = answer
    with pytest.raises(RecordMismatch):
        case.use()


def test_between_two_versions_the_guards_name_the_live_record(case: Case) -> None:
    """The newer of two is tried first; the guards name the older one as live, and it spends nothing."""
    newer = replace(case.record, ver=2)
    case.serve({"record": b64(case.customer.record), **case.customer.credential}, case.attested(newer))
    honest = case.world.center.attempt_ticket

    def both(guard_id: str, asked: Any) -> Any:
        ticket = honest(guard_id, asked)
        tried = len(case.world.wire.sent(ATTEMPTS)) >= 2
        return ticket if tried else replace(ticket, ver=2)

    case.world.center.attempt_ticket = both  # type: ignore[method-assign]
    used = json.loads(case.use().receipt)
    assert used["activation"]["ver"] == 1


def test_a_live_version_that_is_not_served_is_a_record_mismatch(case: Case) -> None:
    for guard_id in ("guard-1", "guard-2"):
        answer = refuses(case, guard_id, "version_not_live", live_ver=2, live_record_sha256=bytes(32))
        case.world.wire.instead[case.world.origin(guard_id), ATTEMPTS] = answer
    with pytest.raises(RecordMismatch):
        case.use()


# ---- tickets


def test_tickets_of_another_key_are_never_used(case: Case) -> None:
    forged = SigningKey.generate()
    real, case.world.ticket_key = case.world.ticket_key, forged
    with pytest.raises(TicketRefused):
        case.use()
    case.world.ticket_key = real
    assert not case.world.wire.sent(ATTEMPTS)


def test_late_tickets_are_replaced_before_they_are_sent(case: Case) -> None:
    def slow_customer(_shown: Shown) -> str:
        case.world.clock.moved = 130
        return PIN

    case.holder.use(case.code(), slow_customer)
    assert len(case.world.wire.sent(TICKETS)) == 1
    assert len(case.world.wire.sent(ATTEMPTS)) == 2


def test_a_ticket_that_a_guard_calls_late_is_replaced(case: Case) -> None:
    calls: list[int] = []
    origin = case.world.origin("guard-1")
    honest = case.world.wire.origins[origin]

    def late_once(request: httpx2.Request) -> httpx2.Response:
        calls.append(1)
        if len(calls) > 1:
            return honest(request)
        return httpx2.Response(401, json={"code": "ticket_expired"}, request=request)

    case.world.wire.instead[origin, ATTEMPTS] = late_once
    case.world.wire.down = {case.world.origin("guard-2")}
    assert case.use().th
    assert len(calls) == 2


# ---- confirm and activate


RECEIPTS: dict[str, dict[str, Any]] = {
    "for another activation": {"activation_sha256": b64(bytes(32))},
    "for another transaction": {"th": b64(bytes(32))},
    "for another customer": {"uid": b64(bytes(16))},
    "for another version": {"ver": 2},
    "for another key": {"authorization_key_sha256": b64(bytes(32))},
    "for another guard set": {"guards_hash": b64(bytes(32))},
    "of another guard": {"guard_id": "guard-3"},
}


def confirms_with(case: Case, guard: str, **changes: Any) -> None:
    def change(body: dict[str, Any]) -> dict[str, Any]:
        if body.get("receipt") is None:
            return body
        receipt = ConfirmReceiptBody.model_validate({**body["receipt"], **changes})
        signature = case.world.guard_keys[guard].sign(receipt.value().signed())
        return {"receipt": receipt.model_copy(update={"signature": signature}).model_dump(mode="json")}

    case.world.wire.change[case.world.origin(guard), "/v1/confirm"] = change


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt_for_something_else_counts_for_nothing(case: Case, name: str) -> None:
    for guard_id in ("guard-1", "guard-2"):
        confirms_with(case, guard_id, **RECEIPTS[name])
    with pytest.raises(GuardUnavailable):
        case.use()
    assert not case.world.wire.sent(ACTIVATE)


def test_a_receipt_that_its_guard_did_not_sign_counts_for_nothing(case: Case) -> None:
    for guard_id in ("guard-1", "guard-2"):
        case.world.wire.change[case.world.origin(guard_id), "/v1/confirm"] = lambda body: {
            "receipt": body["receipt"] and {**body["receipt"], "seq": 99}
        }
    with pytest.raises(GuardUnavailable):
        case.use()
    assert not case.world.wire.sent(ACTIVATE)


@pytest.mark.parametrize(
    ("path", "origin"),
    [(ACTIVATE, CENTER), ("/v1/confirm", None), (ATTEMPTS, None)],
    ids=["activate", "confirm", "attempt"],
)
def test_a_lost_answer_is_asked_for_again_with_the_same_bytes(case: Case, path: str, origin: str | None) -> None:
    case.world.wire.lose[origin or case.world.origin("guard-1"), path] = 1
    case.world.wire.down = {case.world.origin("guard-3")}
    case.use()
    place = origin or case.world.origin("guard-1")
    sent = [body for seen, at, body in case.world.wire.seen if (seen, at) == (place, path)]
    assert len(sent) == 2
    assert len(set(sent)) == 1


def test_a_vault_that_is_down_for_a_moment_is_waited_for(case: Case) -> None:
    answers = [httpx2.Response(503, json={"code": "vault_unavailable"})]
    center = case.world.center.answer
    case.world.wire.instead[CENTER, ACTIVATE] = lambda request: answers.pop() if answers else center(request)
    assert case.use().th


def test_a_vault_that_stays_down_until_the_transaction_is_over_is_named(case: Case) -> None:
    case.world.wire.instead[CENTER, ACTIVATE] = lambda request: httpx2.Response(
        503, json={"code": "vault_unavailable"}, request=request
    )
    with pytest.raises(VaultUnavailable):
        case.use()


@pytest.mark.parametrize("code", ["wrong_pin", "row_full", "life_full", "version_not_live"])
def test_a_centre_that_speaks_for_the_guards_is_not_believed(case: Case, code: str) -> None:
    case.world.wire.instead[CENTER, TICKETS] = case.world.wire.instead[CENTER, ACTIVATE] = lambda request: (
        httpx2.Response(403, json={"code": code, "tries_left": 0}, request=request)
    )
    with pytest.raises(CenterUnavailable):
        case.use()


def test_a_receipt_of_another_use_is_refused(case: Case) -> None:
    code = case.code()
    case.use(code, Pad(PIN))
    earlier = case.world.center.asked[code].done
    case.world.wire.change[CENTER, ACTIVATE] = lambda _body: earlier
    with pytest.raises(ReceiptRefused):
        case.use()


def test_a_receipt_that_proves_nothing_is_refused(case: Case) -> None:
    case.world.wire.change[CENTER, ACTIVATE] = lambda body: {
        **body,
        "receipt": {**body["receipt"], "receipts": body["receipt"]["receipts"][:1]},
    }
    with pytest.raises(SignatureInvalid):
        case.use()


def test_wrong_attempts_of_others_are_shown_and_own_ones_are_not(case: Case) -> None:
    with pytest.raises(GaveUp):
        case.use(pad=Pad(WRONG, WRONG))
    case.world.clock.moved = 2  # a confirm clears what was spent before its second
    assert case.use(pad=Pad(WRONG, PIN)).foreign >= 1
    case.holder.close()
    assert case.world.holder("holder").use(case.code(), Pad(WRONG, PIN)).foreign == 0
