"""suggestions and problems on their way to an outcome; numbers without a gap."""

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
        "counters",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=100), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_counters_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counters")),
        sa.UniqueConstraint("office_id", "series", name=op.f("uq_counters_office_id_series")),
    )
    op.create_table(
        "matters",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("owner_id", _BIG, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_matters_office_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_matters_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
        sa.UniqueConstraint("office_id", "kind", "year", "number", name=op.f("uq_matters_office_id_kind_year_number")),
    )
    op.create_index("ix_matters_due", "matters", ["office_id", "due_on"])
    op.create_table(
        "matter_merges",
        sa.Column("matter_id", _BIG, nullable=False),
        sa.Column("into_id", _BIG, nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_matter_merges_matter_id")),
        sa.ForeignKeyConstraint(["into_id"], ["matters.id"], name=op.f("fk_matter_merges_into_id")),
        sa.PrimaryKeyConstraint("matter_id", name=op.f("pk_matter_merges")),
    )
    op.create_table(
        "matter_sources",
        sa.Column("record_id", _BIG, nullable=False),
        sa.Column("matter_id", _BIG, nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_matter_sources_record_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_matter_sources_matter_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_matter_sources")),
    )
    op.create_index(op.f("ix_matter_sources_matter_id"), "matter_sources", ["matter_id"])
    op.create_table(
        "matter_steps",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("matter_id", _BIG, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_id", _BIG, nullable=True),
        sa.Column("message_id", _BIG, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_matter_steps_matter_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_matter_steps_by_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_matter_steps_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_steps")),
        sa.UniqueConstraint("message_id", "matter_id", name=op.f("uq_matter_steps_message_id_matter_id")),
    )
    op.create_index(op.f("ix_matter_steps_matter_id"), "matter_steps", ["matter_id"])
