"""The vault's five calls, against the real vault; what it refuses comes back by name."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from dojang.adapters.key_vault_http import HttpKeyVault
from dojang.authority.serials import to_text
from dojang.pin.encoding import sha256, unb64
from dojang.pin.messages import Activation, Credential
from dojang.pin.sealing import seal
from dojang.pin.signatures import SigningKey
from dojang.pin.signed import Signed, read
from dojang.ports.key_vault import AttestedKey, CertificateRequest
from dojang.refusals import (
    CredentialRefused,
    DayKeyExpired,
    KidNotFound,
    KidTaken,
    RevocationRefused,
    SealedRefused,
    SignatureRefused,
    TransactionRefused,
    VaultUnavailable,
)
from dojang.serving.calls import SignedCalls
from dojang.serving.party import Party
from dojang.signing.what_is_signed import Item, RevocationAsked
from dojang.values.registration import RegistrationStatement
from tests.client.world import PIN, VAULT, Pad, World, enrolled

AK = SigningKey(b"a" * 32)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def vault(world: World) -> HttpKeyVault:
    return HttpKeyVault(Party(world.call("vault", VAULT), VaultUnavailable))


def credential(world: World, vault: HttpKeyVault, **changes: Any) -> Credential:
    made = Credential(
        uid=b"u" * 16,
        kid=b"k" * 16,
        algorithm="P-256",
        day_key_id=vault.day_key().message.day_key_id,
        guards_hash=world.anchors.guards_hash,
        ver=1,
        authorization_key=AK.public,
        record_sha256=bytes(32),
    )
    return replace(made, **changes)


def make(vault: HttpKeyVault, asked: Credential, sealed: bytes = b"", key: SigningKey = AK) -> AttestedKey:
    sealed = sealed or seal(b"A" * 32, vault.day_key().message.public_key, asked.info())
    return vault.make_credential(asked, sealed, key.sign(asked.signed(sealed)))


def test_the_day_key_is_the_vaults(world: World, vault: HttpKeyVault) -> None:
    key = vault.day_key()
    key.check(world.anchors.vault_key)
    assert key.message.not_before <= world.clock() < key.message.not_after
    with pytest.raises(SignatureRefused):
        replace(key, message=replace(key.message, not_after=key.message.not_after + 1)).check(world.anchors.vault_key)


def test_a_key_pair_is_made_once_and_attested(world: World, vault: HttpKeyVault) -> None:
    asked = credential(world, vault)
    sealed = seal(b"A" * 32, vault.day_key().message.public_key, asked.info())
    made = make(vault, asked, sealed)
    made.attestation.check(world.anchors.vault_key)
    assert made.attestation.message.spki_sha256 == sha256(made.spki)
    assert make(vault, asked, sealed) == made


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"guards_hash": bytes(32)}, CredentialRefused),
        ({"day_key_id": bytes(16)}, DayKeyExpired),
    ],
)
def test_a_credential_that_the_vault_refuses_is_refused_by_that_name(
    world: World, vault: HttpKeyVault, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        make(vault, credential(world, vault, **changes))


def test_sealed_bytes_and_kids_of_others_are_refused_by_name(world: World, vault: HttpKeyVault) -> None:
    asked = credential(world, vault)
    with pytest.raises(SealedRefused):
        make(vault, asked, bytes(80))
    make(vault, asked)
    with pytest.raises(KidTaken):
        make(vault, replace(asked, uid=b"x" * 16))


def test_what_the_vault_does_not_know_it_does_not_certify_or_sign(world: World, vault: HttpKeyVault) -> None:
    statement = RegistrationStatement("홍길동", bytes(32), b"u" * 16, b"k" * 16, AK.public, b"", bytes(64))
    with pytest.raises(KidNotFound):
        vault.certify(CertificateRequest(b"k" * 16, 1, "personal_financial", "01" * 17, 1, statement, ()))
    said = Activation(b"u" * 16, 1, bytes(32), 1, 2, bytes(32), (bytes(32),))
    with pytest.raises(TransactionRefused):
        vault.activate(b"{}", Signed(said, bytes(64)), bytes(80), [])


def test_a_revocation_that_a_holder_signed_is_carried_out_and_any_other_refused_by_name(
    world: World, vault: HttpKeyVault
) -> None:
    holder, customer = enrolled(world)
    serial = to_text(x509.load_der_x509_certificate(customer.certificate).serial_number)
    wish = RevocationAsked(serial, "keyCompromise", "r-1")
    items = (Item("revocation", sha256(wish.content()), "shown"),)
    said: dict[str, Any] = {"relying_party": "center", "purpose": "revocation", "display": wish.pairs(), "items": items}
    code = world.center.ask(customer, **said)
    world.center.asked[code].contents[:] = [wish.content()]
    pad = Pad(PIN)
    receipt = json.loads(holder.use(code, pad).receipt)
    assert (pad.shown[0].relying_party, pad.shown[0].pairs) == ("center", wish.pairs())
    transaction, activation = unb64(receipt["transaction"]), read(Activation, receipt["activation"])
    consent = activation.message.hash(activation.signature)
    with pytest.raises(RevocationRefused):
        vault.revoke(transaction, bytes(32), receipt["leaf_index"])
    with pytest.raises(TransactionRefused):
        vault.revoke(b"{}", consent, receipt["leaf_index"])
    since = vault.revoke(transaction, consent, receipt["leaf_index"])
    assert vault.revoke(transaction, consent, receipt["leaf_index"]) == since


def test_a_vault_that_is_down_or_does_not_know_us_is_unavailable(world: World, vault: HttpKeyVault) -> None:
    client = world.call("vault", VAULT)
    client.auth = SignedCalls("center", SigningKey(b"\x09" * 32), "vault", world.clock)
    with pytest.raises(VaultUnavailable):
        HttpKeyVault(Party(client, VaultUnavailable)).day_key()
    world.wire.down.add(VAULT)
    with pytest.raises(VaultUnavailable):
        vault.day_key()
