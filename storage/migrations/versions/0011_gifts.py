"""the ledger of deeds and gifts; those that were told before get their numbers, in the order in which they were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only."""
    op.create_table(
        "gifts",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_gifts_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gifts")),
        sa.UniqueConstraint("office_id", "number", name=op.f("uq_gifts_office_id_number")),
    )
    op.create_index(op.f("ix_gifts_office_id_on_day"), "gifts", ["office_id", "on_day"])
    op.create_table(
        "gift_sources",
        sa.Column("record_id", _BIG, nullable=False),
        sa.Column("gift_id", _BIG, nullable=False),
        sa.ForeignKeyConstraint(["gift_id"], ["gifts.id"], name=op.f("fk_gift_sources_gift_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_gift_sources_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_gift_sources")),
    )
    op.create_index(op.f("ix_gift_sources_gift_id"), "gift_sources", ["gift_id"])
    op.create_table(
        "gift_steps",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("gift_id", _BIG, nullable=False),
        sa.Column("verb", sa.String(length=16), nullable=False),
        sa.Column("other_id", _BIG, nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_id", _BIG, nullable=True),
        sa.Column("message_id", _BIG, nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_gift_steps_by_id")),
        sa.ForeignKeyConstraint(["gift_id"], ["gifts.id"], name=op.f("fk_gift_steps_gift_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_gift_steps_message_id")),
        sa.ForeignKeyConstraint(["other_id"], ["gifts.id"], name=op.f("fk_gift_steps_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_steps")),
        sa.UniqueConstraint("message_id", "gift_id", name=op.f("uq_gift_steps_message_id_gift_id")),
    )
    op.create_index(op.f("ix_gift_steps_gift_id"), "gift_steps", ["gift_id"])
    _number_what_stands()


def _number_what_stands() -> None:
    """Each deed that stands becomes an entry. On PostgreSQL and SQLite alike, by plain statements."""
    numbered = (
        "FROM (SELECT id, office_id, on_day, said_at,"
        " row_number() OVER (PARTITION BY office_id ORDER BY said_at, message_id, position) AS number"
        " FROM records WHERE kind = 'deed' AND withdrawn_at IS NULL) AS deeds"
    )
    op.execute(
        f"INSERT INTO gifts (office_id, number, on_day, made_at) SELECT office_id, number, on_day, said_at {numbered}"
    )
    op.execute(
        f"INSERT INTO gift_sources (record_id, gift_id) SELECT deeds.id, gifts.id {numbered}"
        " JOIN gifts ON gifts.office_id = deeds.office_id AND gifts.number = deeds.number"
    )
    op.execute(
        "INSERT INTO counters (office_id, series, value)"
        " SELECT office_id, 'gift', max(number) FROM gifts GROUP BY office_id"
    )
