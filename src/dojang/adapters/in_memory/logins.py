"""Logins, grants and signature requests in memory."""

from dojang.adapters.in_memory.book import MemoryBook
from dojang.refusals import InteractionNotFound, SignatureRequestNotFound
from dojang.values.login import AccessToken, Grant, Interaction, SignatureRequest, SignedIn


class MemoryInteractions(MemoryBook[str, Interaction]):
    """`InteractionsBook`."""

    def put(self, interaction: Interaction) -> None:
        """See `InteractionsBook`."""
        self.rows[interaction.id] = interaction

    def get(self, interaction_id: str) -> Interaction:
        """See `InteractionsBook`."""
        if interaction_id not in self.rows:
            raise InteractionNotFound
        return self.rows[interaction_id]

    def forget(self, expired_before: int) -> int:
        """See `InteractionsBook`."""
        return self.drop(lambda row: row.expires_at < expired_before)


class MemoryGrants(MemoryBook[bytes, Grant | AccessToken]):
    """`GrantsBook`. Codes and tokens are hashes of 32 random bytes, so they share the keys."""

    def put(self, grant: Grant) -> None:
        """See `GrantsBook`."""
        self.rows[grant.code_sha256] = grant

    def by_code(self, code_sha256: bytes) -> Grant | None:
        """See `GrantsBook`."""
        found = self.rows.get(code_sha256)
        return found if isinstance(found, Grant) else None

    def put_token(self, token: AccessToken) -> None:
        """See `GrantsBook`."""
        self.rows[token.token_sha256] = token

    def by_token(self, token_sha256: bytes) -> AccessToken | None:
        """See `GrantsBook`."""
        found = self.rows.get(token_sha256)
        return found if isinstance(found, AccessToken) else None

    def revoke_tokens(self, code_sha256: bytes) -> None:
        """See `GrantsBook`."""
        self.drop(lambda row: isinstance(row, AccessToken) and row.code_sha256 == code_sha256)

    def forget(self, expired_before: int) -> int:
        """See `GrantsBook`."""
        return self.drop(lambda row: row.expires_at < expired_before)


class MemorySignatureRequests(MemoryBook[str, SignatureRequest]):
    """`SignatureRequestsBook`."""

    def put(self, request: SignatureRequest) -> None:
        """See `SignatureRequestsBook`."""
        self.rows[request.id] = request

    def get(self, request_id: str) -> SignatureRequest:
        """See `SignatureRequestsBook`."""
        if request_id not in self.rows:
            raise SignatureRequestNotFound
        return self.rows[request_id]

    def forget(self, expired_before: int) -> int:
        """See `SignatureRequestsBook`."""
        return self.drop(lambda row: row.expires_at < expired_before)


class MemorySignedIn(MemoryBook[str, SignedIn]):
    """`SignedInBook`."""

    def put(self, signed_in: SignedIn) -> None:
        """See `SignedInBook`."""
        self.rows[signed_in.session] = signed_in

    def find(self, session: str, now: int) -> SignedIn | None:
        """See `SignedInBook`."""
        found = self.rows.get(session)
        return found if found is not None and now < found.expires_at else None

    def end(self, customer_number: str) -> int:
        """See `SignedInBook`."""
        return self.drop(lambda row: row.customer_number == customer_number)

    def forget(self, expired_before: int) -> int:
        """See `SignedInBook`."""
        return self.drop(lambda row: row.expires_at < expired_before)


class MemoryAssertions(MemoryBook[tuple[str, str], int]):
    """`AssertionsBook`."""

    def use(self, client_id: str, jti: str, expires_at: int) -> bool:
        """See `AssertionsBook`."""
        if (client_id, jti) in self.rows:
            return False
        self.rows[client_id, jti] = expires_at
        return True

    def forget(self, expired_before: int) -> int:
        """See `AssertionsBook`."""
        return self.drop(lambda expires_at: expires_at < expired_before)


class MemorySubjects(MemoryBook[tuple[str, str], str]):
    """`SubjectsBook`."""

    def of(self, client_id: str, customer_number: str, fresh: str) -> str:
        """See `SubjectsBook`."""
        return self.rows.setdefault((client_id, customer_number), fresh)

    def find(self, client_id: str, customer_number: str) -> str | None:
        """See `SubjectsBook`."""
        return self.rows.get((client_id, customer_number))

    def customer(self, client_id: str, subject: str) -> str | None:
        """See `SubjectsBook`."""
        return next(
            (number for (client, number), name in self.rows.items() if (client, name) == (client_id, subject)), None
        )
