"""What staff noted of people: leave (请假), zero report (零报告), unreachable (联系不上)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from storage import Session
from storage.tables import Mark
from storage.writing import insert_new, rows_of

LEAVE, ZERO, UNREACHABLE = "leave", "zero", "unreachable"


async def add(
    session: Session,
    office_id: int,
    person_id: int,
    state: str,
    days: tuple[date, date],
    message_id: int | None,
    at: datetime,
) -> None:
    """Notes a state for the days from..to, both included; the newest of a day counts."""
    from_on, to_on = days
    await insert_new(
        session,
        Mark,
        office_id=office_id,
        person_id=person_id,
        state=state,
        from_on=from_on,
        to_on=to_on,
        message_id=message_id,
        made_at=at,
    )


async def on_day(session: Session, office_id: int, person_ids: Collection[int], day: date) -> Sequence[Mark]:
    """The standing marks of these people on a day, oldest first."""
    if not person_ids:
        return ()
    query = select(Mark).where(
        Mark.office_id == office_id,
        Mark.person_id.in_(person_ids),
        Mark.from_on <= day,
        Mark.to_on >= day,
        Mark.withdrawn_at.is_(None),
    )
    return (await session.scalars(query.order_by(Mark.made_at, Mark.id))).all()


async def between(session: Session, office_id: int, since: date, until: date) -> Sequence[Mark]:
    """The standing marks of everybody that touch a day from..to, oldest first."""
    query = select(Mark).where(
        Mark.office_id == office_id, Mark.from_on <= until, Mark.to_on >= since, Mark.withdrawn_at.is_(None)
    )
    return (await session.scalars(query.order_by(Mark.made_at, Mark.id))).all()


async def withdraw(session: Session, office_id: int, person_id: int, day: date, at: datetime) -> int:
    """Takes back somebody's marks from a day on, and leaves the days before as they are; returns how many."""
    standing = (
        Mark.office_id == office_id,
        Mark.person_id == person_id,
        Mark.to_on >= day,
        Mark.withdrawn_at.is_(None),
    )
    cut = update(Mark).where(*standing, Mark.from_on < day).values(to_on=day - timedelta(days=1))
    gone = update(Mark).where(*standing, Mark.from_on >= day).values(withdrawn_at=at)
    return rows_of(await session.execute(cut)) + rows_of(await session.execute(gone))
