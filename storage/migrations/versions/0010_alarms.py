"""early warning: what was unusual where, who was told, who answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only."""
    op.create_table(
        "alarms",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("repeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("repeated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by_id", _BIG, nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_alarms_office_id")),
        sa.ForeignKeyConstraint(["acknowledged_by_id"], ["people.id"], name=op.f("fk_alarms_acknowledged_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        sa.UniqueConstraint(
            "office_id", "on_day", "unit", "method", name=op.f("uq_alarms_office_id_on_day_unit_method")
        ),
        sa.UniqueConstraint("office_id", "number", name=op.f("uq_alarms_office_id_number")),
    )
    op.create_index(
        "ix_alarms_waiting",
        "alarms",
        ["office_id", "repeat_at"],
        sqlite_where=sa.text("repeat_at IS NOT NULL"),
        postgresql_where=sa.text("repeat_at IS NOT NULL"),
    )
