"""Step six on the phone: the registered key signs exactly the text that was to be shown (domain rule 17)."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import mobile_approval_text
from dojang.refusals import ApprovalDeclined, ApprovalOver, ApprovalPending, SignatureRefused
from dojang.values.application import AskedApproval
from dojang.values.factors import ApprovalState, ApprovalStatus


def new_approval(application_id: str, comparison_code: str, request: str, now: int) -> AskedApproval:
    """An approval to be asked now. Its text names this application, so that no other approval serves it."""
    text = mobile_approval_text(application_id, comparison_code)
    return AskedApproval(text, comparison_code, request, now + NUMBERS.mobile_confirm.lifetime)


def check_approval(asked: AskedApproval, status: ApprovalStatus, registered_key: bytes, now: int) -> None:
    """The registered phone approved exactly what was asked, in time.

    What the supplier says of text and key counts for nothing: the signature must be the registered key's over the text
    as we asked it. Raises `ApprovalOver` (late), `ApprovalPending`, `ApprovalDeclined`, or `SignatureRefused`.
    """
    if now >= asked.expires_at:
        raise ApprovalOver
    if status.state is ApprovalState.PENDING:
        raise ApprovalPending
    if status.state is ApprovalState.DECLINED:
        raise ApprovalDeclined
    _verify(registered_key, status.signature, asked.text.encode())


def _verify(spki: bytes, signature: bytes, data: bytes) -> None:
    try:
        key = load_der_public_key(spki)
    except ValueError:
        raise SignatureRefused from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SignatureRefused
    try:
        key.verify(signature, data, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise SignatureRefused from None
