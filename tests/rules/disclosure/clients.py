"""Two relying parties with their keys, and what they send."""

from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from dojang.disclosure.client_assertion import ASSERTION_TYPE
from dojang.pin.encoding import b64, sha256
from dojang.values.relying_party import RelyingParty

ISSUER = "http://center.dojang.localhost:8001"
BANK, SHOP = "hanbit-bank", "shop"
BACK = "http://bank.localhost:8000/login/callback"
VERIFIER = "v" * 43
CHALLENGE = b64(sha256(VERIFIER.encode()))
NONCE = "n-0S6_WzA2Mj-and-more"
NAMES = {BANK: {"ko": "한빛은행", "en": "Hanbit Bank"}, SHOP: {"ko": "가게", "en": "A <Shop> & Sons"}}

REQUEST = {
    "client_id": BANK,
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": "openid",
    "state": "a state",
    "nonce": NONCE,
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def request(*more: tuple[str, str], **changes: str | None) -> list[tuple[str, str]]:
    """The parameters of a sound request, some changed, left out (None) or sent besides."""
    return [(name, value) for name, value in {**REQUEST, **changes}.items() if value is not None] + list(more)


@dataclass
class Client:
    """A relying party's own side."""

    client_id: str
    origin: str
    key: ECKey | OKPKey
    assertions: int = field(default=0)

    @property
    def party(self) -> RelyingParty:
        return RelyingParty(
            client_id=self.client_id,
            name=NAMES[self.client_id],
            redirect_uris=(f"{self.origin}/login/callback", f"{self.origin}/back?lang=ko"),
            return_uris=(f"{self.origin}/transfers/",),
            jwk=dict(self.key.as_dict(private=False)),
        )

    def assertion(self, now: int, *, key: Any = None, header: dict[str, str] | None = None, **changes: Any) -> str:
        """A client assertion, good for a minute and once, or as changed; None leaves a claim out."""
        self.assertions += 1
        sound = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": ISSUER,
            "iat": now,
            "exp": now + 60,
            "jti": f"{self.client_id}-{self.assertions:08}",
        }
        claims = {name: value for name, value in {**sound, **changes}.items() if value is not None}
        said = header or {"alg": "ES256" if isinstance(self.key, ECKey) else "Ed25519"}
        return jwt.encode(said, claims, key or self.key, algorithms=[said["alg"]])

    def proof(self, now: int, **changes: Any) -> dict[str, str]:
        """The two fields of an authenticated call."""
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion(now, **changes)}


def bank() -> Client:
    return Client(BANK, "http://bank.localhost:8000", ECKey.generate_key("P-256"))


def shop() -> Client:
    return Client(SHOP, "https://shop.example", OKPKey.generate_key("Ed25519"))
