"""The customer's receipt, verified offline: she consented to exactly this transaction, and enough guards saw the PIN.

Steps:
1 form: every field, canonical T
2 purpose: T's is the one demanded
3 set: T is for the guards of these anchors
4 attestation: by the vault, for T's kid
5 activation: by the attested authorisation key, over this T and its times
6 guards: receipts of as many different guards as the threshold, for this activation
7 certificate: T's, with the attested public key, below the anchored root, for a person, valid at T's time
8 leaf: of this kid's use of this T by this activation
"""

from cryptography import x509

from dojang.client import certificates
from dojang.client.bodies import ReceiptBody
from dojang.client.verifier.steps import step
from dojang.pin import labels
from dojang.pin.anchors import Anchors
from dojang.pin.encoding import labelled_hash, sha256
from dojang.pin.messages import ConfirmReceipt
from dojang.pin.signatures import verify
from dojang.refusals import (
    ActivationRefused,
    AnchorsMismatch,
    CertificateMismatch,
    ReceiptRefused,
    RecordMismatch,
    TransactionRefused,
)
from dojang.signing.what_is_signed import Purpose, Transaction


def verify_receipt(data: bytes, anchors: Anchors, purpose: Purpose | None = None) -> Transaction:
    """The transaction that was consented to. Raises `SignatureInvalid` (fact: step).

    A transfer's verifier demands purpose "transfer": a login's receipt is no consent to pay.
    """
    with step("form"):
        receipt = ReceiptBody.read(data)
        transaction = Transaction.parse(receipt.transaction)
    with step("purpose"):
        if purpose is not None and transaction.purpose != purpose:
            raise TransactionRefused
    with step("set"):
        if transaction.guards_hash != anchors.guards_hash:
            raise AnchorsMismatch
    with step("attestation"):
        _check_attestation(receipt, transaction, anchors)
    with step("activation"):
        _check_activation(receipt, transaction)
    with step("guards"):
        _check_guards(receipt, transaction, anchors)
    with step("certificate"):
        _check_certificate(receipt, transaction, anchors)
    with step("leaf"):
        _check_leaf(receipt, transaction)
    return transaction


def _check_attestation(receipt: ReceiptBody, transaction: Transaction, anchors: Anchors) -> None:
    verify(anchors.vault_key, receipt.attestation.signature, receipt.attestation.value().signed())
    if receipt.attestation.kid != transaction.kid:
        raise RecordMismatch


def _check_activation(receipt: ReceiptBody, transaction: Transaction) -> None:
    attestation, activation = receipt.attestation, receipt.activation
    verify(attestation.authorization_key, activation.signature, activation.value().signed())
    said = (activation.uid, activation.ver, activation.th, activation.iat, activation.exp)
    if said != (attestation.uid, attestation.ver, transaction.hash(), transaction.iat, transaction.exp):
        raise ActivationRefused


def _check_guards(receipt: ReceiptBody, transaction: Transaction, anchors: Anchors) -> None:
    guards = set()
    for body in receipt.receipts:
        said = body.value()
        verify(anchors.guard(said.guard_id).public_key, body.signature, said.signed())
        if said != _expected(receipt, transaction, said):
            raise ReceiptRefused
        guards.add(said.guard_id)
    if len(guards) < anchors.threshold:
        raise ReceiptRefused


def _expected(receipt: ReceiptBody, transaction: Transaction, said: ConfirmReceipt) -> ConfirmReceipt:
    return ConfirmReceipt(
        guards_hash=transaction.guards_hash,
        guard_id=said.guard_id,
        uid=receipt.attestation.uid,
        ver=receipt.attestation.ver,
        authorization_key_sha256=sha256(receipt.attestation.authorization_key),
        th=transaction.hash(),
        activation_sha256=receipt.activation.sha256(),
        seq=said.seq,
        time=said.time,
    )


def _check_certificate(receipt: ReceiptBody, transaction: Transaction, anchors: Anchors) -> None:
    certificate = certificates.load(receipt.certificate)
    spki = certificates.spki(certificate)
    if sha256(receipt.certificate) != transaction.certificate or sha256(spki) != receipt.attestation.spki_sha256:
        raise CertificateMismatch
    root = certificates.load(anchors.root_certificate)
    others: list[x509.Certificate] = [certificates.load(der) for der in receipt.chain]
    certificates.path_to(root, certificate, others, transaction.iat)
    certificates.check_signs_for_a_person(certificate)


def _check_leaf(receipt: ReceiptBody, transaction: Transaction) -> None:
    """The second half needs no log_id, which is the customer's secret handle on her leaves."""
    event = labelled_hash(labels.LEAF_EVENT, "use", transaction.kid, transaction.hash(), receipt.activation.sha256())
    if receipt.leaf[32:] != event:
        raise ReceiptRefused
