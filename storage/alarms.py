"""Early warning (预警): a row per unit, day and method, with the figures it rests on; answered and repeated once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select, update

from storage import Session, counters
from storage.tables import Alarm

_SERIES = "alarm"


async def raised(session: Session, office_id: int, on_days: Collection[date]) -> set[tuple[date, str, str]]:
    """(day, unit, method) of what has been raised for these days."""
    query = select(Alarm.on_day, Alarm.unit, Alarm.method).where(
        Alarm.office_id == office_id, Alarm.on_day.in_(on_days)
    )
    return {(on, unit, method) for on, unit, method in await session.execute(query)}


async def add(
    session: Session,
    office_id: int,
    *,
    on_day: date,
    unit: tuple[str, str],
    method: str,
    figures: Mapping[str, Any],
    made_at: datetime,
    repeat_at: datetime | None,
) -> Alarm:
    """Keeps an alarm under the office's next number. Of one that stands already the caller knows by `raised`.

    Args:
        unit: key and name.
    """
    number = await counters.following(session, office_id, _SERIES)
    alarm = Alarm(
        office_id=office_id,
        number=number,
        on_day=on_day,
        unit=unit[0],
        unit_name=unit[1],
        method=method,
        figures=dict(figures),
        made_at=made_at,
        repeat_at=repeat_at,
    )
    session.add(alarm)
    await session.flush()
    return alarm


async def by_numbers(session: Session, office_id: int, numbers: Collection[int]) -> Sequence[Alarm]:
    """Those of these numbers, in order."""
    query = select(Alarm).where(Alarm.office_id == office_id, Alarm.number.in_(numbers)).order_by(Alarm.number)
    return (await session.scalars(query)).all()


async def unanswered(session: Session, office_id: int) -> Sequence[Alarm]:
    """All that nobody has answered, in order."""
    query = select(Alarm).where(Alarm.office_id == office_id, Alarm.acknowledged_at.is_(None)).order_by(Alarm.number)
    return (await session.scalars(query)).all()


async def listed(session: Session, office_id: int, since_on: date, most: int) -> Sequence[Alarm]:
    """What nobody has answered, and what is about a day since then; the newest first."""
    query = (
        select(Alarm)
        .where(Alarm.office_id == office_id, or_(Alarm.acknowledged_at.is_(None), Alarm.on_day >= since_on))
        .order_by(Alarm.number.desc())
        .limit(most)
    )
    return (await session.scalars(query)).all()


async def acknowledge(session: Session, alarm_id: int, by_id: int | None, at: datetime) -> bool:
    """Notes that somebody has seen to it; False where another had already."""
    done = await session.execute(
        update(Alarm)
        .where(Alarm.id == alarm_id, Alarm.acknowledged_at.is_(None))
        .values(acknowledged_at=at, acknowledged_by_id=by_id, repeat_at=None)
        .returning(Alarm.id)
    )
    return done.scalar_one_or_none() is not None


async def take_to_repeat(session: Session, office_id: int, now: datetime) -> Alarm | None:
    """The next that is to be repeated, marked as repeated; None where none is due."""
    due = select(Alarm.id).where(Alarm.office_id == office_id, Alarm.repeat_at <= now).order_by(Alarm.id).limit(1)
    found = await session.scalar(due)
    if found is None:
        return None
    taken = await session.scalars(
        update(Alarm)
        .where(Alarm.id == found, Alarm.repeat_at <= now)
        .values(repeat_at=None, repeated_at=now)
        .returning(Alarm)
    )
    return taken.one_or_none()


async def next_due_at(session: Session, office_id: int) -> datetime | None:
    """When one is to be repeated next."""
    query = select(func.min(Alarm.repeat_at)).where(Alarm.office_id == office_id, Alarm.repeat_at.is_not(None))
    return await session.scalar(query)
