"""A relying party redeems its authorization code, once."""

from dataclasses import dataclass, field, replace

from dojang.disclosure import client_assertion, grant_checks
from dojang.journeys.log_in import LoginDesk
from dojang.journeys.sign_transaction import result
from dojang.pin.encoding import b64, sha256, unb64
from dojang.policy.numbers import NUMBERS
from dojang.refusals import AccessTokenRefused, ClientRefused, GrantRefused, NotBase64Url
from dojang.values.login import AccessToken, Grant
from dojang.values.relying_party import RelyingParty


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """RFC 6749 4.1.3, with RFC 7636 and RFC 7523. Empty where nothing was sent."""

    client_id: str
    code: str = field(repr=False)
    redirect_uri: str
    code_verifier: str = field(repr=False)
    client_assertion_type: str
    client_assertion: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenSet:
    """RFC 6749 5.1 and OpenID Connect Core 3.1.3.3."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)
    expires_in: int


def authenticate(desk: LoginDesk, assertion_type: str, assertion: str) -> RelyingParty:
    """The client who signed the assertion, which is used up. Raises `ClientRefused`."""
    books = desk.visits.books
    proven = client_assertion.check(assertion_type, assertion, desk.clients, desk.issuer.name, desk.visits.clock.now())
    with books.transaction():
        if not books.assertions.use(proven.client.client_id, proven.jti, proven.expires_at):
            raise ClientRefused
    return proven.client


def redeem(desk: LoginDesk, request: TokenRequest) -> TokenSet:
    """The ID token for the code. A code that comes twice takes back what it gave (RFC 6749 4.1.2).

    Raises `ClientRefused`, `GrantRefused`.
    """
    client = authenticate(desk, request.client_assertion_type, request.client_assertion)
    # RFC 7521 4.2: a client_id beside the assertion names the same client.
    if request.client_id not in ("", client.client_id):
        raise ClientRefused
    secret = desk.visits.chance.token(32)
    grant = _spent(desk, client, request, secret)
    evidence = result(desk.visits, grant.txn)
    id_token = desk.issuer.id_token(grant, evidence, desk.visits.clock.now())
    return TokenSet(id_token, b64(secret), NUMBERS.login.access_token)


def subject_of(desk: LoginDesk, access_token: str) -> str:
    """Whom an access token names. Raises `AccessTokenRefused`."""
    try:
        found = desk.visits.books.grants.by_token(sha256(unb64(access_token, 32)))
    except NotBase64Url:
        found = None
    if found is None or desk.visits.clock.now() >= found.expires_at:
        raise AccessTokenRefused
    return found.subject


def _spent(desk: LoginDesk, client: RelyingParty, request: TokenRequest, secret: bytes) -> Grant:
    """The grant, marked as redeemed together with the access token for it, so that a second coming finds the token."""
    books, hashed, now = desk.visits.books, sha256(request.code.encode()), desk.visits.clock.now()
    with books.transaction():
        grant = books.grants.by_code(hashed)
        if grant is None:
            raise GrantRefused
        if not grant.redeemed:
            grant_checks.check(grant, client.client_id, request.redirect_uri, request.code_verifier, now)
            books.grants.put(replace(grant, redeemed=True))
            books.grants.put_token(AccessToken(sha256(secret), hashed, grant.subject, now + NUMBERS.login.access_token))
            return grant
        if grant.client_id == client.client_id:
            books.grants.revoke_tokens(hashed)
    raise GrantRefused
