"""Four digits by which a customer sees that two pages speak of the same request."""

import hashlib
from typing import Final

_LABEL: Final = b"dojang comparison code\0"


def comparison_code(request_id: str) -> str:
    """`48 21`: the same for everybody who knows the signature request's id, and no secret.

    It tells one's own requests apart; that nobody else's is signed is up to what is shown, and to the PIN.
    """
    number = int.from_bytes(hashlib.sha256(_LABEL + request_id.encode()).digest()[:8]) % 10_000
    digits = f"{number:04}"
    return f"{digits[:2]} {digits[2:]}"
