"""A centre for the relying party's tests: the addresses of the real one, with answers that a test can spoil."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import ECKey

from dojang.demo.bank.center_client import ACR, ASSERTION_TYPE, SignatureResult
from dojang.demo.bank.evidence import Evidence
from dojang.pin.encoding import b64, unb64
from dojang.refusals import SignatureInvalid
from tests.demo.clock import Clock

ORIGIN = "http://center.dojang.localhost:8001"
CLIENT_ID = "hanbit-bank"
BANK = "http://bank.localhost:8000"


def certificate_for(kid: bytes) -> bytes:
    """A certificate whose subject's serialNumber is the kid, as the authority makes them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, kid.hex())])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


class FakeEvidence(Evidence):
    """Believes what the fake centre made: a CMS is a certificate here, and a broken one is refused by name."""

    def __init__(self) -> None:
        """Needs no anchors."""

    def of_login(self, cms: bytes, content: bytes, nonce: str, now: int) -> bytes:
        return self._certificate(cms, content)

    def of_transfer(self, result: SignatureResult, content: bytes, now: int) -> bytes:
        return self._certificate(result.cms, result.content)

    def _certificate(self, cms: bytes, content: bytes) -> bytes:
        if cms == b"forged":
            raise SignatureInvalid(step="signature")
        return cms


@dataclass
class FakeCenter:
    """`certificate` is whose login and signatures it hands out; `published`, `claims`, `metadata`, `result` are what
    a test spoils."""

    clock: Clock
    client_key: ECKey
    certificate: bytes = b""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    published: ECKey | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    down: bool = False
    authorizations: dict[str, dict[str, str]] = field(default_factory=dict)
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    assertions: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)

    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self._handle)

    def log_in(self, url: str, **changes: str) -> str:
        """What the customer does at the centre: the address that the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{ORIGIN}/openid/authorize?")
        assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", CLIENT_ID, "openid")
        assert (asked["code_challenge_method"], asked["redirect_uri"]) == ("S256", f"{BANK}/login/callback")
        code = secrets.token_urlsafe(8)
        self.authorizations[code] = asked
        back = {"code": code, "state": asked["state"], "iss": ORIGIN, **changes}
        return str(httpx2.URL(asked["redirect_uri"], params=back))

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        if self.down:
            raise httpx2.ConnectError("down")
        path = request.url.path
        self.calls.append(path)
        if path == "/.well-known/openid-configuration":
            return httpx2.Response(200, json=self._metadata())
        if path == "/openid/jwks":
            public = {**(self.published or self.key).as_dict(private=False), "kid": self.key.thumbprint()}
            return httpx2.Response(200, json={"keys": [public]})
        if path == "/openid/token":
            return self._token({name: values[0] for name, values in parse_qs(request.content.decode()).items()})
        return self._signature_request(path, json.loads(request.content))

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": ORIGIN,
            "authorization_endpoint": f"{ORIGIN}/openid/authorize",
            "token_endpoint": f"{ORIGIN}/openid/token",
            "jwks_uri": f"{ORIGIN}/openid/jwks",
            **self.metadata,
        }

    def _token(self, form: dict[str, str]) -> httpx2.Response:
        self._check_assertion(form)
        asked = self.authorizations.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if asked is None or challenge.decode() != asked["code_challenge"]:
            return httpx2.Response(400, json={"error": "invalid_grant"})
        now = self.clock.time
        claims = {
            "iss": ORIGIN,
            "aud": CLIENT_ID,
            "sub": "pairwise",
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "acr": ACR,
            "amr": ["pin", "sms"],
            "signature_evidence": {"format": "cms", "cms": b64(self.certificate), "content": b64(b"login")},
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode({"alg": "ES256", "kid": self.key.thumbprint()}, claims, self.key)
        return httpx2.Response(200, json={"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _signature_request(self, path: str, body: dict[str, Any]) -> httpx2.Response:
        self._check_assertion(body)
        if path == "/api/v1/signature-requests":
            request_id = f"request-{len(self.requests) + 1}"
            self.requests[request_id] = body
            url = f"{ORIGIN}/sign?request={request_id}"
            return httpx2.Response(201, json={"request_id": request_id, "authorize_url": url, "expires_at": 0})
        asked = self.requests[path.split("/")[-2]]
        answer = {
            "state": "signed",
            "cms": b64(self.certificate),
            "content": asked["items"][0]["content"],
            "certificate": b64(self.certificate),
            "chain": [b64(self.certificate)],
            "receipt": {"v": 1},
            **self.result,
        }
        return httpx2.Response(200, json=answer)

    def _check_assertion(self, form: dict[str, Any]) -> None:
        """As RFC 7523 3 asks of the server: for us, by the client's key, fresh, once."""
        assert form["client_assertion_type"] == ASSERTION_TYPE
        token = jwt.decode(form["client_assertion"], self.client_key, algorithms=["ES256"])
        assert token.header["kid"] == self.client_key.thumbprint()
        claims = token.claims
        assert (claims["iss"], claims["sub"], claims["aud"]) == (CLIENT_ID, CLIENT_ID, ORIGIN)
        assert claims["iat"] == self.clock.time
        assert claims["exp"] == self.clock.time + 60
        assert claims["jti"] not in self.assertions
        self.assertions.add(claims["jti"])

    def content(self, request_id: str) -> bytes:
        return unb64(self.requests[request_id]["items"][0]["content"])
