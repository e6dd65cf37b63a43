"""who is on duty, and who takes whose place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0004"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only."""
    op.create_table(
        "duties",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_duties_office_id")),
        sa.PrimaryKeyConstraint("office_id", "on_day", "position", name=op.f("pk_duties")),
    )
    op.create_table(
        "duty_swaps",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("out_id", _BIG, nullable=False),
        sa.Column("in_id", _BIG, nullable=False),
        sa.Column("message_id", _BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_duty_swaps_office_id")),
        sa.ForeignKeyConstraint(["out_id"], ["people.id"], name=op.f("fk_duty_swaps_out_id")),
        sa.ForeignKeyConstraint(["in_id"], ["people.id"], name=op.f("fk_duty_swaps_in_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_duty_swaps_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_swaps")),
        sa.UniqueConstraint("message_id", "on_day", "out_id", name=op.f("uq_duty_swaps_message_id_on_day_out_id")),
    )
    op.create_index(op.f("ix_duty_swaps_office_id_on_day"), "duty_swaps", ["office_id", "on_day"])
