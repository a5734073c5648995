"""Each numbered check of an activation meets the one forged input that only it refuses."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dojang.pin import messages, sealing
from dojang.pin.encoding import sha256
from dojang.pin.signatures import SigningKey
from dojang.refusals import (
    ActivationRefused,
    ActivationReplayed,
    DayKeyExpired,
    ReceiptRefused,
    Refusal,
    SealedRefused,
    TransactionRefused,
)
from dojang.vault import use_log
from dojang.vault.activation import ActivationRequest, activate
from dojang.vault.certificates import certify
from dojang.vault.credentials import make_credential
from tests.vault.world import GUARDS, START, STRANGER, Customer, World


@pytest.fixture
def world(sqlite_world: World) -> World:
    return sqlite_world


@pytest.fixture
def customer_and_certificate(world: World) -> tuple[Customer, bytes]:
    return world.enrolled()


def refused(world: World, request: ActivationRequest, refusal: type[Refusal], check: str | None = None) -> None:
    """Exactly this refusal, and nothing in the log."""
    before = use_log.leaves(world.desk.database, 0, 100)
    with pytest.raises(refusal) as caught:
        activate(request, world.desk)
    assert type(caught.value) is refusal
    assert caught.value.facts.get("check") == check
    assert use_log.leaves(world.desk.database, 0, 100) == before


Forge = Callable[[World, Customer, bytes], ActivationRequest]


def with_transaction(**changed: object) -> Forge:
    def forge(world: World, customer: Customer, certificate: bytes) -> ActivationRequest:
        return world.activation_request(customer, world.transaction(customer, certificate, **changed))

    return forge


def spaced(world: World, customer: Customer, certificate: bytes) -> ActivationRequest:
    """The same JSON with a blank, and everything else signed for those bytes."""
    transaction = world.transaction(customer, certificate)
    data = transaction.canonical().replace(b":", b": ", 1)
    th = sha256(data)
    info = messages.activation_info(th, transaction.kid, transaction.day_key_id)
    sealed = sealing.seal(customer.activation_secret, world.day_key().public_key, info)
    activation = world.activation(customer, transaction, sealed, th=th)
    return world.activation_request(customer, transaction, sealed=sealed, activation=activation, data=data)


def of_an_unknown_kid(world: World, customer: Customer, certificate: bytes) -> ActivationRequest:
    other = replace(customer, kid=bytes(16))
    return world.activation_request(other, world.transaction(other, certificate))


def of_a_kid_without_certificate(world: World, customer: Customer, certificate: bytes) -> ActivationRequest:
    other = Customer()
    make_credential(world.credential_request(other), world.desk)
    return world.activation_request(other, world.transaction(other, certificate))


def of_another_certificate(world: World, customer: Customer, certificate: bytes) -> ActivationRequest:
    return world.activation_request(customer, world.transaction(customer, certificate + b"\x00"))


def of_a_replaced_kid(world: World, customer: Customer, certificate: bytes) -> ActivationRequest:
    request = world.activation_request(customer, world.transaction(customer, certificate))
    later = Customer()
    make_credential(world.credential_request(later), world.desk)
    certify(world.certificate_request(later, replaces=customer.kid), world.desk)
    return request


@pytest.mark.parametrize(
    ("forge", "refusal", "check"),
    [
        pytest.param(spaced, TransactionRefused, None, id="not canonical"),
        pytest.param(with_transaction(iat=START + 61, exp=START + 300), TransactionRefused, None, id="of the future"),
        pytest.param(with_transaction(iat=START - 361, exp=START - 61), TransactionRefused, None, id="ended"),
        pytest.param(with_transaction(exp=START + 301), TransactionRefused, None, id="too long"),
        pytest.param(with_transaction(day_key_id=bytes(16)), DayKeyExpired, None, id="unknown day key"),
        pytest.param(
            with_transaction(guards_hash=bytes(32)), TransactionRefused, "guards_hash", id="wrong guards_hash"
        ),
        pytest.param(of_an_unknown_kid, TransactionRefused, "kid", id="unknown kid"),
        pytest.param(of_a_kid_without_certificate, TransactionRefused, "kid", id="kid without certificate"),
        pytest.param(of_a_replaced_kid, TransactionRefused, "kid", id="replaced kid"),
        pytest.param(of_another_certificate, TransactionRefused, "certificate", id="certificate"),
    ],
)
def test_1_a_transaction_that_is_not_ours_to_sign_is_refused(
    world: World,
    customer_and_certificate: tuple[Customer, bytes],
    forge: Forge,
    refusal: type[Refusal],
    check: str | None,
) -> None:
    refused(world, forge(world, *customer_and_certificate), refusal, check)


def test_1_a_day_key_that_ended_opens_nothing(world: World, customer_and_certificate: tuple[Customer, bytes]) -> None:
    ending = world.day_key()
    world.clock.now = ending.not_after - 1
    transaction = world.transaction(*customer_and_certificate, day_key_id=ending.day_key_id)
    request = world.activation_request(customer_and_certificate[0], transaction)
    world.clock.now += 1
    refused(world, request, DayKeyExpired)


def test_2_a_content_that_is_not_shown_is_not_signed(
    world: World, customer_and_certificate: tuple[Customer, bytes]
) -> None:
    transaction = world.transaction(*customer_and_certificate)
    hidden = (replace(transaction.items[0], binding="hash_only"),)
    request = world.activation_request(customer_and_certificate[0], replace(transaction, items=hidden))
    refused(world, request, TransactionRefused)


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"uid": bytes(16)}, "about"),
        ({"ver": 2}, "about"),
        ({"th": bytes(32)}, "about"),
        ({"iat": START - 1}, "times"),
        ({"exp": START + 299}, "times"),
        ({"sealed_sha256": bytes(32)}, "sealed"),
    ],
)
def test_3_an_activation_of_something_else_is_refused(
    world: World, customer_and_certificate: tuple[Customer, bytes], changed: dict[str, object], check: str
) -> None:
    customer, certificate = customer_and_certificate
    transaction = world.transaction(customer, certificate)
    sealed = world.sealed(customer, transaction)
    activation = world.activation(customer, transaction, sealed, **changed)
    request = world.activation_request(customer, transaction, sealed=sealed, activation=activation)
    # The guards confirmed what she signed; about T they know th alone.
    expected = [
        (receipt, GUARDS[guard].sign(receipt.signed()))
        for guard in (0, 1)
        for receipt in [replace(request.receipts[guard][0], th=transaction.hash())]
    ]
    refused(world, replace(request, receipts=tuple(expected)), ActivationRefused, check)


def test_3_an_activation_signed_by_another_key_is_refused(
    world: World, customer_and_certificate: tuple[Customer, bytes]
) -> None:
    transaction = world.transaction(*customer_and_certificate)
    request = world.activation_request(customer_and_certificate[0], transaction, signed_by=STRANGER)
    refused(world, request, ActivationRefused, "signature")


def test_3_an_old_activation_signs_no_new_transaction(
    world: World, customer_and_certificate: tuple[Customer, bytes]
) -> None:
    customer, certificate = customer_and_certificate
    old = world.activation_request(customer, world.transaction(customer, certificate))
    activate(old, world.desk)
    new = world.activation_request(customer, world.transaction(customer, certificate))
    refused(world, replace(old, transaction=new.transaction), ActivationRefused, "about")


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"guards_hash": bytes(32)}, "about"),
        ({"uid": bytes(16)}, "about"),
        ({"ver": 2}, "about"),
        ({"authorization_key_sha256": bytes(32)}, "about"),
        ({"th": bytes(32)}, "about"),
        ({"activation_sha256": bytes(32)}, "activation"),
        ({"guard_id": "guard-1"}, "signature"),
        ({"guard_id": "guard-4"}, "guard"),
    ],
)
def test_4_a_receipt_for_something_else_is_refused(
    world: World, customer_and_certificate: tuple[Customer, bytes], changed: dict[str, object], check: str
) -> None:
    customer, certificate = customer_and_certificate
    request = world.activation_request(customer, world.transaction(customer, certificate))
    moved = replace(request.receipts[1][0], **changed)  # type: ignore[arg-type]
    forged = (request.receipts[0], (moved, GUARDS[1].sign(moved.signed())))
    refused(world, replace(request, receipts=forged), ReceiptRefused, check)


def test_4_a_foreign_guards_receipt_is_refused(world: World, customer_and_certificate: tuple[Customer, bytes]) -> None:
    customer, certificate = customer_and_certificate
    request = world.activation_request(customer, world.transaction(customer, certificate))
    receipt = request.receipts[1][0]
    forged = (request.receipts[0], (receipt, STRANGER.sign(receipt.signed())))
    refused(world, replace(request, receipts=forged), ReceiptRefused, "signature")


@pytest.mark.parametrize("receipts", [(), (0,), (0, 0), (0, 1, 0, 1)], ids=["none", "one", "one twice", "too many"])
def test_4_one_guard_counts_once(
    world: World, customer_and_certificate: tuple[Customer, bytes], receipts: tuple[int, ...]
) -> None:
    customer, certificate = customer_and_certificate
    request = world.activation_request(customer, world.transaction(customer, certificate))
    shown = tuple(request.receipts[index] for index in receipts)
    refused(world, replace(request, receipts=shown), ReceiptRefused, "count")


def test_4_two_receipts_of_one_guard_count_once(world: World, customer_and_certificate: tuple[Customer, bytes]) -> None:
    customer, certificate = customer_and_certificate
    request = world.activation_request(customer, world.transaction(customer, certificate))
    again = replace(request.receipts[0][0], seq=12)
    shown = (request.receipts[0], (again, GUARDS[0].sign(again.signed())))
    refused(world, replace(request, receipts=shown), ReceiptRefused, "count")


def test_5_a_secret_sealed_for_another_transaction_is_refused(
    world: World, customer_and_certificate: tuple[Customer, bytes]
) -> None:
    customer, certificate = customer_and_certificate
    moved = world.sealed(customer, world.transaction(customer, certificate))
    request = world.activation_request(customer, world.transaction(customer, certificate), sealed=moved)
    refused(world, request, SealedRefused)


def test_5_another_activation_secret_unwraps_nothing(
    world: World, customer_and_certificate: tuple[Customer, bytes]
) -> None:
    """The master key and the whole database are there; what only the PIN gives is not."""
    customer, certificate = customer_and_certificate
    transaction = world.transaction(customer, certificate)
    info = messages.activation_info(transaction.hash(), customer.kid, transaction.day_key_id)
    sealed = sealing.seal(bytes(32), world.day_key().public_key, info)
    refused(world, world.activation_request(customer, transaction, sealed=sealed), SealedRefused)


@pytest.mark.parametrize("size", [0, 79, 81])
def test_5_sealed_bytes_of_another_length_are_refused(
    world: World, customer_and_certificate: tuple[Customer, bytes], size: int
) -> None:
    customer, certificate = customer_and_certificate
    request = world.activation_request(customer, world.transaction(customer, certificate), sealed=bytes(size))
    refused(world, request, SealedRefused)


def test_6_another_activation_of_the_same_transaction_is_refused(
    world: World, customer_and_certificate: tuple[Customer, bytes]
) -> None:
    customer, certificate = customer_and_certificate
    transaction = world.transaction(customer, certificate)
    activate(world.activation_request(customer, transaction), world.desk)
    refused(world, world.activation_request(customer, transaction), ActivationReplayed)


def test_6_the_same_activation_gets_the_same_signatures_until_the_transaction_ends(
    world: World, customer_and_certificate: tuple[Customer, bytes]
) -> None:
    customer, certificate = customer_and_certificate
    request = world.activation_request(customer, world.transaction(customer, certificate))
    first = activate(request, world.desk)
    world.clock.now += 360
    assert activate(request, world.desk) == first
    world.clock.now += 1
    refused(world, request, TransactionRefused)


def test_nothing_secret_is_in_a_repr(world: World, customer_and_certificate: tuple[Customer, bytes]) -> None:
    customer, certificate = customer_and_certificate
    request = world.activation_request(customer, world.transaction(customer, certificate))
    live = world.desk.versions.live_key(customer.kid)
    assert live is not None
    text = f"{request} {live} {world.desk} {world.desk.day_keys} {SigningKey(b'x' * 32)}"
    for secret in (request.sealed, live.blob, world.desk.identity.seed, (world.folder / "master.key").read_bytes()):
        assert repr(secret)[2:-1] not in text
        assert secret.hex() not in text
