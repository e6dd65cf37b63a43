"""Offices, people and who belongs to which room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, or_, select, update

from storage import Session
from storage.tables import Member, Office, Person
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
    """A person as a member of a room, in roster order; `role` is `deputy` or `staff`."""

    person_id: int
    name: str
    unit: str
    aliases: tuple[str, ...]
    role: str


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


async def sync_roster(session: Session, office_id: int, room_id: int, entries: Sequence[Entry]) -> bool:
    """Makes a room's members what its roster says; returns whether anything changed.

    A person of another roster is the same one where name and unit (or phone) agree, so that they count once.
    """
    before = await members(session, room_id)
    wanted: list[tuple[int, str]] = []
    for entry in entries:
        person = await _ensure_person(session, office_id, entry)
        if person not in {known for known, _ in wanted}:
            wanted.append((person, entry.role))
    if [(m.person_id, m.role) for m in before] != wanted:
        await session.execute(delete(Member).where(Member.room_id == room_id))
        for position, (person_id, role) in enumerate(wanted):
            session.add(Member(room_id=room_id, person_id=person_id, role=role, position=position))
    await session.flush()
    return before != await members(session, room_id)


async def ids_of(session: Session, office_id: int, entries: Sequence[Entry]) -> list[int]:
    """The people behind the lines of a roster, made where they are missing."""
    return [await _ensure_person(session, office_id, entry) for entry in entries]


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


async def _ensure_person(session: Session, office_id: int, entry: Entry) -> int:
    same_name = (
        await session.scalars(
            select(Person).where(Person.office_id == office_id, Person.name == entry.name).order_by(Person.id)
        )
    ).all()
    person = _same_person(same_name, entry)
    if person is None:
        person = Person(office_id=office_id, name=entry.name, unit=entry.unit, phone=entry.phone, aliases=[])
        session.add(person)
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


async def members(session: Session, room_id: int) -> list[Membership]:
    """The members of a room in the order of its roster."""
    rows = await session.execute(
        select(Member, Person)
        .join(Person, Person.id == Member.person_id)
        .where(Member.room_id == room_id)
        .order_by(Member.position)
    )
    return [_membership(member, person) for member, person in rows]


async def everybody(session: Session, office_id: int) -> list[Membership]:
    """Everybody who is in some room of the office, once each; as staff where any room has them as staff."""
    rows = await session.execute(
        select(Member, Person)
        .join(Person, Person.id == Member.person_id)
        .where(Person.office_id == office_id)
        .order_by(Member.role.desc(), Person.id)
    )
    found: dict[int, Membership] = {}
    for member, person in rows:
        found.setdefault(person.id, _membership(member, person))
    return list(found.values())


def _membership(member: Member, person: Person) -> Membership:
    return Membership(
        person_id=person.id, name=person.name, unit=person.unit, aliases=tuple(person.aliases), role=member.role
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
