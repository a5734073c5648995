"""Logins, grants, signature requests and the names by which relying parties know a customer."""

import sqlalchemy as sa
from alembic import op

revision = "0003_openid"
down_revision = "0002_visits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the module."""
    _sealed("interactions", sa.Column("id", sa.Text, primary_key=True))
    _sealed("grants", sa.Column("id", sa.LargeBinary, primary_key=True))
    _sealed(
        "access_tokens",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("code_sha256", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_access_tokens_code_sha256", "access_tokens", ["code_sha256"])
    _sealed("signature_requests", sa.Column("id", sa.Text, primary_key=True))
    _sealed("signed_in", sa.Column("id", sa.Text, primary_key=True))
    op.create_table(
        "assertions",
        sa.Column("client_id", sa.Text, primary_key=True),
        sa.Column("jti", sa.Text, primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_assertions_expires_at", "assertions", ["expires_at"])
    op.create_table(
        "subjects",
        sa.Column("client_id", sa.Text, primary_key=True),
        sa.Column("customer", sa.LargeBinary, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )


def _sealed(name: str, *keys: sa.Column[object]) -> None:
    op.create_table(
        name,
        *keys,
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index(f"ix_{name}_expires_at", name, ["expires_at"])
