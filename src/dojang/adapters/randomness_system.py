"""The operating system's randomness."""

import secrets


class SystemRandomness:
    """`Randomness`."""

    def token(self, size: int) -> bytes:
        """See `Randomness`."""
        return secrets.token_bytes(size)

    def digits(self, count: int) -> str:
        """See `Randomness`."""
        return f"{secrets.randbelow(10**count):0{count}}"
