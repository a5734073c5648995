"""The confirmation code (확인 코드): four digits that both the asking institution's page and the centre's page show.

It lets a customer with two windows open see that what they are about to sign is what they asked for. It is no secret
and proves nothing by itself: what is signed is what the PIN page shows.
"""

from dojang.pin.encoding import sha256


def code_of(request_id: str) -> str:
    """48 21: drawn from the id of the signature request, the same wherever it is shown."""
    number = int.from_bytes(sha256(f"confirmation code\n{request_id}".encode())[:8]) % 10_000
    return f"{number // 100:02d} {number % 100:02d}"
