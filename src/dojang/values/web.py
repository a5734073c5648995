"""What the centre's web remembers of a browser and of what it answered."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's visit; `id` is the SHA-256 (hex) of the token in its cookie."""

    id: str
    started_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer to one idempotency key; `status` is 0 until there is one."""

    scope: str
    key: str
    fingerprint: bytes
    begun_at: int
    status: int = 0
    media_type: str = ""
    body: bytes = b""
