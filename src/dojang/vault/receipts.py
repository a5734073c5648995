"""Guards' receipts as the vault believes them: from the anchors' guards alone, and each guard once."""

from collections.abc import Sequence

from dojang.pin.anchors import Anchors
from dojang.pin.messages import ConfirmReceipt, VersionReceipt
from dojang.pin.signatures import verify
from dojang.refusals import AnchorsMismatch, ReceiptRefused, SignatureRefused

SignedVersionReceipt = tuple[VersionReceipt, bytes]
SignedConfirmReceipt = tuple[ConfirmReceipt, bytes]


def check_live(receipts: Sequence[SignedVersionReceipt], expected: VersionReceipt, anchors: Anchors) -> None:
    """q guards say that exactly the expected version is live. Raises `ReceiptRefused` (fact check)."""
    for receipt, _ in receipts:
        said = (receipt.guards_hash, receipt.uid, receipt.ver, receipt.authorization_key_sha256)
        if said != (expected.guards_hash, expected.uid, expected.ver, expected.authorization_key_sha256):
            raise ReceiptRefused(check="about")
        if receipt.record_sha256 != expected.record_sha256:
            raise ReceiptRefused(check="record")
        if receipt.state != "live":
            raise ReceiptRefused(check="state")
    _check_guards(receipts, anchors, anchors.quorum)


def check_confirmed(receipts: Sequence[SignedConfirmReceipt], expected: ConfirmReceipt, anchors: Anchors) -> None:
    """t guards say that they confirmed exactly the expected activation. Raises `ReceiptRefused` (fact check)."""
    for receipt, _ in receipts:
        said = (receipt.guards_hash, receipt.uid, receipt.ver, receipt.authorization_key_sha256, receipt.th)
        if said != (
            expected.guards_hash,
            expected.uid,
            expected.ver,
            expected.authorization_key_sha256,
            expected.th,
        ):
            raise ReceiptRefused(check="about")
        if receipt.activation_sha256 != expected.activation_sha256:
            raise ReceiptRefused(check="activation")
    _check_guards(receipts, anchors, anchors.threshold)


def _check_guards(
    receipts: Sequence[SignedVersionReceipt] | Sequence[SignedConfirmReceipt], anchors: Anchors, needed: int
) -> None:
    """Each is signed by a guard of the anchors, and as many as needed by different keys."""
    if len(receipts) > len(anchors.guards):
        raise ReceiptRefused(check="count")
    signers = set()
    for receipt, signature in receipts:
        try:
            guard = anchors.guard(receipt.guard_id)
            verify(guard.public_key, signature, receipt.signed())
        except AnchorsMismatch:
            raise ReceiptRefused(check="guard") from None
        except SignatureRefused:
            raise ReceiptRefused(check="signature") from None
        signers.add(guard.public_key)
    if len(signers) < needed:
        raise ReceiptRefused(check="count")
