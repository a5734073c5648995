"""Certificates, versions, transactions and visits."""

import sqlalchemy as sa
from alembic import op

revision = "0002_visits"
down_revision = "0001_proofing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the module."""
    op.create_table(
        "visits",
        sa.Column("code_sha256", sa.LargeBinary, primary_key=True),
        sa.Column("bearer_sha256", sa.LargeBinary, unique=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_visits_expires_at", "visits", ["expires_at"])
    op.create_table(
        "transactions",
        sa.Column("txn", sa.Text, primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_transactions_expires_at", "transactions", ["expires_at"])
    op.create_table(
        "certificates",
        sa.Column("kid", sa.LargeBinary, primary_key=True),
        sa.Column("serial", sa.Text, nullable=False, unique=True),
        sa.Column("under_way_of", sa.LargeBinary, unique=True),
        sa.Column("valid_of", sa.LargeBinary, unique=True),
        sa.Column("person", sa.LargeBinary),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("not_after", sa.BigInteger, nullable=False),
        sa.Column("untold", sa.Boolean, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_certificates_not_after", "certificates", ["not_after"])
    op.create_index("ix_certificates_person_not_before", "certificates", ["person", "not_before"])
    op.create_index("ix_certificates_untold_not_before", "certificates", ["untold", "not_before"])
    op.create_table(
        "versions",
        sa.Column("uid", sa.LargeBinary, primary_key=True),
        sa.Column("ver", sa.BigInteger, primary_key=True),
        sa.Column("application", sa.Text, nullable=False, unique=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("try_again_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_versions_started_at", "versions", ["started_at"])
    op.create_index("ix_versions_try_again_at", "versions", ["try_again_at"])
