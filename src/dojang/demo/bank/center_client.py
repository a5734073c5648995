"""The bank as a relying party (이용기관) of the certification centre: OpenID Connect and pushed signature requests.

Authlib is the client: code flow, PKCE S256, private_key_jwt with ES256. Assertions name the issuer as their audience.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from dojang.client.transport import refusal_of
from dojang.pin.encoding import b64, unb64
from dojang.policy.numbers import NUMBERS
from dojang.refusals import CenterUnavailable, LoginRefused, Refusal, SignatureRequestRefused

ACR: Final = "urn:dojang:acr:pin-scal2"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LIFE: Final = 60


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An ID token whose issuer, audience, times, nonce and acr were checked."""

    id_token: str
    claims: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pushed:
    """A signature request that the centre has taken: the customer goes to `authorize_url`."""

    request_id: str
    authorize_url: str


@dataclass(frozen=True, slots=True)
class SignatureResult:
    """What the centre says about a signature request. All but `state` is empty until it is "signed"."""

    state: str
    cms: bytes = b""
    content: bytes = b""
    certificate: bytes = b""
    chain: tuple[bytes, ...] = ()
    receipt: Any = None


class _Es256(PrivateKeyJWT):  # type: ignore[misc]
    """private_key_jwt with the key's id, a short life and the issuer as audience."""

    def __init__(self, sign: Callable[[], str]) -> None:
        super().__init__()
        self._sign = sign

    def sign(self, auth: object, token_endpoint: object) -> str:  # noqa: ARG002
        """A fresh assertion."""
        return self._sign()


class CenterClient:
    """The centre at `origin`, which is its issuer too. What the centre refuses comes back as the refusal it named."""

    def __init__(
        self,
        origin: str,
        client_id: str,
        redirect_uri: str,
        key: ECKey,
        transport: httpx2.BaseTransport,
        now: Callable[[], int],
    ) -> None:
        self._origin, self._client_id, self._key, self._now = origin, client_id, key, now
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] | None = None
        self._http = httpx2.Client(transport=transport, timeout=10.0, trust_env=False)
        self._client = OAuth2Client(
            client_id,
            scope="openid",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method=_Es256.name,
            transport=transport,
            timeout=10.0,
            trust_env=False,
        )
        self._client.register_client_auth_method(_Es256(self.assertion))

    @property
    def issuer(self) -> str:
        """The only `iss` that counts."""
        return self._origin

    def assertion(self) -> str:
        """A client assertion (RFC 7523 3), good for a minute and once."""
        issued = self._now()
        return str(
            private_key_jwt_sign(
                self._key,
                client_id=self._client_id,
                token_endpoint=self._origin,
                alg="ES256",
                header={"kid": self._key.thumbprint()},
                issued_at=issued,
                expires_at=issued + _ASSERTION_LIFE,
            )
        )

    def login_url(self, state: str, nonce: str, code_verifier: str) -> str:
        """Where the customer goes to log in."""
        url, _ = self._client.create_authorization_url(
            self._discovered()["authorization_endpoint"], state=state, nonce=nonce, code_verifier=code_verifier
        )
        return str(url)

    def sign_in(self, code: str, code_verifier: str, nonce: str) -> SignedIn:
        """Exchange the code and check the ID token. Raises `LoginRefused`, `CenterUnavailable`."""
        metadata = self._discovered()
        try:
            token = self._client.fetch_token(
                metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=code_verifier
            )
            id_token = token["id_token"]
        except (httpx2.TransportError, httpx2.HTTPStatusError):
            raise CenterUnavailable from None
        except (OAuthError, KeyError, ValueError):
            raise LoginRefused from None
        return SignedIn(id_token, self._checked(id_token, token.get("access_token"), nonce))

    def push(self, content: bytes, *, label: str, sub: str, redirect_uri: str, state: str) -> Pushed:
        """Ask the centre to have `content` signed by the customer `sub`. Raises what the centre refused by name."""
        item = {"label": label, "content": b64(content), "binding": "shown"}
        body = {"purpose": "transfer", "format": "cms", "items": [item], "sub": sub}
        answer = self._post("/api/v1/signature-requests", {**body, "redirect_uri": redirect_uri, "state": state})
        try:
            return Pushed(str(answer["request_id"]), str(answer["authorize_url"]))
        except KeyError:
            raise SignatureRequestRefused from None

    def result(self, request_id: str) -> SignatureResult:
        """How the signature request stands. Raises what the centre refused by name."""
        answer = self._post(f"/api/v1/signature-requests/{request_id}/result", {})
        if answer.get("state") != "signed":
            return SignatureResult(str(answer.get("state")))
        try:
            return SignatureResult(
                "signed",
                unb64(answer["cms"]),
                unb64(answer["content"]),
                unb64(answer["certificate"]),
                tuple(unb64(certificate) for certificate in answer["chain"]),
                answer["receipt"],
            )
        except (KeyError, TypeError, AttributeError, Refusal):
            raise SignatureRequestRefused from None

    def _checked(self, id_token: str, access_token: str | None, nonce: str) -> dict[str, Any]:
        """The claims of an ID token for us, this login and this level, by this issuer (OpenID Connect Core 3.1.3.7)."""
        wanted: dict[str, Any] = {
            "iss": {"essential": True, "value": self._origin},
            "aud": {"essential": True, "value": self._client_id},
            "acr": {"essential": True, "value": ACR},
        }
        try:
            token = jwt.decode(id_token, self._keys(), algorithms=["ES256"])
            params = {"nonce": nonce, "client_id": self._client_id, "access_token": access_token}
            claims = CodeIDToken(token.claims, token.header, wanted, params)
            claims.validate(now=self._now(), leeway=NUMBERS.time.clock_skew)
        except (JoseError, ValueError):
            raise LoginRefused from None
        return dict(token.claims)

    def _keys(self) -> KeySet:
        """Fetched for every login: a key that was withdrawn is not believed any longer."""
        return KeySet.import_key_set({"keys": self._get(self._discovered()["jwks_uri"]).get("keys", [])})

    def _discovered(self) -> dict[str, Any]:
        """The centre's metadata, once it names the centre's origin as issuer (OpenID Connect Discovery 4.3)."""
        with self._lock:
            if self._metadata is None:
                found = self._get(f"{self._origin}/.well-known/openid-configuration")
                if found.get("issuer") != self._origin:
                    raise LoginRefused
                self._metadata = found
            return self._metadata

    def _get(self, url: str) -> dict[str, Any]:
        return _answer(lambda: self._http.get(url))

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        assertion = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion()}
        return _answer(lambda: self._http.post(self._origin + path, json={**assertion, **body}))


def _answer(ask: Callable[[], httpx2.Response]) -> dict[str, Any]:
    try:
        response = ask()
    except httpx2.TransportError:
        raise CenterUnavailable from None
    if not response.is_success:
        raise refusal_of(response, CenterUnavailable if response.is_server_error else SignatureRequestRefused)
    try:
        answer = response.json()
    except ValueError:
        raise CenterUnavailable from None
    if not isinstance(answer, dict):
        raise CenterUnavailable
    return answer
