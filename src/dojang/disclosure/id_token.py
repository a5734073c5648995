"""What a relying party learns: an ID token whose evidence is the customer's own signature (OpenID Connect Core 2)."""

from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from dojang.pin.encoding import b64
from dojang.policy.numbers import NUMBERS
from dojang.values.login import Grant
from dojang.values.transaction import TransactionResult

# Sole control over a key at the server's side, unlocked by what the customer alone knows (EN 419 241-1: SCAL2).
ACR: Final = "urn:dojang:acr:pin-scal2"
# RFC 8176: the PIN always, and beside it a text message or the key of a browser that the customer connected.
AMR: Final = ("pin", "sms")
AMR_CONNECTED: Final = ("pin", "swk")
ALGORITHM: Final = "ES256"


class Issuer:
    """Signs ID tokens. The key's id is its thumbprint (RFC 7638)."""

    def __init__(self, name: str, key: ec.EllipticCurvePrivateKey) -> None:
        self.name: Final = name
        self._key = ECKey.import_key(key)
        self._kid = self._key.thumbprint()

    def jwks(self) -> dict[str, Any]:
        """The public key as a JWK set (RFC 7517 5)."""
        public = self._key.as_dict(private=False)
        return {"keys": [{**public, "kid": self._kid, "use": "sig", "alg": ALGORITHM}]}

    def id_token(self, grant: Grant, evidence: TransactionResult, now: int) -> str:
        """The token for one redeemed grant: who, when, how, and the signature that proves it without us."""
        claims = {
            "iss": self.name,
            "sub": grant.subject,
            "aud": grant.client_id,
            "iat": now,
            "exp": now + NUMBERS.login.id_token,
            "auth_time": grant.auth_time,
            "nonce": grant.nonce,
            "acr": ACR,
            "amr": list(AMR_CONNECTED if evidence.by_device else AMR),
            "signature_evidence": {
                "format": "cms",
                "cms": b64(evidence.cms[0]),
                "content": b64(evidence.contents[0]),
            },
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._kid, "typ": "JWT"}, claims, self._key)
