"""Times in which a channel may have missed messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from storage import Session, people
from storage.tables import Gap, Pulse


async def add(session: Session, office_id: int, channel: str, began_at: datetime, ended_at: datetime) -> int:
    """Notes a gap; returns its id."""
    gap = Gap(office_id=office_id, channel=channel, began_at=began_at, ended_at=ended_at)
    session.add(gap)
    await session.flush()
    return gap.id


async def between(session: Session, office_id: int, since: datetime, until: datetime) -> Sequence[Gap]:
    """Gaps that touch a span, in order."""
    query = select(Gap).where(Gap.office_id == office_id, Gap.ended_at >= since, Gap.began_at <= until)
    return (await session.scalars(query.order_by(Gap.began_at))).all()


async def beat(session: Session, office_id: int, channel: str, at: datetime) -> datetime | None:
    """Notes that a channel hears at this instant; returns when that was last noted, None the first time."""
    pulse = await session.get(Pulse, (office_id, channel))
    if pulse is None:
        await people.lock_office(session, office_id)  # another process may be noting its first just now
        pulse = await session.get(Pulse, (office_id, channel))
    if pulse is None:
        session.add(Pulse(office_id=office_id, channel=channel, alive_at=at))
        return None
    before, pulse.alive_at = pulse.alive_at, at
    return before
