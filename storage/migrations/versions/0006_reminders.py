"""the ladder of reminders: whom each step reached, what is left to the office."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
    with op.batch_alter_table("occasions") as occasions:
        occasions.alter_column("room_id", existing_type=_big(), nullable=True)
    op.create_index(op.f("ix_posts_person_id_made_at"), "posts", ["person_id", "made_at"])
    op.create_table(
        "reminders",
        sa.Column("id", _big(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=200), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("person_id", _big(), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("means", sa.String(length=16), nullable=False),
        sa.Column("post_key", sa.String(length=300), nullable=False),
        sa.Column("withheld", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_reminders_office_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reminders_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "office_id", "on_day", "step", "person_id", name=op.f("uq_reminders_office_id_on_day_step_person_id")
        ),
    )
    op.create_index(op.f("ix_reminders_person_id_on_day"), "reminders", ["person_id", "on_day"])
    op.create_index(
        "ix_reminders_posts",
        "reminders",
        ["office_id", "post_key"],
        sqlite_where=sa.text("post_key <> ''"),
        postgresql_where=sa.text("post_key <> ''"),
    )
    op.create_table(
        "errands",
        sa.Column("id", _big(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", _big(), nullable=True),
        sa.ForeignKeyConstraint(["done_by_id"], ["people.id"], name=op.f("fk_errands_done_by_id")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_errands_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errands")),
        sa.UniqueConstraint("office_id", "key", name=op.f("uq_errands_office_id_key")),
    )
    op.create_index(op.f("ix_errands_office_id_made_at"), "errands", ["office_id", "made_at"])


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
