"""An authorization request before and after its checks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dojang.refusals import AuthorizationRefused
from dojang.values.relying_party import RelyingParty

# RFC 6749 4.1.2.1 and OpenID Connect Core 3.1.2.6: what a client may be told.
OAuthError = Literal[
    "invalid_request",
    "invalid_scope",
    "unsupported_response_type",
    "login_required",
    "request_not_supported",
    "request_uri_not_supported",
    "registration_not_supported",
]


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """Checked. `code_challenge` is base64url(SHA-256(code_verifier)), 43 characters (RFC 7636 4.2)."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters as they came, in order, and who is registered."""

    parameters: tuple[tuple[str, str], ...]
    clients: Mapping[str, RelyingParty]

    def one(self, name: str) -> str:
        """The parameter's value; empty when it is not there or there twice."""
        values = [value for key, value in self.parameters if key == name]
        return values[0] if len(values) == 1 else ""

    def refuse(self, error: OAuthError) -> AuthorizationRefused:
        """A refusal that goes to the client. Only for checks after the redirect_uri's."""
        return AuthorizationRefused(error=error, redirect_uri=self.one("redirect_uri"), state=self.one("state"))

    def request(self) -> AuthorizationRequest:
        """The checked request."""
        return AuthorizationRequest(
            self.one("client_id"),
            self.one("redirect_uri"),
            self.one("state"),
            self.one("nonce"),
            self.one("code_challenge"),
        )
