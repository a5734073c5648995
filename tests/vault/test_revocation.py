"""The vault revokes what its own log says the holder consented to, and nothing else."""

import os
from dataclasses import replace

import pytest
from cryptography import x509

from dojang.authority import crl
from dojang.authority.serials import to_text
from dojang.pin import messages
from dojang.pin.encoding import sha256
from dojang.refusals import KidNotFound, Refusal, RevocationRefused, TransactionRefused
from dojang.signing.what_is_signed import Item, RevocationAsked, Transaction
from dojang.vault import use_log
from dojang.vault.activation import ActivationRequest, activate
from dojang.vault.certificates import certify
from dojang.vault.credentials import make_credential
from dojang.vault.housekeeping import make_due_lists
from dojang.vault.revocation import RevocationRequest, revoke
from tests.vault.world import Customer, World


def serial_of(certificate: bytes) -> str:
    return to_text(x509.load_der_x509_certificate(certificate).serial_number)


def asking(
    world: World, customer: Customer, certificate: bytes, reason: str = "keyCompromise", serial: str = ""
) -> Transaction:
    """T of a revocation, as the centre builds it."""
    asked = RevocationAsked(serial or serial_of(certificate), reason, os.urandom(8).hex())
    return world.transaction(
        customer,
        certificate,
        relying_party="center",
        purpose="revocation",
        display=asked.pairs(),
        items=(Item("revocation", sha256(asked.content()), "shown"),),
    )


def signed(world: World, customer: Customer, transaction: Transaction) -> RevocationRequest:
    """She agreed with her PIN, and the vault signed."""
    request = world.activation_request(customer, transaction)
    done = activate(request, world.desk)
    return RevocationRequest(request.transaction, hash_of(request), done.leaf_index)


def hash_of(request: ActivationRequest) -> bytes:
    return request.activation.hash(request.signature)


def refused(world: World, request: RevocationRequest, refusal: type[Refusal], check: str | None = None) -> None:
    """Exactly this refusal, nothing in the log, and whoever signed before signs on."""
    before = use_log.leaves(world.desk.database, 0, 100)
    with pytest.raises(refusal) as caught:
        revoke(request, world.desk)
    assert type(caught.value) is refusal
    assert caught.value.facts.get("check") == check
    assert use_log.leaves(world.desk.database, 0, 100) == before


def test_a_signed_revocation_ends_the_certificate_destroys_its_key_and_leaves_a_leaf(world: World) -> None:
    customer, certificate = world.enrolled()
    request = signed(world, customer, asking(world, customer, certificate))
    login = world.activation_request(customer, world.transaction(customer, certificate))
    world.clock.now += 3
    assert revoke(request, world.desk).revoked_at == world.clock.now
    assert world.desk.versions.version(customer.kid, 1, customer.key.public) is None
    with pytest.raises(TransactionRefused):
        activate(login, world.desk)
    leaf = use_log.leaves(world.desk.database, 3, 1)[0]
    th = sha256(request.transaction)
    assert leaf[32:] == messages.leaf(b"", 0, "revocation", customer.kid, th, request.activation_sha256)[32:]


@pytest.mark.parametrize("reason", ["keyCompromise", "affiliationChanged", "cessationOfOperation"])
def test_the_next_list_names_the_reason_that_was_signed(sqlite_world: World, reason: str) -> None:
    customer, certificate = sqlite_world.enrolled()
    revoke(signed(sqlite_world, customer, asking(sqlite_world, customer, certificate, reason)), sqlite_world.desk)
    make_due_lists(sqlite_world.desk)
    number = x509.load_der_x509_certificate(certificate).serial_number
    file = sqlite_world.desk.issuer.crl_file(number)
    post = sqlite_world.desk.posts.newest(f"/crls/{file}")
    assert post is not None
    assert crl.read(post.der, sqlite_world.desk.issuer, file).revoked == (
        crl.Revoked(number, reason, sqlite_world.clock.now),
    )


def test_the_same_again_finds_what_was_done_however_late(world: World) -> None:
    customer, certificate = world.enrolled()
    request = signed(world, customer, asking(world, customer, certificate))
    first = revoke(request, world.desk)
    leaves = use_log.leaves(world.desk.database, 0, 100)
    world.clock.now += 90 * 86_400
    assert revoke(request, world.desk) == first
    assert use_log.leaves(world.desk.database, 0, 100) == leaves


def test_a_consent_is_carried_out_after_its_transaction_ended_and_its_use_was_forgotten(world: World) -> None:
    customer, certificate = world.enrolled()
    request = signed(world, customer, asking(world, customer, certificate))
    world.clock.now += 90 * 86_400
    world.desk.uses.forget(world.clock.now)
    assert revoke(request, world.desk).revoked_at == world.clock.now


def test_without_a_consent_in_the_log_nothing_is_revoked(world: World) -> None:
    """A taken centre has every key but hers."""
    customer, certificate = world.enrolled()
    request = world.activation_request(customer, asking(world, customer, certificate))
    for index in (0, 1, 2, 2**53 - 1):
        forged = RevocationRequest(request.transaction, hash_of(request), index)
        refused(world, forged, RevocationRefused, "leaf")


def test_a_login_is_no_consent_to_a_revocation(sqlite_world: World) -> None:
    customer, certificate = sqlite_world.enrolled()
    login = signed(sqlite_world, customer, sqlite_world.transaction(customer, certificate))
    refused(sqlite_world, login, TransactionRefused)
    wish = asking(sqlite_world, customer, certificate).canonical()
    refused(sqlite_world, replace(login, transaction=wish), RevocationRefused, "leaf")


def test_the_words_of_a_revocation_under_another_purpose_are_none(sqlite_world: World) -> None:
    """A page that shows transfers would never have shown them."""
    customer, certificate = sqlite_world.enrolled()
    transfer = replace(asking(sqlite_world, customer, certificate), purpose="transfer")
    refused(sqlite_world, signed(sqlite_world, customer, transfer), TransactionRefused)


def test_a_consent_for_one_reason_is_none_for_another(sqlite_world: World) -> None:
    customer, certificate = sqlite_world.enrolled()
    transaction = asking(sqlite_world, customer, certificate, "cessationOfOperation")
    request = signed(sqlite_world, customer, transaction)
    asked = RevocationAsked(serial_of(certificate), "keyCompromise", dict(transaction.display)["request"])
    item = Item("revocation", sha256(asked.content()), "shown")
    other = replace(transaction, display=asked.pairs(), items=(item,))
    refused(sqlite_world, replace(request, transaction=other.canonical()), RevocationRefused, "leaf")
    # Nor are other words over what was hashed: they are no transaction.
    worded = replace(transaction, display=asked.pairs())
    refused(sqlite_world, replace(request, transaction=worded.canonical()), TransactionRefused)


def test_a_consent_by_another_activation_is_refused(sqlite_world: World) -> None:
    customer, certificate = sqlite_world.enrolled()
    request = signed(sqlite_world, customer, asking(sqlite_world, customer, certificate))
    refused(sqlite_world, replace(request, activation_sha256=bytes(32)), RevocationRefused, "leaf")


def test_ones_own_consent_revokes_nobody_elses_certificate(world: World) -> None:
    customer, certificate = world.enrolled()
    other, others = world.enrolled()
    request = signed(world, customer, asking(world, customer, certificate))
    moved = asking(world, other, others)
    refused(world, replace(request, transaction=moved.canonical()), RevocationRefused, "leaf")
    of_two = replace(moved, kid=customer.kid)
    refused(world, replace(request, transaction=of_two.canonical()), RevocationRefused, "certificate")


def test_the_pin_pages_transaction_for_another_number_is_never_signed(sqlite_world: World) -> None:
    customer, certificate = sqlite_world.enrolled()
    _, others = sqlite_world.enrolled()
    wrong = asking(sqlite_world, customer, certificate, serial=serial_of(others))
    with pytest.raises(TransactionRefused) as caught:
        activate(sqlite_world.activation_request(customer, wrong), sqlite_world.desk)
    assert caught.value.facts == {"check": "serial"}


def test_the_number_and_the_hash_are_both_the_certificates(sqlite_world: World) -> None:
    customer, certificate = sqlite_world.enrolled()
    request = signed(sqlite_world, customer, asking(sqlite_world, customer, certificate))
    number = asking(sqlite_world, customer, certificate, serial="01" * 16)
    refused(sqlite_world, replace(request, transaction=number.canonical()), RevocationRefused, "certificate")
    content = replace(asking(sqlite_world, customer, certificate), certificate=bytes(32))
    refused(sqlite_world, replace(request, transaction=content.canonical()), RevocationRefused, "certificate")


def test_a_kid_that_nobody_has_is_refused(sqlite_world: World) -> None:
    customer, certificate = sqlite_world.enrolled()
    request = signed(sqlite_world, customer, asking(sqlite_world, customer, certificate))
    nobody = replace(asking(sqlite_world, customer, certificate), kid=bytes(16))
    refused(sqlite_world, replace(request, transaction=nobody.canonical()), KidNotFound)


def test_a_second_consent_comes_too_late_and_the_first_reason_stays(world: World) -> None:
    customer, certificate = world.enrolled()
    first = signed(world, customer, asking(world, customer, certificate, "cessationOfOperation"))
    second = signed(world, customer, asking(world, customer, certificate, "keyCompromise"))
    revoke(first, world.desk)
    refused(world, second, RevocationRefused, "ended")
    (entry,) = world.desk.posts.revoked(world.desk.issuer.crl_file(int(serial_of(certificate), 16)), 0)
    assert entry.reason == "cessationOfOperation"


def test_a_consent_from_before_a_reissue_is_refused_and_the_new_certificate_lives(world: World) -> None:
    customer, certificate = world.enrolled()
    request = signed(world, customer, asking(world, customer, certificate))
    later = Customer()
    make_credential(world.credential_request(later), world.desk)
    certify(world.certificate_request(later, replaces=customer.kid), world.desk)
    refused(world, request, RevocationRefused, "ended")
    assert world.desk.versions.live_key(later.kid) is not None
