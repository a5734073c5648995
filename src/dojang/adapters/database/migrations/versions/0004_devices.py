"""Connected browsers: their device keys, their cookies, and the guards to be told of one that was disconnected."""

import sqlalchemy as sa
from alembic import op

revision = "0004_devices"
down_revision = "0003_openid"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the module."""
    _sealed("devices", sa.Column("last_used_at", sa.BigInteger, nullable=False))
    _sealed(
        "connections",
        sa.Column("token_sha256", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("previous_sha256", sa.LargeBinary, unique=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    _sealed(
        "removals",
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("try_again_at", sa.BigInteger, nullable=False),
    )
    for table, column in (
        ("devices", "last_used_at"),
        ("connections", "expires_at"),
        ("removals", "asked_at"),
        ("removals", "try_again_at"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _sealed(name: str, *others: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("uid", sa.LargeBinary, primary_key=True),
        sa.Column("device", sa.LargeBinary, primary_key=True),
        *others,
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
