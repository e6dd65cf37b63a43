"""questions that are asked back, cases that staff corrected, the rules' version beside each record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("state <> 'settled'")


def upgrade() -> None:
    """Forward only."""
    with op.batch_alter_table("records", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rules_version", sa.String(length=16), server_default="", nullable=False))

    op.create_table(
        "questions",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("message_id", _BIG, nullable=False),
        sa.Column("record_id", _BIG, nullable=False),
        sa.Column("room_id", _BIG, nullable=True),
        sa.Column("subject_id", _BIG, nullable=True),
        sa.Column("subject_name", sa.String(length=200), nullable=False),
        sa.Column("relation", sa.String(length=8), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_id", _BIG, nullable=True),
        sa.Column("identity_id", _BIG, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("post_key", sa.String(length=300), nullable=False),
        sa.Column("answer_id", _BIG, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_questions_office_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_questions_message_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_questions_record_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_questions_room_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["people.id"], name=op.f("fk_questions_subject_id")),
        sa.ForeignKeyConstraint(["asked_id"], ["people.id"], name=op.f("fk_questions_asked_id")),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name=op.f("fk_questions_identity_id")),
        sa.ForeignKeyConstraint(["answer_id"], ["messages.id"], name=op.f("fk_questions_answer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("office_id", "reason", name=op.f("uq_questions_office_id_reason")),
    )
    op.create_index(
        "ix_questions_open", "questions", ["office_id", "due_at"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_index(op.f("ix_questions_asked_id_made_at"), "questions", ["asked_id", "made_at"])

    op.create_table(
        "cases",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("message_id", _BIG, nullable=False),
        sa.Column("correction_id", _BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sender", sa.String(length=200), nullable=False),
        sa.Column("roster", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected", sa.JSON(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("made_by_id", _BIG, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_cases_office_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_cases_message_id")),
        sa.ForeignKeyConstraint(["correction_id"], ["messages.id"], name=op.f("fk_cases_correction_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["people.id"], name=op.f("fk_cases_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("office_id", "correction_id", name=op.f("uq_cases_office_id_correction_id")),
    )
