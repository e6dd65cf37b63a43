"""posts that are said in one; caps per person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
    with op.batch_alter_table("posts") as posts:
        posts.add_column(sa.Column("manner", sa.String(length=8), server_default="alone", nullable=False))
        posts.add_column(sa.Column("merged_into", sa.BigInteger(), nullable=True))
        posts.add_column(sa.Column("gathers_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_posts_identity_id_sent_at"), "posts", ["identity_id", "sent_at"])
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index("ix_posts_merged", "posts", ["merged_into"], sqlite_where=merged, postgresql_where=merged)
