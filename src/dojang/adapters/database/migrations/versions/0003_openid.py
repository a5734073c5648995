"""Accounts, grants and signature requests."""

revision = "0003_openid"
down_revision = "0002_visits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
