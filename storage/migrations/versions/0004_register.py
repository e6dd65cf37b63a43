"""the register: units, what people are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
    op.create_table(
        "units",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_units_office_id")),
        sa.PrimaryKeyConstraint("office_id", "code", name=op.f("pk_units")),
    )
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("unit_code", sa.String(length=12), server_default="", nullable=False))
        people.add_column(sa.Column("email", sa.String(length=254), server_default="", nullable=False))
        people.create_index(op.f("ix_people_office_id_unit_code"), ["office_id", "unit_code"])
    op.create_table(
        "standings",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_standings_office_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_standings_person_id")),
        sa.PrimaryKeyConstraint("person_id", "kind", "value", name=op.f("pk_standings")),
    )
    op.create_index(op.f("ix_standings_office_id_kind_value"), "standings", ["office_id", "kind", "value"])
