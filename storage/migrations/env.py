"""Run by Alembic inside `storage.migrate`: one transaction, on the connection that it is given."""

from typing import Any, Literal

from alembic import context

from storage.tables import Instant, Table


def _plain(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Spells our own type as what it is in the database: a migration must not change when the program does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_plain,
)
with context.begin_transaction():
    context.run_migrations()
