"""answers to forms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
    op.add_column("records", sa.Column("form", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_records_answers",
        "records",
        ["office_id", "form", "subject_id", "on_day"],
        unique=False,
        sqlite_where=sa.text("form IS NOT NULL"),
        postgresql_where=sa.text("form IS NOT NULL"),
    )
