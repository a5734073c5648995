"""A client proves itself by a JWT that it signed (RFC 7523 3, OpenID Connect Core 9: private_key_jwt)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey
from joserfc.jws import JWSRegistry, extract_compact

from dojang.policy.numbers import NUMBERS
from dojang.refusals import ClientRefused
from dojang.values.relying_party import RelyingParty

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# Never "none" and no shared secrets: a key's own algorithm alone, Ed25519's by its old name too (RFC 9864).
ALGORITHMS: Final = {"EC": ["ES256"], "OKP": ["Ed25519", "EdDSA"]}
_KEYS: Final[dict[str, type[ECKey] | type[OKPKey]]] = {"EC": ECKey, "OKP": OKPKey}


@dataclass(frozen=True, slots=True)
class Proven:
    """The client, and what must not be used again until `expires_at`."""

    client: RelyingParty
    jti: str
    expires_at: int


def check(assertion_type: str, assertion: str, clients: Mapping[str, RelyingParty], issuer: str, now: int) -> Proven:
    """Raises `ClientRefused`, one for all: an attacker learns nothing from which check failed.

    1. the type, 2. iss is a registered client that signed it with its key's algorithm, 3. sub is the same, 4. aud is
    exactly our issuer (RFC 7523bis: not an endpoint), 5. it expires, and soon, 6. it has an identifier.
    """
    # 1
    if assertion_type != ASSERTION_TYPE:
        raise ClientRefused
    # 2
    client = clients.get(_claimed_issuer(assertion))
    if client is None:
        raise ClientRefused
    claims = _verified(assertion, client)
    # 3
    if claims.get("sub") != client.client_id:
        raise ClientRefused
    # 4
    if claims.get("aud") not in (issuer, [issuer]):
        raise ClientRefused
    # 5
    exp, iat, nbf = (claims.get(name, now) for name in ("exp", "iat", "nbf"))
    skew = NUMBERS.time.clock_skew
    if "exp" not in claims or not all(type(at) is int for at in (exp, iat, nbf)):
        raise ClientRefused
    if not now - skew < exp <= now + NUMBERS.login.assertion + skew or iat > now + skew or nbf > now + skew:
        raise ClientRefused
    # 6
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 8 <= len(jti) <= 256 or not jti.isprintable():
        raise ClientRefused
    return Proven(client, jti, exp + skew)


def _claimed_issuer(assertion: str) -> str:
    """Who says that it signed; believed only once that client's key verifies it."""
    try:
        value = json.loads(extract_compact(assertion.encode()).payload)
    except (JoseError, ValueError, RecursionError):
        raise ClientRefused from None
    name = value.get("iss") if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""


def _verified(assertion: str, client: RelyingParty) -> dict[str, Any]:
    kind = str(client.jwk.get("kty"))
    key = _KEYS[kind].import_key(client.jwk)
    try:
        token = jwt.decode(assertion, key, registry=JWSRegistry(algorithms=ALGORITHMS[kind]))
    except (JoseError, ValueError):
        raise ClientRefused from None
    return dict(token.claims)
