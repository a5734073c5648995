"""Certificates, credentials, transactions and visits."""

revision = "0002_visits"
down_revision = "0001_proofing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
