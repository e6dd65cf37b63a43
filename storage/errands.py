"""What is left to whoever is on duty (代办), each under a key that says why; ticked off once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from storage import Session
from storage.tables import Errand
from storage.writing import insert_new


async def add(session: Session, office_id: int, key: str, what: str, at: datetime) -> int | None:
    """Notes an errand; its number, or None where its key stands already."""
    return await insert_new(session, Errand, office_id=office_id, key=key, what=what, made_at=at)


async def by_key(session: Session, office_id: int, key: str) -> Errand | None:
    """The errand of that key."""
    return await session.scalar(select(Errand).where(Errand.office_id == office_id, Errand.key == key))


async def find(session: Session, office_id: int, number: int) -> Errand | None:
    """The errand of that number."""
    return await session.scalar(select(Errand).where(Errand.office_id == office_id, Errand.id == number))


async def tick(session: Session, errand_id: int, by_id: int | None, at: datetime) -> bool:
    """Ticks an errand off; False where it was already."""
    done = await session.execute(
        update(Errand)
        .where(Errand.id == errand_id, Errand.done_at.is_(None))
        .values(done_at=at, done_by_id=by_id)
        .returning(Errand.id)
    )
    return done.scalar_one_or_none() is not None


async def open_ones(session: Session, office_id: int, since: datetime) -> Sequence[Errand]:
    """What is still to be done of what came up since an instant."""
    query = select(Errand).where(Errand.office_id == office_id, Errand.made_at >= since, Errand.done_at.is_(None))
    return (await session.scalars(query.order_by(Errand.id))).all()
