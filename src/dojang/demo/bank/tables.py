"""The bank's tables. Times are Unix seconds, amounts whole won."""

from typing import Any, Final

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UnaryExpression,
    UniqueConstraint,
    literal_column,
)

metadata: Final = MetaData()

# The order of arrival (SQLite counts its rows): two messages of one second have one too.
NEWEST_FIRST: Final[UnaryExpression[Any]] = literal_column("rowid").desc()


def _customer() -> Column[str]:
    return Column("customer_number", Text, ForeignKey("customers.customer_number"), nullable=False)


customers: Final = Table(
    "customers",
    metadata,
    Column("customer_number", Text, primary_key=True),
    Column("user_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("birth_date", Text, nullable=False),
    Column("resident_number", Text, nullable=False, unique=True),  # the only place in the world where it is kept
    Column("exposed", Integer, nullable=False),
    Column("departure", Text, nullable=False),
)

phones: Final = Table(
    "phones",
    metadata,
    Column("ref", Text, primary_key=True),
    _customer(),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False, unique=True),  # digits, with + in front when abroad
    # The virtual telephone lives in the bank's process, so its private key does too; a real one stays in the phone.
    Column("private_key", LargeBinary),
)

security_cards: Final = Table(
    "security_cards",
    metadata,
    Column("customer_number", Text, ForeignKey("customers.customer_number"), primary_key=True),
    Column("serial", Text, nullable=False),
    Column("wrong", Integer, nullable=False, server_default="0"),
    Column("first_position", Integer),
    Column("second_position", Integer),
)

security_card_codes: Final = Table(
    "security_card_codes",
    metadata,
    Column("customer_number", Text, ForeignKey("customers.customer_number"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("code", Text, nullable=False),
)

otp_devices: Final = Table(
    "otp_devices",
    metadata,
    Column("customer_number", Text, ForeignKey("customers.customer_number"), primary_key=True),
    Column("seed", Text, nullable=False),
    Column("last_step", Integer, nullable=False, server_default="0"),
    Column("wrong", Integer, nullable=False, server_default="0"),
)

accounts: Final = Table(
    "accounts",
    metadata,
    Column("number", Text, primary_key=True),
    _customer(),
    Column("balance", Integer, nullable=False),
)

proofs: Final = Table(
    "proofs",
    metadata,
    Column("application", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    _customer(),
    Column("proven_at", Integer, nullable=False, index=True),
)

calls: Final = Table(
    "calls",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("application", Text, nullable=False),
    _customer(),
    Column("number", Text, nullable=False, index=True),
    Column("digits", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("pressed", Text, nullable=False, server_default=""),
    Column("wrong_keys", Integer, nullable=False, server_default="0"),
    Column("placed_at", Integer, nullable=False, index=True),
    Column("expires_at", Integer, nullable=False),
)

text_messages: Final = Table(
    "text_messages",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("number", Text, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("sent_at", Integer, nullable=False, index=True),
)

approvals: Final = Table(
    "approvals",
    metadata,
    Column("approval_id", Text, primary_key=True),
    Column("application", Text, nullable=False),
    _customer(),
    Column("number", Text, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("comparison_code", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("asked_at", Integer, nullable=False, index=True),
    Column("expires_at", Integer, nullable=False),
)

applicants: Final = Table(
    "applicants",
    metadata,
    Column("uid", LargeBinary, primary_key=True),
    _customer(),
    Column("salt", LargeBinary, nullable=False),
)

statements: Final = Table(
    "statements",
    metadata,
    Column("application", Text, primary_key=True),
    _customer(),
    Column("uid", LargeBinary, nullable=False),
    Column("kid", LargeBinary, nullable=False, unique=True),
    Column("authorization_key", LargeBinary, nullable=False),
    Column("replaces", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("applicant_hash", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("signed_at", Integer, nullable=False),
    Index("statements_of_customer", "customer_number", "signed_at"),
)

replies: Final = Table(
    "replies",
    metadata,
    Column("key", Text, primary_key=True),
    Column("request_sha256", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("answered_at", Integer, nullable=False, index=True),
)

logins: Final = Table(
    "logins",
    metadata,
    Column("state", Text, primary_key=True),
    Column("browser_sha256", LargeBinary, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("code_verifier", Text, nullable=False),
    Column("expires_at", Integer, nullable=False),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("token_sha256", LargeBinary, primary_key=True),
    _customer(),
    Column("sub", Text, nullable=False),
    Column("id_token", Text, nullable=False),
    Column("claims", JSON, nullable=False),
    Column("expires_at", Integer, nullable=False),
)

transfers: Final = Table(
    "transfers",
    metadata,
    Column("transfer_id", Text, primary_key=True),
    _customer(),
    Column("idempotency_key", Text),
    Column("order_sha256", LargeBinary, nullable=False),
    Column("from_account", Text, nullable=False),
    Column("to_account", Text),  # one of our own, or none: the money leaves the bank
    Column("amount", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("request_id", Text),
    Column("authorize_url", Text),
    Column("cms", LargeBinary),
    Column("certificate", LargeBinary),
    Column("chain", JSON),
    Column("receipt", JSON),
    Column("requested_at", Integer, nullable=False),
    Column("executed_at", Integer),
    UniqueConstraint("customer_number", "idempotency_key"),
)
