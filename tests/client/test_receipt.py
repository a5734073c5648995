"""A receipt is verified offline, in eight steps; each is met by one forgery that only it finds."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from dojang.client import certificates
from dojang.client.bodies import ActivationBody, AttestationBody, ConfirmReceiptBody
from dojang.client.verifier.receipt import verify_receipt
from dojang.pin.encoding import b64, sha256, unb64
from dojang.pin.signatures import SigningKey
from dojang.refusals import SignatureInvalid
from dojang.signing.what_is_signed import Transaction
from tests.client.world import PIN, Authority, Customer, Pad, World, der, enrolled, transfer

Receipt = dict[str, Any]


class Story:
    """One transfer, its receipt, and the keys to forge with."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.holder, self.customer = enrolled(self.world)
        used = self.holder.use(self.world.center.ask(self.customer, transfer()), Pad(PIN))
        self.data = used.receipt
        self.another = self.second_customer()

    def second_customer(self) -> Customer:
        return enrolled(self.world, "another", "김하늘")[1]

    def receipt(self) -> Receipt:
        receipt: Receipt = json.loads(self.data)
        return receipt


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("story"))


def by_vault(story: Story, receipt: Receipt, **changes: Any) -> Receipt:
    """The attestation changed, and signed again by the vault."""
    body = AttestationBody.model_validate({**receipt["attestation"], **changes})
    signature = story.world.vault_key.sign(body.value().signed())
    return {**receipt, "attestation": body.model_copy(update={"signature": signature}).model_dump(mode="json")}


def by_guards(story: Story, receipt: Receipt, **changes: Any) -> Receipt:
    """The guards' receipts changed, and signed again by each."""
    bodies = [ConfirmReceiptBody.model_validate({**body, **changes}) for body in receipt["receipts"]]
    signed = [
        body.model_copy(update={"signature": story.world.guard_keys[body.guard_id].sign(body.value().signed())})
        for body in bodies
    ]
    return {**receipt, "receipts": [body.model_dump(mode="json") for body in signed]}


def by_holder(story: Story, receipt: Receipt, key: SigningKey, **changes: Any) -> Receipt:
    """A receipt of a holder whose AK is `key`: attested, activated and confirmed, all signatures right."""
    receipt = by_vault(story, receipt, authorization_key=b64(key.public))
    body = ActivationBody.model_validate({**receipt["activation"], **changes})
    signed = body.model_copy(update={"signature": key.sign(body.value().signed())})
    digest = {"activation_sha256": b64(signed.sha256()), "authorization_key_sha256": b64(sha256(key.public))}
    return by_guards(story, {**receipt, "activation": signed.model_dump(mode="json")}, **digest)


def other_certificate(story: Story, receipt: Receipt) -> Receipt:
    """Hers too, says the vault; but not the one that the transaction names."""
    spki = certificates.spki(certificates.load(story.another.certificate))
    return by_vault(story, {**receipt, "certificate": b64(story.another.certificate)}, spki_sha256=b64(sha256(spki)))


def other_root(story: Story, receipt: Receipt) -> Receipt:
    fake = Authority.make(ec.generate_private_key(ec.SECP256R1()), story.world.clock() - 60)
    return {**receipt, "chain": [b64(der(fake.issuing)), b64(der(fake.root))]}


def other_kind_of_leaf(story: Story, receipt: Receipt) -> Receipt:
    return {**receipt, "leaf": b64(unb64(receipt["leaf"])[:32] + bytes(32))}


def one_guard_twice(story: Story, receipt: Receipt) -> Receipt:
    return {**receipt, "receipts": [receipt["receipts"][0]] * 2}


FORGED: dict[str, tuple[str, Callable[[Story, Receipt], Receipt]]] = {
    "another form": ("form", lambda _story, receipt: {**receipt, "more": 1}),
    "a T that is not canonical": ("form", lambda _story, receipt: {**receipt, "transaction": b64(b"{}")}),
    "an attestation by somebody else": (
        "attestation",
        lambda _story, receipt: {
            **receipt,
            "attestation": {**receipt["attestation"], "authorization_key": b64(SigningKey.generate().public)},
        },
    ),
    "an attestation for another kid": (
        "attestation",
        lambda story, receipt: by_vault(story, receipt, kid=b64(bytes(16))),
    ),
    "an activation by another AK": (
        "activation",
        lambda story, receipt: by_vault(story, receipt, authorization_key=b64(SigningKey.generate().public)),
    ),
    "an activation of another transaction": (
        "activation",
        lambda story, receipt: by_holder(story, receipt, SigningKey.generate(), th=b64(bytes(32))),
    ),
    "an activation of another version": (
        "activation",
        lambda story, receipt: by_holder(story, receipt, SigningKey.generate(), ver=2),
    ),
    "an activation of other times": (
        "activation",
        lambda story, receipt: by_holder(story, receipt, SigningKey.generate(), exp=receipt["activation"]["exp"] + 1),
    ),
    "a guard's receipt changed": (
        "guards",
        lambda _story, receipt: {**receipt, "receipts": [{**body, "seq": 99} for body in receipt["receipts"]]},
    ),
    "guards' receipts for another activation": (
        "guards",
        lambda story, receipt: by_guards(story, receipt, activation_sha256=b64(bytes(32))),
    ),
    "guards' receipts for another transaction": (
        "guards",
        lambda story, receipt: by_guards(story, receipt, th=b64(bytes(32))),
    ),
    "one guard twice": ("guards", one_guard_twice),
    "one guard alone": ("guards", lambda _story, receipt: {**receipt, "receipts": receipt["receipts"][:1]}),
    "another certificate": ("certificate", other_certificate),
    "a public key that is not the attested one": (
        "certificate",
        lambda story, receipt: by_vault(story, receipt, spki_sha256=b64(bytes(32))),
    ),
    "a chain of another authority": ("certificate", other_root),
    "a leaf of something else": ("leaf", other_kind_of_leaf),
}


def test_a_transfers_receipt_proves_the_consent(story: Story) -> None:
    transaction = verify_receipt(story.data, story.world.anchors, "transfer")
    assert transaction.items[0].content_hash == sha256(transfer())


def test_a_holder_forged_whole_passes_only_with_all_of_it(story: Story) -> None:
    """The forgers below make good receipts when nothing is changed: so what they change is what is found."""
    whole = by_holder(story, story.receipt(), SigningKey.generate())
    with pytest.raises(SignatureInvalid) as refused:
        verify_receipt(json.dumps(whole).encode(), story.world.anchors)
    assert refused.value.facts == {"step": "leaf"}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_receipt_is_refused(story: Story, name: str) -> None:
    step, forge = FORGED[name]
    forged = json.dumps(forge(story, story.receipt())).encode()
    with pytest.raises(SignatureInvalid) as refused:
        verify_receipt(forged, story.world.anchors, "transfer")
    assert refused.value.facts == {"step": step}


def test_a_logins_receipt_is_no_consent_to_pay(story: Story) -> None:
    login = story.holder.use(story.world.center.ask(story.customer), Pad(PIN)).receipt
    assert verify_receipt(login, story.world.anchors, "login").purpose == "login"
    with pytest.raises(SignatureInvalid) as refused:
        verify_receipt(login, story.world.anchors, "transfer")
    assert refused.value.facts == {"step": "purpose"}


def test_a_receipt_for_other_guards_is_refused(story: Story) -> None:
    others = replace(story.world.anchors, log_key=SigningKey.generate().public)
    with pytest.raises(SignatureInvalid) as refused:
        verify_receipt(story.data, others)
    assert refused.value.facts == {"step": "set"}


def test_a_transaction_changed_after_the_consent_is_refused(story: Story) -> None:
    receipt = story.receipt()
    transaction = Transaction.parse(unb64(receipt["transaction"]))
    forged = replace(transaction, display=(("받는 분", "도둑"), *transaction.display[1:]))
    receipt["transaction"] = b64(forged.canonical())
    with pytest.raises(SignatureInvalid) as refused:
        verify_receipt(json.dumps(receipt).encode(), story.world.anchors)
    assert refused.value.facts == {"step": "activation"}
