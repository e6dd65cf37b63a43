"""Offices, people and who belongs to which room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, or_, select, update

from storage import Session
from storage.tables import Member, Office, Person, Standing
from storage.writing import insert_new


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a roster (名单) as the store takes it."""

    name: str
    role: str
    unit: str = ""
    phone: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A person as a member of a room, in roster order; `role` is `deputy` or `staff`.

    `staff` says whether they are staff, also where they sit as a deputy: by the register one may be both.
    """

    person_id: int
    name: str
    unit: str
    aliases: tuple[str, ...]
    role: str
    staff: bool = False


async def ensure_office(session: Session, name: str) -> int:
    """The id of the office of that name, made where it is missing."""
    await insert_new(session, Office, name=name)
    return (await session.execute(select(Office.id).where(Office.name == name))).scalar_one()


async def office(session: Session, name: str) -> int | None:
    """The id of the office of that name, if it is there."""
    return await session.scalar(select(Office.id).where(Office.name == name))


async def lock_office(session: Session, office_id: int) -> None:
    """Lets one process at a time go on, until its commit; SQLite has one writer, and ignores it."""
    query = select(Office.id).where(Office.id == office_id)
    await session.execute(query.with_for_update(key_share=True))  # rows that point to the office may still be added


async def sync_roster(session: Session, office_id: int, room_id: int, entries: Sequence[Entry]) -> list[int]:
    """Makes a room's members what its roster says; returns the person behind each line, made where one was missing.

    A person of another roster is the same one where name and unit (or phone) agree, so that they count once.
    """
    here = {member.person_id for member in await members(session, room_id)}
    lines = Counter(entry.name for entry in entries)
    ids = [await _ensure_person(session, office_id, entry, here if lines[entry.name] == 1 else ()) for entry in entries]
    wanted: dict[int, str] = {}
    for person_id, entry in zip(ids, entries, strict=True):
        wanted.setdefault(person_id, entry.role)
    await _seat(session, room_id, list(wanted.items()))
    return ids


async def sync_registered(session: Session, office_id: int, room_id: int, name: str, purpose: str) -> None:
    """Makes a room's members those beside whom the register has its name, by unit.

    In a room of staff, whoever is staff sits as that; elsewhere deputies sit as deputies, staff or not.
    """
    rows = await session.execute(
        select(Person.id, _stands_as("staff"), _stands_as("deputy"))
        .where(Person.office_id == office_id, Person.unit_code != "", _stands_in(name))
        .order_by(Person.unit_code, Person.id)
    )
    wanted = []
    for person_id, staff, deputy in rows:
        as_staff = staff and (purpose == "staff" or not deputy)
        wanted.append((person_id, "staff" if as_staff else "deputy"))
    await _seat(session, room_id, wanted)


async def _seat(session: Session, room_id: int, wanted: Sequence[tuple[int, str]]) -> None:
    """Makes (person, role) the members of a room, in this order."""
    if [(m.person_id, m.role) for m in await members(session, room_id)] != list(wanted):
        await session.execute(delete(Member).where(Member.room_id == room_id))
        for position, (person_id, role) in enumerate(wanted):
            session.add(Member(room_id=room_id, person_id=person_id, role=role, position=position))
    await session.flush()


def _stands_as(role: str) -> ColumnElement[bool]:
    return exists().where(Standing.person_id == Person.id, Standing.kind == "role", Standing.value == role)


def _stands_in(room: str) -> ColumnElement[bool]:
    return exists().where(Standing.person_id == Person.id, Standing.kind == "room", Standing.value == room)


async def registered(session: Session, office_id: int) -> Sequence[Person]:
    """Everybody whom the register (名册) names, in the order in which they came in."""
    query = select(Person).where(Person.office_id == office_id, Person.unit_code != "").order_by(Person.id)
    return (await session.scalars(query)).all()


async def note_gone(session: Session, office_id: int, now: datetime) -> None:
    """Notes who is in no room and not on the register any more, and who is back."""
    seated = or_(Person.unit_code != "", exists().where(Member.person_id == Person.id))
    mine = update(Person).where(Person.office_id == office_id)
    await session.execute(mine.where(Person.gone_at.is_(None), ~seated).values(gone_at=now))
    await session.execute(mine.where(Person.gone_at.is_not(None), seated).values(gone_at=None))


async def is_registered_staff(session: Session, person_id: int) -> bool:
    """Whether the register has somebody as staff, whatever they are in a group."""
    query = select(Person.id).where(Person.id == person_id, Person.gone_at.is_(None), _stands_as("staff"))
    return await session.scalar(query) is not None


async def is_staff(session: Session, person_id: int) -> bool:
    """Whether somebody is staff, in some group or by the register."""
    in_group = await rooms_of(session, person_id, "staff")
    return bool(in_group) or await is_registered_staff(session, person_id)


async def _ensure_person(session: Session, office_id: int, entry: Entry, here: Collection[int] = ()) -> int:
    """The person of a line; `here` are the room's members so far, where the line's name stands only once."""
    same_name = (
        await session.scalars(
            select(Person).where(Person.office_id == office_id, Person.name == entry.name).order_by(Person.id)
        )
    ).all()
    person = _same_person(same_name, entry) or _seated(same_name, entry, here)
    if person is None:
        person = Person(office_id=office_id, name=entry.name, unit=entry.unit, phone=entry.phone, aliases=[])
        session.add(person)
    if not person.unit_code:  # of those whom the register names, it is the one to say where they belong
        person.unit = entry.unit or person.unit
        person.phone = entry.phone or person.phone
    new = [alias for alias in entry.aliases if alias not in person.aliases]
    if new:
        person.aliases = [*person.aliases, *new]
    await session.flush()
    return person.id


def _same_person(candidates: Sequence[Person], entry: Entry) -> Person | None:
    for person in candidates:
        if entry.phone and person.phone == entry.phone:
            return person
    for person in candidates:
        if person.unit == entry.unit and not (entry.phone and person.phone):
            return person
    if len(candidates) == 1 and not (candidates[0].unit and entry.unit):
        return candidates[0]
    return None


def _seated(candidates: Sequence[Person], entry: Entry, here: Collection[int]) -> Person | None:
    """The one of that name who sits in the room already: the register calls their unit otherwise than its roster."""
    found = [person for person in candidates if person.id in here and person.unit_code]
    if len(found) != 1 or (entry.phone and found[0].phone and entry.phone != found[0].phone):
        return None
    return found[0]


async def members(session: Session, room_id: int) -> list[Membership]:
    """The members of a room in the order of its roster."""
    rows = await session.execute(
        select(Member.role, Person, _stands_as("staff"))
        .join(Person, Person.id == Member.person_id)
        .where(Member.room_id == room_id)
        .order_by(Member.position)
    )
    return [_membership(person, role, registered=registered) for role, person, registered in rows]


async def everybody(session: Session, office_id: int) -> list[Membership]:
    """Everybody who is in some room of the office or on its register, once each; as staff where any room says so."""
    in_rooms = await session.execute(
        select(Member.role, Person, _stands_as("staff"))
        .join(Person, Person.id == Member.person_id)
        .where(Person.office_id == office_id)
        .order_by(Member.role.desc(), Person.id)
    )
    found: dict[int, Membership] = {}
    for role, person, registered in in_rooms:
        found.setdefault(person.id, _membership(person, role, registered=registered))
    in_none = await session.execute(
        select(Person, _stands_as("staff"), _stands_as("deputy"))
        .where(Person.office_id == office_id, Person.unit_code != "", ~exists().where(Member.person_id == Person.id))
        .order_by(Person.id)
    )
    for person, registered, deputy in in_none:
        found[person.id] = _membership(person, "deputy" if deputy else "staff", registered=registered)
    return list(found.values())


def _membership(person: Person, role: str, *, registered: bool) -> Membership:
    return Membership(
        person_id=person.id,
        name=person.name,
        unit=person.unit,
        aliases=tuple(person.aliases),
        role=role,
        staff=role == "staff" or registered,
    )


async def rooms_of(session: Session, person_id: int, role: str | None = None) -> list[int]:
    """The ids of the rooms somebody belongs to, in order; with `role` those where they are that."""
    query = select(Member.room_id).where(Member.person_id == person_id).order_by(Member.room_id)
    if role is not None:
        query = query.where(Member.role == role)
    return list((await session.scalars(query)).all())


async def names(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """Names by id."""
    wanted = set(person_ids)
    if not wanted:
        return {}
    rows = await session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return dict(rows.all())


async def phones(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """Telephone numbers by id, of those who have one; for a channel that mentions by them, and for nobody to see."""
    wanted = set(person_ids)
    if not wanted:
        return {}
    rows = await session.execute(select(Person.id, Person.phone).where(Person.id.in_(wanted), Person.phone != ""))
    return dict(rows.all())


async def add_alias(session: Session, person_id: int, alias: str) -> None:
    """Notes another name that the person goes by."""
    person = await session.get_one(Person, person_id)
    if alias not in person.aliases and alias != person.name:
        person.aliases = [*person.aliases, alias]


async def give_links(session: Session, office_id: int, tokens: Iterable[str]) -> int:
    """Gives each person without a personal link one of the tokens; returns how many were given."""
    without = (
        await session.scalars(
            select(Person)
            .where(Person.office_id == office_id, Person.link_token.is_(None), Person.gone_at.is_(None))
            .order_by(Person.id)
        )
    ).all()
    given = 0
    for person, token in zip(without, tokens, strict=False):
        person.link_token = token
        given += 1
    return given


async def links(session: Session, office_id: int) -> list[tuple[str, str, str]]:
    """(name, unit, token) of everybody who has a personal link."""
    rows = await session.execute(
        select(Person.name, Person.unit, Person.link_token)
        .where(Person.office_id == office_id, Person.link_token.is_not(None))
        .order_by(Person.unit, Person.name)
    )
    return [(name, unit, token) for name, unit, token in rows if token]
