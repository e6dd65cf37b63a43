"""Whom something is for (受众), found by what people are: role, unit, mandate, sub-list, group; register or rosters."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select, union

from storage import Session
from storage.tables import Member, Person, Room, Standing, Unit

_LONGEST_CODE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A person; `roles` are `deputy`, `staff` or both, by the register and by the groups."""

    person_id: int
    name: str
    unit: str
    unit_code: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What can be meant: units by code, names of units that only rosters tell, sub-lists, groups; each in order."""

    units: tuple[tuple[str, str], ...]
    written_units: tuple[str, ...]
    lists: tuple[str, ...]
    rooms: tuple[str, ...]


async def names(session: Session, office_id: int) -> Names:
    """All names by which an audience can be told."""
    units = await session.execute(
        select(Unit.code, Unit.name).where(Unit.office_id == office_id).order_by(Unit.code, Unit.name)
    )
    written = select(Person.unit).where(
        Person.office_id == office_id, Person.unit_code == "", Person.unit != "", Person.gone_at.is_(None)
    )
    lists = select(Standing.value).where(Standing.office_id == office_id, Standing.kind == "list")
    seats = select(Standing.value).where(Standing.office_id == office_id, Standing.kind == "room")
    named = select(Room.name).where(Room.office_id == office_id)
    return Names(
        units=tuple((code, name) for code, name in units),
        written_units=tuple(sorted((await session.scalars(written.distinct())).all())),
        lists=tuple(sorted((await session.scalars(lists.distinct())).all())),
        rooms=tuple(sorted((await session.scalars(union(seats, named))).all())),
    )


async def find(
    session: Session,
    office_id: int,
    *,
    roles: Collection[str] = (),
    units: Collection[str] = (),
    mandates: Collection[str] = (),
    lists: Collection[str] = (),
    rooms: Collection[str] = (),
) -> list[Found]:
    """Everybody who fits all that is given, once each, by unit and name; who is gone is left out.

    Costs three statements, however many people there are.

    Args:
        roles: `deputy`, `staff`.
        units: codes, or names as rosters write them; with all that is below a code.
    """
    here = [Person.office_id == office_id, Person.gone_at.is_(None)]
    if roles:
        here.append(or_(_stands("role", roles), _seated(Member.role.in_(roles))))
    if units:
        here.append(or_(*(_within(unit) for unit in units)))
    if mandates:
        here.append(_stands("mandate", mandates))
    if lists:
        here.append(_stands("list", lists))
    if rooms:
        of_rooms = select(Room.id).where(Room.office_id == office_id, Room.name.in_(rooms))
        here.append(or_(_stands("room", rooms), _seated(Member.room_id.in_(of_rooms))))
    found = (await session.execute(select(Person.id, Person.name, Person.unit, Person.unit_code).where(*here))).all()
    ids = select(Person.id).where(*here)
    by_register = select(Standing.person_id, Standing.value).where(Standing.kind == "role", Standing.person_id.in_(ids))
    by_rosters = select(Member.person_id, Member.role).where(Member.person_id.in_(ids))
    what: dict[int, set[str]] = {}
    for person_id, role in await session.execute(union(by_register, by_rosters)):
        what.setdefault(person_id, set()).add(role)
    people = [
        Found(person_id=key, name=name, unit=unit, unit_code=code, roles=frozenset(what.get(key, ())))
        for key, name, unit, code in found
    ]
    return sorted(people, key=lambda person: (person.unit_code, person.unit, person.name, person.person_id))


def _stands(kind: str, values: Collection[str]) -> ColumnElement[bool]:
    return exists().where(Standing.person_id == Person.id, Standing.kind == kind, Standing.value.in_(values))


def _seated(as_what: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Member.person_id == Person.id, as_what)


def _within(unit: str) -> ColumnElement[bool]:
    """Belonging to a unit or to one below it: codes say so by their beginning, names that rosters write by a part."""
    if not (unit.isascii() and unit.isdigit()):
        written = Person.unit.contains(unit, autoescape=True)
        return written & (Person.unit_code == "")
    first = unit
    while len(unit) == 6 and first.endswith("00"):
        first = first[:-2]
    return Person.unit_code.between(first, first.ljust(_LONGEST_CODE, "9"))
