"""What messages should have been read as, as staff corrected them: the labelled cases that rules are tested on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from storage import Session
from storage.tables import Case
from storage.writing import rows_of


async def add(session: Session, **values: Any) -> Case:
    """Keeps a case."""
    case = Case(**values)
    session.add(case)
    await session.flush()
    return case


async def every(session: Session, office_id: int) -> Sequence[Case]:
    """The office's cases, oldest first."""
    query = select(Case).where(Case.office_id == office_id)
    return (await session.scalars(query.order_by(Case.id))).all()


async def made_by(session: Session, office_id: int, correction_id: int) -> Case | None:
    """The case that a correction made."""
    query = select(Case).where(Case.office_id == office_id, Case.correction_id == correction_id)
    return (await session.scalars(query)).one_or_none()


async def drop(session: Session, office_id: int, case_id: int) -> bool:
    """Takes a case out; False where there is none of that id."""
    return rows_of(await session.execute(delete(Case).where(Case.office_id == office_id, Case.id == case_id))) > 0
