"""Groups: found by the channel's id, else by the name that the configuration gives them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from storage import Session
from storage.tables import Room
from storage.writing import insert_new

UNKNOWN = "unknown"


async def ensure(session: Session, office_id: int, channel: str, name: str, purpose: str) -> Room:
    """The configured room of that name, made or given that purpose where needed."""
    await insert_new(session, Room, office_id=office_id, channel=channel, name=name, purpose=purpose)
    room = await by_name(session, office_id, channel, name)
    assert room is not None
    room.purpose = purpose
    return room


async def by_name(session: Session, office_id: int, channel: str | None, name: str) -> Room | None:
    """The room of that name; in whichever channel where `channel` is None, a configured one first."""
    query = select(Room).where(Room.office_id == office_id, Room.name == name)
    if channel is not None:
        query = query.where(Room.channel == channel)
    rooms = (await session.scalars(query.order_by(Room.id))).all()
    return min(rooms, key=lambda room: (room.purpose == UNKNOWN, room.id), default=None)


async def heard_of(session: Session, office_id: int, channel: str, external_id: str, name: str) -> Room:
    """The room in which a channel heard something; learns its id, or makes it as an unknown one.

    A room whose id the configuration fixes keeps it: another group of that name is another, unknown room.
    """
    room = await session.scalar(
        select(Room).where(Room.office_id == office_id, Room.channel == channel, Room.external_id == external_id)
    )
    if room is not None:
        return room
    room = await by_name(session, office_id, channel, name or external_id)
    if room is not None and room.pinned:
        return await _namesake(session, office_id, channel, external_id, name)
    if room is None:
        room = await ensure(session, office_id, channel, name or external_id, UNKNOWN)
    room.external_id = external_id  # ids of WeChat groups change at a new login: the name is what stays
    await session.flush()
    return room


async def _namesake(session: Session, office_id: int, channel: str, external_id: str, name: str) -> Room:
    room = await ensure(session, office_id, channel, f"{name}（{external_id}）"[:200], UNKNOWN)
    room.external_id = external_id
    await session.flush()
    return room


async def met(session: Session, office_id: int, channel: str, external_id: str, name: str) -> None:
    """Learns the id of a configured room; of others nothing is kept until somebody speaks there."""
    room = await by_name(session, office_id, channel, name)
    if room is not None and not room.pinned and room.external_id != external_id:
        room.external_id = external_id


async def get(session: Session, room_id: int) -> Room:
    """The room of that id."""
    return await session.get_one(Room, room_id)


async def every(session: Session, office_id: int, purpose: str | None = None) -> Sequence[Room]:
    """The office's rooms in order; with `purpose` those of that purpose."""
    query = select(Room).where(Room.office_id == office_id).order_by(Room.id)
    if purpose is not None:
        query = query.where(Room.purpose == purpose)
    return (await session.scalars(query)).all()


async def pause(session: Session, room_id: int, by_id: int | None, at: datetime | None) -> None:
    """Stops (with an instant) or lets (with None) the bot speak in a room."""
    room = await get(session, room_id)
    room.paused_at, room.paused_by_id = at, by_id
