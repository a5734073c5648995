"""A relying party (이용기관) that is registered here."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from pydantic import ConfigDict

KEYS: Final = (("EC", "P-256"), ("OKP", "Ed25519"))
LANGUAGES: Final = {"ko", "en"}

# The centre is a relying party of its own login. It has no key: only its own pages begin something in its name.
CENTER: Final = "center"
CENTER_NAME: Final = {"ko": "인증센터", "en": "Certification centre"}


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """`jwk`: its public key (RFC 7517), the only way in which it proves itself. Addresses are compared exactly;
    `return_uris` are prefixes ending in a slash, for the way back from a signature. `name`: by language.

    Raises `ValueError` for anything else.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    client_id: str
    name: dict[str, str]
    redirect_uris: tuple[str, ...]
    return_uris: tuple[str, ...]
    jwk: dict[str, Any] = field(repr=False)

    def __post_init__(self) -> None:
        if self.client_id == CENTER:
            raise ValueError("the centre's own name is nobody else's")
        if (self.jwk.get("kty"), self.jwk.get("crv")) not in KEYS or "d" in self.jwk:
            raise ValueError("a relying party's key is the public half of P-256 or Ed25519")
        # A prefix without its end would take in another host: https://bank.example is one of https://bank.example.evil.
        if not all(uri.startswith(("https://", "http://")) and uri.endswith("/") for uri in self.return_uris):
            raise ValueError("a way back is an http address that ends in a slash")
        if set(self.name) != LANGUAGES:
            raise ValueError("a relying party has a name in each language")

    @property
    def origins(self) -> list[str]:
        """Where its addresses lie, as a content security policy names it; of an app's own scheme, the scheme."""
        found = (urlsplit(uri) for uri in (*self.redirect_uris, *self.return_uris))
        return list(dict.fromkeys(f"{at.scheme}://{at.netloc}" if at.netloc else f"{at.scheme}:" for at in found))
