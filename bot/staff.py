"""How staff (工作人员) are told: of a person's health each one alone, of the bot's own affairs in the staff room.

What somebody has to see to at once goes to those on duty (值班), where the rota has the day.

`handlers`, `schedules`, `bot.inbox` and `bot.outbox` call it within their transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot import duty
from bot.messages import Doubt, PersonId, Post, RoomId
from bot.settings import Settings
from storage import Session, people, rooms


async def to_each(
    session: Session, room_id: int | None, office_id: int, key: str, why: str, text: str, until: datetime
) -> list[Post]:
    """One private post for each member of staff of the room, of the office where the room has none."""
    members = await people.members(session, room_id) if room_id is not None else []
    staff = [m for m in members if m.role == "staff"]
    if not staff:
        staff = [m for m in await people.everybody(session, office_id) if m.role == "staff"]
    return _each([member.person_id for member in staff], key, why, text, until)


async def to_officers(
    session: Session, room_id: int | None, office_id: int, on: date, key: str, why: str, text: str, until: datetime
) -> list[Post]:
    """One private post for each of those on duty on the day; as `to_each` where the rota names nobody."""
    officers = (await duty.on_duty(session, office_id, on)).people
    if not officers:
        return await to_each(session, room_id, office_id, key, why, text, until)
    return _each([known.person_id for known in officers], key, why, text, until)


def _each(person_ids: Sequence[int], key: str, why: str, text: str, until: datetime) -> list[Post]:
    return [
        Post(
            key=f"{key}/{person_id}",
            why=why,
            text=text,
            person=PersonId(person_id),
            not_after=until,
            doubt=Doubt.REPEAT,
        )
        for person_id in person_ids
    ]


async def of_affairs(
    session: Session,
    settings: Settings,
    office_id: int,
    room_id: int | None,
    key: str,
    why: str,
    text: str,
    now: datetime,
) -> Sequence[Post]:
    """Tells staff something about the bot's own work; never of anybody's health."""
    until = now + timedelta(hours=settings.manners.alert_hours)
    for room in await rooms.every(session, office_id, "staff"):
        return [Post(key=key, why=why, text=text, room=RoomId(room.id), not_after=until, doubt=Doubt.REPEAT)]
    return await to_each(session, room_id, office_id, key, why, text, until)
