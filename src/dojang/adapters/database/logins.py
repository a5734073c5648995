"""Logins, grants, signature requests and what goes with them. Rows are sealed whole; only keys and times are open."""

from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text, delete, select, update

from dojang.adapters.database.engine import Database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.tables import metadata
from dojang.refusals import InteractionNotFound, SignatureRequestNotFound
from dojang.values.login import AccessToken, Grant, Interaction, SignatureRequest, SignedIn


def _sealed_table(name: str, key: Column[Any], *others: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        key,
        *others,
        Column("expires_at", BigInteger, nullable=False, index=True),
        Column("sealed", LargeBinary, nullable=False),
    )


interactions: Final = _sealed_table("interactions", Column("id", Text, primary_key=True))
grants: Final = _sealed_table("grants", Column("id", LargeBinary, primary_key=True))
access_tokens: Final = _sealed_table(
    "access_tokens",
    Column("id", LargeBinary, primary_key=True),
    Column("code_sha256", LargeBinary, nullable=False, index=True),
)
signature_requests: Final = _sealed_table("signature_requests", Column("id", Text, primary_key=True))
signed_in: Final = _sealed_table(
    "signed_in", Column("id", Text, primary_key=True), Column("customer", LargeBinary, index=True)
)
assertions: Final = Table(
    "assertions",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("jti", Text, primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
subjects: Final = Table(
    "subjects",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("customer", LargeBinary, primary_key=True),
    Column("subject", Text, nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
)


class _SealedRows:
    """Values of one kind in one table, each sealed for its own row."""

    def __init__(self, database: Database, cipher: FieldCipher, table: Table, kind: TypeAdapter[Any]) -> None:
        self._database, self._cipher, self._table, self._kind = database, cipher, table, kind

    def put(self, key: str | bytes, expires_at: int, value: object, **others: object) -> None:
        sealed = self._cipher.seal(self._place(key), self._kind.dump_json(value))
        row = {"expires_at": expires_at, "sealed": sealed, **others}
        if not self._database.insert_new(self._table, id=key, **row):
            self._database.write(update(self._table).where(self._table.c.id == key).values(**row))

    def find(self, key: str | bytes) -> Any:
        found = select(self._table.c.sealed).where(self._table.c.id == key)
        row = self._database.row(found.with_for_update() if self._database.in_transaction else found)
        return None if row is None else self._kind.validate_json(self._cipher.open(self._place(key), row["sealed"]))

    def forget(self, expired_before: int) -> int:
        return self._database.write(delete(self._table).where(self._table.c.expires_at < expired_before))

    def _place(self, key: str | bytes) -> str:
        return f"{self._table.name}.sealed:{key if isinstance(key, str) else key.hex()}"


class DatabaseInteractions:
    """`InteractionsBook`."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._rows = _SealedRows(database, cipher, interactions, TypeAdapter(Interaction))

    def put(self, interaction: Interaction) -> None:
        """See `InteractionsBook`."""
        self._rows.put(interaction.id, interaction.expires_at, interaction)

    def get(self, interaction_id: str) -> Interaction:
        """See `InteractionsBook`."""
        found: Interaction | None = self._rows.find(interaction_id)
        if found is None:
            raise InteractionNotFound
        return found

    def forget(self, expired_before: int) -> int:
        """See `InteractionsBook`."""
        return self._rows.forget(expired_before)


class DatabaseGrants:
    """`GrantsBook`."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database = database
        self._grants = _SealedRows(database, cipher, grants, TypeAdapter(Grant))
        self._tokens = _SealedRows(database, cipher, access_tokens, TypeAdapter(AccessToken))

    def put(self, grant: Grant) -> None:
        """See `GrantsBook`."""
        self._grants.put(grant.code_sha256, grant.expires_at, grant)

    def by_code(self, code_sha256: bytes) -> Grant | None:
        """See `GrantsBook`."""
        found: Grant | None = self._grants.find(code_sha256)
        return found

    def put_token(self, token: AccessToken) -> None:
        """See `GrantsBook`."""
        self._tokens.put(token.token_sha256, token.expires_at, token, code_sha256=token.code_sha256)

    def by_token(self, token_sha256: bytes) -> AccessToken | None:
        """See `GrantsBook`."""
        found: AccessToken | None = self._tokens.find(token_sha256)
        return found

    def revoke_tokens(self, code_sha256: bytes) -> None:
        """See `GrantsBook`."""
        self._database.write(delete(access_tokens).where(access_tokens.c.code_sha256 == code_sha256))

    def forget(self, expired_before: int) -> int:
        """See `GrantsBook`."""
        return self._grants.forget(expired_before) + self._tokens.forget(expired_before)


class DatabaseSignatureRequests:
    """`SignatureRequestsBook`."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._rows = _SealedRows(database, cipher, signature_requests, TypeAdapter(SignatureRequest))

    def put(self, request: SignatureRequest) -> None:
        """See `SignatureRequestsBook`."""
        self._rows.put(request.id, request.expires_at, request)

    def get(self, request_id: str) -> SignatureRequest:
        """See `SignatureRequestsBook`."""
        found: SignatureRequest | None = self._rows.find(request_id)
        if found is None:
            raise SignatureRequestNotFound
        return found

    def forget(self, expired_before: int) -> int:
        """See `SignatureRequestsBook`."""
        return self._rows.forget(expired_before)


class DatabaseSignedIn:
    """`SignedInBook`."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database, self._cipher = database, cipher
        self._rows = _SealedRows(database, cipher, signed_in, TypeAdapter(SignedIn))

    def put(self, signed_in_now: SignedIn) -> None:
        """See `SignedInBook`."""
        customer = self._customer(signed_in_now.customer_number)
        self._rows.put(signed_in_now.session, signed_in_now.expires_at, signed_in_now, customer=customer)

    def find(self, session: str, now: int) -> SignedIn | None:
        """See `SignedInBook`."""
        found: SignedIn | None = self._rows.find(session)
        return found if found is not None and now < found.expires_at else None

    def end(self, customer_number: str) -> int:
        """See `SignedInBook`."""
        theirs = signed_in.c.customer == self._customer(customer_number)
        return self._database.write(delete(signed_in).where(theirs))

    def forget(self, expired_before: int) -> int:
        """See `SignedInBook`."""
        return self._rows.forget(expired_before)

    def _customer(self, customer_number: str) -> bytes:
        return self._cipher.index("signed_in.customer", customer_number)


class DatabaseAssertions:
    """`AssertionsBook`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def use(self, client_id: str, jti: str, expires_at: int) -> bool:
        """See `AssertionsBook`."""
        return self._database.insert_new(assertions, client_id=client_id, jti=jti, expires_at=expires_at)

    def forget(self, expired_before: int) -> int:
        """See `AssertionsBook`."""
        return self._database.write(delete(assertions).where(assertions.c.expires_at < expired_before))


class DatabaseSubjects:
    """`SubjectsBook`. The customer number is found by a keyed index and sealed."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database, self._cipher = database, cipher

    def of(self, client_id: str, customer_number: str, fresh: str) -> str:
        """See `SubjectsBook`."""
        sealed = self._cipher.seal(_place(fresh), customer_number.encode())
        row = {"client_id": client_id, "customer": self._index(client_id, customer_number)}
        if self._database.insert_new(subjects, **row, subject=fresh, sealed=sealed):
            return fresh
        kept = self.find(client_id, customer_number)
        if kept is None:
            raise RuntimeError("a subject vanished within a transaction")
        return kept

    def find(self, client_id: str, customer_number: str) -> str | None:
        """See `SubjectsBook`."""
        index = self._index(client_id, customer_number)
        found = select(subjects.c.subject).where(subjects.c.client_id == client_id, subjects.c.customer == index)
        row = self._database.row(found)
        return None if row is None else str(row["subject"])

    def customer(self, client_id: str, subject: str) -> str | None:
        """See `SubjectsBook`."""
        found = select(subjects.c.sealed).where(subjects.c.client_id == client_id, subjects.c.subject == subject)
        row = self._database.row(found)
        return None if row is None else self._cipher.open(_place(subject), row["sealed"]).decode()

    def _index(self, client_id: str, customer_number: str) -> bytes:
        return self._cipher.index("subjects.customer", f"{client_id}\0{customer_number}")


def _place(subject: str) -> str:
    return f"subjects.sealed:{subject}"
