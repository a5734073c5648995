"""Where logins, grants and signature requests are kept."""

from typing import Protocol

from dojang.values.login import AccessToken, Grant, Interaction, SignatureRequest, SignedIn


class InteractionsBook(Protocol):
    """Logins under way, by id."""

    def put(self, interaction: Interaction) -> None:
        """Keep it, or its new state."""
        ...

    def get(self, interaction_id: str) -> Interaction:
        """Raises `InteractionNotFound`."""
        ...

    def forget(self, expired_before: int) -> int:
        """Delete what expired before; how many."""
        ...


class GrantsBook(Protocol):
    """Authorization codes, and the access tokens that came of them."""

    def put(self, grant: Grant) -> None:
        """Keep it, or its new state."""
        ...

    def by_code(self, code_sha256: bytes) -> Grant | None:
        """None if nobody was given this code, or it is long over."""
        ...

    def put_token(self, token: AccessToken) -> None:
        """Keep it."""
        ...

    def by_token(self, token_sha256: bytes) -> AccessToken | None:
        """None if there is none."""
        ...

    def revoke_tokens(self, code_sha256: bytes) -> None:
        """Delete every access token that came of this code."""
        ...

    def forget(self, expired_before: int) -> int:
        """Delete what expired before; how many."""
        ...


class SignatureRequestsBook(Protocol):
    """Pushed signature requests, by id."""

    def put(self, request: SignatureRequest) -> None:
        """Keep it, or its new state."""
        ...

    def get(self, request_id: str) -> SignatureRequest:
        """Raises `SignatureRequestNotFound`."""
        ...

    def forget(self, expired_before: int) -> int:
        """Delete what expired before; how many."""
        ...


class SubjectsBook(Protocol):
    """By which name each relying party knows a customer: another name at each (OpenID Connect Core 8.1)."""

    def of(self, client_id: str, customer_number: str, fresh: str) -> str:
        """The customer's name there: the one kept before, or `fresh`, kept now. In a transaction."""
        ...

    def find(self, client_id: str, customer_number: str) -> str | None:
        """The customer's name there; None if it has none yet: the customer never logged in there."""
        ...

    def customer(self, client_id: str, subject: str) -> str | None:
        """The customer number behind a name; None if nobody has it there."""
        ...


class AssertionsBook(Protocol):
    """Client assertions that were used (RFC 7523 3: `jti`)."""

    def use(self, client_id: str, jti: str, expires_at: int) -> bool:
        """False if it was used before. In a transaction."""
        ...

    def forget(self, expired_before: int) -> int:
        """Delete what expired before; how many."""
        ...


class SignedInBook(Protocol):
    """Browser sessions whose customer is known."""

    def put(self, signed_in: SignedIn) -> None:
        """Keep it; a session has one customer."""
        ...

    def find(self, session: str, now: int) -> SignedIn | None:
        """None if the session's customer is not known, or no longer."""
        ...

    def end(self, customer_number: str) -> int:
        """No browser of this customer is known any more; how many were."""
        ...

    def forget(self, expired_before: int) -> int:
        """Delete what expired before; how many."""
        ...
