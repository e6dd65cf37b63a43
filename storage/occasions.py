"""Firings of schedules: rows that are due, done once, or missed and listed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from storage import Session
from storage.tables import Occasion
from storage.writing import insert_new, rows_of

_OPEN_TO_CHANGE = ("due", "dropped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What stands under a key."""

    state: str
    due_at: datetime

    def moved(self, due_at: datetime) -> bool:
        """Whether it has to be made due (again), now that it should happen at that time."""
        return self.state == "dropped" or (self.state == "due" and self.due_at != due_at)


async def plan(session: Session, **values: Any) -> int | None:
    """Makes an occasion due; None where its key stands already."""
    return await insert_new(session, Occasion, state="due", **values)


async def planned(session: Session, office_id: int, since: datetime) -> dict[str, Planned]:
    """All that was planned from an instant on by its key, whatever became of it."""
    query = select(Occasion.key, Occasion.state, Occasion.due_at).where(
        Occasion.office_id == office_id, Occasion.due_at >= since
    )
    return {key: Planned(state=state, due_at=due_at) for key, state, due_at in await session.execute(query)}


async def replan(session: Session, office_id: int, key: str, due_at: datetime, not_after: datetime) -> None:
    """Makes what still waits, or was dropped, due at that time; what is done, missed or paused stays so."""
    await session.execute(
        update(Occasion)
        .where(Occasion.office_id == office_id, Occasion.key == key, Occasion.state.in_(_OPEN_TO_CHANGE))
        .values(state="due", due_at=due_at, not_after=not_after, settled_at=None)
    )


async def due(session: Session, office_id: int, now: datetime) -> Sequence[Occasion]:
    """What is due now and not settled, in order."""
    query = select(Occasion).where(Occasion.office_id == office_id, Occasion.state == "due", Occasion.due_at <= now)
    return (await session.scalars(query.order_by(Occasion.due_at, Occasion.id))).all()


async def settle(session: Session, occasion_id: int, state: str, at: datetime) -> bool:
    """Moves a due occasion on; False where another process was faster."""
    done = await session.execute(
        update(Occasion)
        .where(Occasion.id == occasion_id, Occasion.state == "due")
        .values(state=state, settled_at=at)
        .returning(Occasion.id)
    )
    return done.scalar_one_or_none() is not None


async def next_due_at(session: Session, office_id: int) -> datetime | None:
    """When the next occasion falls due; None where none is planned."""
    query = select(func.min(Occasion.due_at)).where(Occasion.office_id == office_id, Occasion.state == "due")
    return await session.scalar(query)


async def next_in_room_at(
    session: Session, office_id: int, room_id: int, now: datetime, until: datetime
) -> datetime | None:
    """When a schedule next speaks in a room; None where none does until then."""
    query = select(func.min(Occasion.due_at)).where(
        Occasion.office_id == office_id,
        Occasion.state == "due",
        Occasion.room_id == room_id,
        Occasion.due_at <= until,
        Occasion.not_after >= now,
    )
    return await session.scalar(query)


async def next_of(
    session: Session, office_id: int, schedules: Collection[str], room_id: int, now: datetime
) -> Occasion | None:
    """The next firing of one of these schedules in a room that is planned already."""
    query = select(Occasion).where(
        Occasion.office_id == office_id,
        Occasion.state == "due",
        Occasion.schedule.in_(schedules),
        Occasion.room_id == room_id,
        Occasion.not_after >= now,
    )
    return await session.scalar(query.order_by(Occasion.due_at).limit(1))


async def last_planned_at(session: Session, office_id: int) -> datetime | None:
    """The latest instant for which anything was ever planned."""
    return await session.scalar(select(func.max(Occasion.due_at)).where(Occasion.office_id == office_id))


async def drop_planned(session: Session, office_id: int, after: datetime, until: datetime, keep: Sequence[str]) -> int:
    """Drops occasions of that span that the configuration no longer holds; returns how many.

    What lies beyond it was planned by a process whose clock is ahead.
    """
    done = await session.execute(
        update(Occasion)
        .where(
            Occasion.office_id == office_id,
            Occasion.state == "due",
            Occasion.due_at > after,
            Occasion.due_at <= until,
            Occasion.key.not_in(keep),
        )
        .values(state="dropped", settled_at=after)
    )
    return rows_of(done)


async def missed(session: Session, office_id: int, since: datetime) -> Sequence[Occasion]:
    """What was missed because the bot was down, since an instant."""
    query = select(Occasion).where(
        Occasion.office_id == office_id, Occasion.state == "missed", Occasion.due_at >= since
    )
    return (await session.scalars(query.order_by(Occasion.due_at))).all()
