"""A revocation that the certificate's own holder signed with her PIN.

1. T is canonical, and a revocation's by its own words.
2. The certificate is T's, by number and hash, and T's kid's.
3. The use log holds the kid's use of exactly this T by this activation: every check of a use was passed then.
4. One transaction: the kid has not ended, its wrapped key is destroyed, the certificate revoked, and the leaf.

T's end plays no part: a consent that the log holds is carried out whenever whoever has to ask comes to it. The same
again finds what was done; the next CRL names it.
"""

from dataclasses import dataclass

from dojang.pin.encoding import sha256
from dojang.refusals import KidNotFound, RevocationRefused
from dojang.signing.what_is_signed import Transaction, revocation_of
from dojang.vault import use_log
from dojang.vault.certificate_book import Revocation
from dojang.vault.desk import VaultDesk


@dataclass(frozen=True, slots=True)
class RevocationRequest:
    """T's bytes, and where the log holds the consent to it."""

    transaction: bytes
    activation_sha256: bytes
    leaf_index: int


@dataclass(frozen=True, slots=True)
class Revoked:
    """Since when the certificate is revoked, Unix seconds."""

    revoked_at: int


def revoke(request: RevocationRequest, desk: VaultDesk) -> Revoked:
    """The certificate is revoked for the reason that its holder signed, and its key is gone.

    Raises `TransactionRefused`, `KidNotFound`, `RevocationRefused` (fact check: certificate, leaf, ended).
    """
    # 1
    transaction = Transaction.parse(request.transaction)
    asked = revocation_of(transaction)
    # 2
    found = desk.certificates.of_kid(transaction.kid)
    if found is None:
        raise KidNotFound
    if found != (asked.serial, transaction.certificate):
        raise RevocationRefused(check="certificate")
    # 3
    th = sha256(request.transaction)
    held = use_log.leaves(desk.database, request.leaf_index, 1)
    if not held or not use_log.is_of_use(held[0], transaction.kid, th, request.activation_sha256):
        raise RevocationRefused(check="leaf")
    # 4
    revocation = Revocation(transaction.kid, th, request.activation_sha256, asked.reason, desk.now())
    return Revoked(desk.certificates.revoke(revocation))
