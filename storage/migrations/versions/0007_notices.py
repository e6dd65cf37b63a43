"""notices, whom they are for, who has seen them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "notices",
        sa.Column("id", big, nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("follows_id", big, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("wants_ack", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("deadline_at", instant, nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("drafted_by_id", big, nullable=True),
        sa.Column("drafted_at", instant, nullable=False),
        sa.Column("approved_by_id", big, nullable=True),
        sa.Column("approved_at", instant, nullable=True),
        sa.Column("closed_at", instant, nullable=True),
        sa.Column("due_at", instant, nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_notices_office_id")),
        sa.ForeignKeyConstraint(["follows_id"], ["notices.id"], name=op.f("fk_notices_follows_id")),
        sa.ForeignKeyConstraint(["drafted_by_id"], ["people.id"], name=op.f("fk_notices_drafted_by_id")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name=op.f("fk_notices_approved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("office_id", "number", name=op.f("uq_notices_office_id_number")),
    )
    op.create_index(
        "ix_notices_due",
        "notices",
        ["office_id", "due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_notices_follows_id"), "notices", ["follows_id"])
    op.create_table(
        "addressees",
        sa.Column("notice_id", big, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("room_id", big, nullable=True),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.Column("posted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_addressees_notice_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_addressees_person_id")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_addressees_office_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_addressees_room_id")),
        sa.PrimaryKeyConstraint("notice_id", "person_id", name=op.f("pk_addressees")),
    )
    op.create_index(op.f("ix_addressees_person_id_notice_id"), "addressees", ["person_id", "notice_id"])
    op.create_table(
        "acknowledgements",
        sa.Column("id", big, nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", big, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("message_id", big, nullable=False),
        sa.Column("said_at", instant, nullable=False),
        sa.Column("route", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("by_id", big, nullable=True),
        sa.Column("note", sa.String(length=100), nullable=False),
        sa.Column("withdrawn_at", instant, nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_acknowledgements_office_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_acknowledgements_notice_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_acknowledgements_person_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_acknowledgements_message_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_acknowledgements_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgements")),
        sa.UniqueConstraint(
            "notice_id", "person_id", "message_id", name=op.f("uq_acknowledgements_notice_id_person_id_message_id")
        ),
    )
    op.create_index(op.f("ix_acknowledgements_message_id"), "acknowledgements", ["message_id"])
    op.add_column("messages", sa.Column("answers", sa.BigInteger(), nullable=True))
    # Written out: Alembic would build the whole table anew on SQLite, and messages refer to its rows.
    kind = "BIGINT" if op.get_context().dialect.name == "postgresql" else "INTEGER"
    op.execute(f"ALTER TABLE posts ADD COLUMN notice_id {kind} CONSTRAINT fk_posts_notice_id REFERENCES notices (id)")
    op.create_index(
        "ix_posts_notices",
        "posts",
        ["notice_id"],
        sqlite_where=sa.text("notice_id IS NOT NULL"),
        postgresql_where=sa.text("notice_id IS NOT NULL"),
    )
