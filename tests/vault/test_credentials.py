"""A key pair is made for a version, once, and only for whom AK' and the sealed secret speak."""

from dataclasses import replace

import pytest

from dojang.pin import sealing
from dojang.pin.encoding import sha256
from dojang.pin.messages import Credential
from dojang.pin.signatures import verify
from dojang.refusals import CredentialRefused, DayKeyExpired, KeyKindUnknown, KidTaken, NotAPublicKey, SealedRefused
from dojang.vault.certificates import certify
from dojang.vault.credentials import CredentialRequest, make_credential
from tests.vault.world import STRANGER, Customer, World


def test_the_identical_request_gets_the_identical_attestation_even_after_the_day_key_ended(world: World) -> None:
    request = world.credential_request(Customer())
    first = make_credential(request, world.desk)
    world.clock.now += 100_000
    assert make_credential(request, world.desk) == first


def test_the_attestation_names_record_key_and_leaf_under_the_vaults_key(world: World) -> None:
    customer = Customer()
    made = make_credential(world.credential_request(customer), world.desk)
    said = made.attestation
    verify(world.anchors.vault_key, made.signature, said.signed())
    assert (said.uid, said.kid, said.ver) == (customer.uid, customer.kid, customer.ver)
    assert (said.authorization_key, said.record_sha256) == (customer.key.public, customer.record_sha256)
    assert said.spki_sha256 == sha256(made.spki)


def test_every_version_before_the_first_live_one_has_a_key_pair_of_its_own(world: World) -> None:
    customer = Customer()
    first = make_credential(world.credential_request(customer), world.desk)
    second = make_credential(world.credential_request(replace(customer, ver=2)), world.desk)
    assert first.spki != second.spki
    assert first.log_id == second.log_id


def test_another_request_for_the_same_version_is_refused(world: World) -> None:
    customer = Customer()
    make_credential(world.credential_request(customer), world.desk)
    with pytest.raises(KidTaken):
        make_credential(world.credential_request(customer), world.desk)


def test_a_kid_of_another_uid_is_refused(world: World) -> None:
    customer, other = Customer(), Customer()
    make_credential(world.credential_request(customer), world.desk)
    with pytest.raises(KidTaken):
        make_credential(world.credential_request(replace(other, kid=customer.kid)), world.desk)


def test_a_kid_with_a_live_version_takes_no_other_here(world: World) -> None:
    customer, _ = world.enrolled()
    with pytest.raises(KidTaken):
        make_credential(world.credential_request(replace(customer, ver=2)), world.desk)


def test_a_kid_that_was_replaced_takes_no_other(world: World) -> None:
    customer, _ = world.enrolled()
    later = Customer()
    make_credential(world.credential_request(later), world.desk)
    certify(world.certificate_request(later, replaces=customer.kid), world.desk)
    with pytest.raises(KidTaken):
        make_credential(world.credential_request(replace(customer, ver=2)), world.desk)


def test_a_kind_of_key_that_we_do_not_make_is_refused(sqlite_world: World) -> None:
    with pytest.raises(KeyKindUnknown):
        make_credential(sqlite_world.credential_request(Customer(), algorithm="RSA-512"), sqlite_world.desk)


def test_a_wrong_guard_set_is_refused(sqlite_world: World) -> None:
    with pytest.raises(CredentialRefused):
        make_credential(sqlite_world.credential_request(Customer(), guards_hash=bytes(32)), sqlite_world.desk)


@pytest.mark.parametrize(
    "key",
    [bytes(32), b"\x01" + bytes(31), bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")],
    ids=["y is 0", "identity", "order 8"],
)
def test_a_small_order_key_is_refused(sqlite_world: World, key: bytes) -> None:
    """With such a key, signatures verify that nobody made."""
    asked = sqlite_world.credential(Customer(), authorization_key=key)
    sealed = sealing.seal(bytes(32), sqlite_world.day_key().public_key, asked.info())
    with pytest.raises(NotAPublicKey):
        make_credential(CredentialRequest(asked, sealed, b"\x01" + bytes(63)), sqlite_world.desk)


def test_a_key_that_its_holder_did_not_show_is_refused(sqlite_world: World) -> None:
    request = sqlite_world.credential_request(Customer())
    forged = replace(request, signature=STRANGER.sign(request.body()))
    with pytest.raises(CredentialRefused):
        make_credential(forged, sqlite_world.desk)


@pytest.mark.parametrize(
    ("name", "value"), [("uid", bytes(16)), ("kid", bytes(16)), ("ver", 9), ("record_sha256", bytes(32))]
)
def test_a_field_changed_on_the_way_is_refused(sqlite_world: World, name: str, value: bytes | int) -> None:
    request = sqlite_world.credential_request(Customer())
    changed: Credential = replace(request.credential, **{name: value})  # type: ignore[arg-type]
    with pytest.raises(CredentialRefused):
        make_credential(replace(request, credential=changed), sqlite_world.desk)


def test_a_secret_sealed_for_other_fields_is_refused(sqlite_world: World) -> None:
    customer = Customer()
    asked = sqlite_world.credential(customer)
    moved = sealing.seal(bytes(32), sqlite_world.day_key().public_key, replace(asked, kid=bytes(16)).info())
    with pytest.raises(SealedRefused):
        make_credential(CredentialRequest(asked, moved, customer.key.sign(asked.signed(moved))), sqlite_world.desk)


def test_a_secret_sealed_to_a_day_key_that_ended_is_refused(sqlite_world: World) -> None:
    request = sqlite_world.credential_request(Customer())
    sqlite_world.clock.now = sqlite_world.day_key().not_after
    with pytest.raises(DayKeyExpired):
        make_credential(request, sqlite_world.desk)
