"""A use: the vault signs what one activation consents to, once (protocol "Use", step 7).

1. T is canonical, its times hold, its day key has not ended, its guard set is ours and its kid is live with that
   certificate; a revocation is of that certificate's number.
2. The signed attributes are rebuilt from T; nothing that anybody sent is signed.
3. The activation is signed by the AK stored with the live version, for this uid, version and th, over these sealed
   bytes and T's iat and exp.
4. t guards of the anchors, each counted once, confirmed this very activation.
5. `sealed` opens under the day key and T; with what is in it and the master key the customer's key unwraps.
6. One transaction: th with SHA-256(activation), unique, and the leaf. A leaf means "authorised".
7. It signs, stores the signatures, and forgets the key.

The identical activation gets the stored signatures, or has them finished, as long as T holds.
"""

import hmac
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from dojang.pin import messages, sealing
from dojang.pin.encoding import sha256
from dojang.pin.messages import ConfirmReceipt
from dojang.pin.signatures import verify
from dojang.refusals import ActivationRefused, SignatureRefused, TransactionRefused
from dojang.signing.attributes import signed_attributes
from dojang.signing.what_is_signed import Transaction, check_times, revocation_of
from dojang.vault import key_kinds, receipts
from dojang.vault.desk import VaultDesk
from dojang.vault.receipts import SignedConfirmReceipt
from dojang.vault.use_book import NewUse
from dojang.vault.version_book import LiveKey

SECRET: Final = 32  # octets of A_kid


@dataclass(frozen=True, slots=True)
class ActivationRequest:
    """T's bytes, the customer's activation of it, A_kid sealed to the day key, and what the guards said."""

    transaction: bytes
    activation: messages.Activation
    signature: bytes
    sealed: bytes = field(repr=False)
    receipts: tuple[SignedConfirmReceipt, ...]


@dataclass(frozen=True, slots=True)
class Activated:
    """One signature for each of T's items, and the leaf that says they were authorised."""

    signatures: tuple[bytes, ...]
    leaf: bytes
    leaf_index: int


def activate(request: ActivationRequest, desk: VaultDesk) -> Activated:
    """The signatures of T, once the seven steps hold.

    Raises `TransactionRefused`, `DayKeyExpired`, `ActivationRefused`, `ReceiptRefused`, `SealedRefused`,
    `ActivationReplayed` (another activation was taken for this T).
    """
    # 1
    transaction, day_key, live = _check_transaction(request.transaction, desk)
    # 2
    to_be_signed = [signed_attributes(transaction, item) for item in transaction.items]
    # 3
    th = sha256(request.transaction)
    activation_sha256 = _check_activation(request, transaction, th, live)
    # 4
    expected = ConfirmReceipt(
        guards_hash=desk.anchors.guards_hash,
        guard_id="",
        uid=live.uid,
        ver=live.ver,
        authorization_key_sha256=sha256(live.authorization_key),
        th=th,
        activation_sha256=activation_sha256,
        seq=0,
        time=0,
    )
    receipts.check_confirmed(request.receipts, expected, desk.anchors)
    # 5
    key = _unwrap(request.sealed, transaction, th, day_key, live, desk)
    # 6
    use = desk.uses.authorize(
        NewUse(th, transaction.kid, live.ver, live.authorization_key, activation_sha256, transaction.exp)
    )
    if use.signatures is not None:
        return Activated(use.signatures, use.leaf, use.leaf_index)
    # 7
    signatures = tuple(key_kinds.sign(key, data) for data in to_be_signed)
    return Activated(desk.uses.finish(th, signatures), use.leaf, use.leaf_index)


def _check_transaction(data: bytes, desk: VaultDesk) -> tuple[Transaction, X25519PrivateKey, LiveKey]:
    """T, its day key and the key that signs for its kid. Raises `TransactionRefused`, `DayKeyExpired`."""
    transaction = Transaction.parse(data)
    check_times(transaction, desk.now())
    day_key = desk.day_keys.private(transaction.day_key_id)
    if transaction.guards_hash != desk.anchors.guards_hash:
        raise TransactionRefused(check="guards_hash")
    live = desk.versions.live_key(transaction.kid)
    if live is None:
        raise TransactionRefused(check="kid")
    if transaction.certificate != live.certificate_sha256:
        raise TransactionRefused(check="certificate")
    if transaction.purpose == "revocation" and revocation_of(transaction).serial != live.serial:
        raise TransactionRefused(check="serial")
    return transaction, day_key, live


def _check_activation(request: ActivationRequest, transaction: Transaction, th: bytes, live: LiveKey) -> bytes:
    """SHA-256(activation). Raises `ActivationRefused` (fact check)."""
    activation = request.activation
    if (activation.uid, activation.ver, activation.th) != (live.uid, live.ver, th):
        raise ActivationRefused(check="about")
    if (activation.iat, activation.exp) != (transaction.iat, transaction.exp):
        raise ActivationRefused(check="times")
    if not hmac.compare_digest(activation.sealed_sha256, sha256(request.sealed)):
        raise ActivationRefused(check="sealed")
    try:
        verify(live.authorization_key, request.signature, activation.signed())
    except SignatureRefused:
        raise ActivationRefused(check="signature") from None
    return activation.hash(request.signature)


def _unwrap(
    sealed: bytes, transaction: Transaction, th: bytes, day_key: X25519PrivateKey, live: LiveKey, desk: VaultDesk
) -> ec.EllipticCurvePrivateKey:
    """The customer's key, for this one use. Raises `SealedRefused`."""
    info = messages.activation_info(th, transaction.kid, transaction.day_key_id)
    secret = sealing.unseal(sealed, day_key, info, SECRET)
    kek = desk.key_encryption_key(live.uid, transaction.kid, live.ver, live.authorization_key, secret)
    return key_kinds.unwrap(live.blob, kek)
