"""A relying party (이용기관) that is registered here."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """`jwk`: its public key (RFC 7517), the only way in which it proves itself. Addresses are compared exactly;
    `return_uris` are prefixes ending in a slash, for the way back from a signature."""

    client_id: str
    name: dict[str, str]
    redirect_uris: tuple[str, ...]
    return_uris: tuple[str, ...]
    jwk: dict[str, Any] = field(repr=False)
