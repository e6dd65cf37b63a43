"""Who may sit at the chat page: people with their personal links, rooms with their members. Reads only.

Called by `bot.channels.webchat`; what is said there is in `storage.webchat`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from storage import Session
from storage.tables import Member, Person, Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitter:
    """A person who may sit down, and the rooms they belong to: id → name; `link` is their personal link's token."""

    person_id: int
    name: str
    link: str | None
    rooms: dict[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A member of a room; `role` is `deputy` or `staff`."""

    person_id: int
    name: str
    unit: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """A room and, in the order of its roster, its members."""

    room_id: int
    name: str
    purpose: str
    seats: tuple[Seat, ...]


async def sitter(session: Session, office_id: int, channel: str, person_id: int) -> Sitter | None:
    """The person of that id; None for one who is not of the office or on no roster any more."""
    return (await sitters(session, office_id, channel, [person_id])).get(person_id)


async def sitter_by_link(session: Session, office_id: int, channel: str, token: str) -> Sitter | None:
    """The person whose personal link it is."""
    query = select(Person.id).where(Person.link_token == token, Person.office_id == office_id)
    person_id = await session.scalar(query)
    return None if person_id is None else await sitter(session, office_id, channel, person_id)


async def sitters(session: Session, office_id: int, channel: str, person_ids: Collection[int]) -> dict[int, Sitter]:
    """Those of the people who are still with the office, by id, each with the channel's rooms they belong to."""
    people = await session.execute(
        select(Person.id, Person.name, Person.link_token).where(
            Person.id.in_(person_ids), Person.office_id == office_id, Person.gone_at.is_(None)
        )
    )
    rooms: defaultdict[int, dict[int, str]] = defaultdict(dict)
    memberships = await session.execute(
        select(Member.person_id, Room.id, Room.name)
        .join(Room, Room.id == Member.room_id)
        .where(Member.person_id.in_(person_ids), Room.office_id == office_id, Room.channel == channel)
    )
    for person_id, room_id, room_name in memberships:
        rooms[person_id][room_id] = room_name
    return {
        person_id: Sitter(person_id=person_id, name=name, link=link, rooms=rooms[person_id])
        for person_id, name, link in people
    }


async def halls(
    session: Session, office_id: int, channel: str, room_ids: Collection[int] | None = None
) -> tuple[Hall, ...]:
    """The channel's rooms with their members, in order; with `room_ids` only those."""
    query = select(Room).where(Room.office_id == office_id, Room.channel == channel).order_by(Room.id)
    if room_ids is not None:
        query = query.where(Room.id.in_(room_ids))
    rooms = (await session.scalars(query)).all()
    members = await session.execute(
        select(Member.room_id, Member.role, Person.id, Person.name, Person.unit)
        .join(Person, Person.id == Member.person_id)
        .where(Member.room_id.in_([room.id for room in rooms]), Person.gone_at.is_(None))
        .order_by(Member.position)
    )
    seats: defaultdict[int, list[Seat]] = defaultdict(list)
    for room_id, role, person_id, name, unit in members:
        seats[room_id].append(Seat(person_id=person_id, name=name, unit=unit, role=role))
    return tuple(
        Hall(room_id=room.id, name=room.name, purpose=room.purpose, seats=tuple(seats[room.id])) for room in rooms
    )


async def room_exists(session: Session, office_id: int, channel: str, room_id: int) -> bool:
    """Whether the channel has such a room."""
    query = select(Room.id).where(Room.id == room_id, Room.office_id == office_id, Room.channel == channel)
    return await session.scalar(query) is not None
