"""The provider's endpoints (OpenID Connect Core 3.1, Discovery 1.0, RFC 9207)."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from dojang.disclosure import client_assertion, request_checks
from dojang.disclosure.addresses import with_answer
from dojang.disclosure.id_token import ACR, ALGORITHM
from dojang.journeys import log_in, redeem_login
from dojang.journeys.log_in import LoginDesk
from dojang.journeys.redeem_login import TokenRequest
from dojang.refusals import (
    AccessTokenRefused,
    AuthorizationRefused,
    ClientRefused,
    GrantRefused,
    InvalidField,
    RelyingPartyUnknown,
)
from dojang.serving.app import problem_response
from dojang.web.center.error_pages import ErrorPages
from dojang.web.sessions import Sessions

_FORM: Final = "application/x-www-form-urlencoded"
_NO_STORE: Final = {"Cache-Control": "no-store"}
_PARAMETERS: Final = 40
_LONGEST: Final = 8192  # characters of a query


class Provider:
    """Reads, hands to a journey, replies."""

    def __init__(self, desk: LoginDesk, sessions: Sessions, errors: ErrorPages) -> None:
        self._desk, self._sessions, self._errors = desk, sessions, errors

    def configuration(self) -> JSONResponse:
        """OpenID Connect Discovery 1.0, section 3."""
        issuer = self._desk.issuer.name
        described: dict[str, Any] = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/openid/authorize",
            "token_endpoint": f"{issuer}/openid/token",
            "userinfo_endpoint": f"{issuer}/openid/userinfo",
            "jwks_uri": f"{issuer}/openid/jwks",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "scopes_supported": ["openid"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": [
                algorithm for algorithms in client_assertion.ALGORITHMS.values() for algorithm in algorithms
            ],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": [ACR],
            "claims_supported": ["sub", "acr", "amr", "auth_time", "signature_evidence"],
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "ui_locales_supported": ["ko", "en"],
        }
        return JSONResponse(described, headers={"Cache-Control": "public, max-age=3600"})

    def jwks(self) -> JSONResponse:
        """The keys that ID tokens are signed with."""
        return JSONResponse(self._desk.issuer.jwks(), headers={"Cache-Control": "public, max-age=300"})

    def authorize(self, request: Request) -> Response:
        """A login begins, in this browser."""
        parameters = _parameters(request.scope["query_string"])
        try:
            checked = request_checks.check(parameters, self._desk.clients)
        except RelyingPartyUnknown as unknown:
            return self._errors.page(request, unknown)
        except AuthorizationRefused as no:
            told = {name: str(no.facts[name]) for name in ("error", "state") if no.facts[name]}
            back = with_answer(str(no.facts["redirect_uri"]), {**told, "iss": self._desk.issuer.name})
            return RedirectResponse(back, 303, headers=_NO_STORE)
        response = RedirectResponse("/login", 303, headers=_NO_STORE)
        interaction = log_in.begin(self._desk, checked, self._sessions.entered(request, response))
        response.headers["Location"] = f"/login?interaction={interaction.id}"
        return response

    def token(self, form: dict[str, str]) -> JSONResponse:
        """RFC 6749 5.1, and its errors (5.2)."""
        if form.get("grant_type") != "authorization_code":
            return _error("unsupported_grant_type", 400)
        try:
            tokens = redeem_login.redeem(
                self._desk,
                TokenRequest(
                    form.get("client_id", ""),
                    form.get("code", ""),
                    form.get("redirect_uri", ""),
                    form.get("code_verifier", ""),
                    form.get("client_assertion_type", ""),
                    form.get("client_assertion", ""),
                ),
            )
        except ClientRefused:
            return _error("invalid_client", 401)
        except GrantRefused:
            return _error("invalid_grant", 400)
        answer = {
            "access_token": tokens.access_token,
            "token_type": "Bearer",
            "expires_in": tokens.expires_in,
            "scope": "openid",
            "id_token": tokens.id_token,
        }
        return JSONResponse(answer, headers=_NO_STORE)

    def userinfo(self, request: Request) -> JSONResponse:
        """Only who it is: everything else stands in the ID token (OpenID Connect Core 5.3)."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            subject = redeem_login.subject_of(self._desk, token if kind.lower() == "bearer" else "")
        except AccessTokenRefused as no:
            response = problem_response(no)
            response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'  # RFC 6750 3
            return response
        return JSONResponse({"sub": subject}, headers=_NO_STORE)


def router(desk: LoginDesk, sessions: Sessions, errors: ErrorPages) -> APIRouter:
    """Every path of the provider."""
    provider = Provider(desk, sessions, errors)
    made = APIRouter(tags=["OpenID Connect"])
    made.add_api_route("/.well-known/openid-configuration", provider.configuration, methods=["GET"])
    made.add_api_route("/openid/jwks", provider.jwks, methods=["GET"])
    made.add_api_route("/openid/authorize", provider.authorize, methods=["GET"])
    made.add_api_route("/openid/authorize", _posted, methods=["POST"])
    made.add_api_route("/openid/token", _read_form(provider.token), methods=["POST"])
    made.add_api_route("/openid/userinfo", provider.userinfo, methods=["GET"])
    made.add_api_route("/openid/userinfo", provider.userinfo, methods=["POST"], operation_id="userinfo_by_post")
    return made


async def _posted(request: Request) -> Response:
    """The same as a GET (OpenID Connect Core 3.1.2.1): only that carries our cookie, which is SameSite=Lax."""
    query = await request.body()
    _parameters(query)
    return RedirectResponse(f"/openid/authorize?{query.decode()}", 303, headers=_NO_STORE)


def _parameters(query: bytes) -> list[tuple[str, str]]:
    """In order, the empty ones too. Raises `InvalidField`."""
    try:
        if len(query) > _LONGEST:
            raise ValueError
        return parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=_PARAMETERS, errors="strict")
    except ValueError:
        raise InvalidField(field="query") from None


def _read_form(endpoint: Callable[[dict[str, str]], JSONResponse]) -> Callable[[Request], Awaitable[JSONResponse]]:
    """A form, each name once (RFC 6749 3.2)."""

    async def read(request: Request) -> JSONResponse:
        if request.headers.get("Content-Type", "").partition(";")[0].strip() != _FORM:
            return _error("invalid_request", 400)
        try:
            pairs = parse_qsl((await request.body()).decode("ascii"), strict_parsing=True, max_num_fields=20)
        except ValueError:
            return _error("invalid_request", 400)
        form = dict(pairs)
        if len(form) != len(pairs):
            return _error("invalid_request", 400)
        return await run_in_threadpool(endpoint, form)

    return read


def _error(code: str, status: int) -> JSONResponse:
    return JSONResponse({"error": code}, status, headers=_NO_STORE)
