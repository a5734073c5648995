"""Whose certificates, signatures and browsers they are, by keyed indexes; and the customers' own revocations."""

import sqlalchemy as sa
from alembic import op

revision = "0005_my_certificate"
down_revision = "0004_devices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the module. Rows from before: a valid certificate has its holder; earlier signatures are in no history."""
    op.add_column("certificates", sa.Column("holder", sa.LargeBinary))
    op.execute("UPDATE certificates SET holder = valid_of")
    op.create_index("ix_certificates_holder_not_before", "certificates", ["holder", "not_before"])
    op.add_column("transactions", sa.Column("signer", sa.LargeBinary))
    op.add_column("transactions", sa.Column("signed_at", sa.BigInteger))
    op.create_index("ix_transactions_signer_signed_at_txn", "transactions", ["signer", "signed_at", "txn"])
    op.add_column("signed_in", sa.Column("customer", sa.LargeBinary))
    op.create_index("ix_signed_in_customer", "signed_in", ["customer"])
    op.create_table(
        "revocations",
        sa.Column("txn", sa.Text, primary_key=True),
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_revocations_asked_at", "revocations", ["asked_at"])
    op.create_index("ix_revocations_session_asked_at", "revocations", ["session", "asked_at"])
    op.create_index("ix_revocations_state_asked_at", "revocations", ["state", "asked_at"])
