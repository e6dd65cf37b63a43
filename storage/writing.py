"""The one statement both databases spell differently: insert what is not there yet."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult, Result
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects import postgresql, sqlite

from storage import Session


async def insert_new(session: Session, table: type[Any], **values: Any) -> int | None:
    """Inserts a row; returns its id, or None where a unique key already stands."""
    rows: SqlTable = table.__table__
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(rows).values(**values).on_conflict_do_nothing().returning(rows.c.id)
    found: int | None = (await session.execute(statement)).scalar_one_or_none()
    return found


def rows_of(result: Result[Any]) -> int:
    """How many rows a statement changed."""
    return result.rowcount if isinstance(result, CursorResult) else 0
