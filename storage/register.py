"""The office's register (名册): its tree of units, and people with what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select

from storage import Session
from storage.tables import Person, Standing, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A person of the register as the store takes it.

    Args:
        unit: the name of the unit of that code, shown beside the person.
        standings: by kind (`role`, `mandate`, `list`, `room`), in order.
    """

    name: str
    unit_code: str
    unit: str
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    aliases: tuple[str, ...] = ()
    standings: Mapping[str, tuple[str, ...]]


async def units(session: Session, office_id: int) -> list[tuple[str, str, str]]:
    """(code, name, parent) of all units, those above before those below."""
    found = await session.execute(select(Unit.code, Unit.name, Unit.parent).where(Unit.office_id == office_id))
    return sorted(((code, name, parent) for code, name, parent in found), key=lambda unit: (len(unit[0]), unit[0]))


async def people(session: Session, office_id: int) -> list[Row]:
    """Everybody of the register, in the order in which they came in."""
    found = await session.scalars(
        select(Person)
        .where(Person.office_id == office_id, Person.unit_code != "", Person.gone_at.is_(None))
        .order_by(Person.id)
    )
    standings: dict[int, dict[str, list[str]]] = {}
    for row in await session.scalars(
        select(Standing).where(Standing.office_id == office_id).order_by(Standing.kind, Standing.value)
    ):
        standings.setdefault(row.person_id, {}).setdefault(row.kind, []).append(row.value)
    return [
        Row(
            name=person.name,
            unit_code=person.unit_code,
            unit=person.unit,
            phone=person.phone,
            email=person.email,
            aliases=tuple(person.aliases),
            standings={kind: tuple(values) for kind, values in standings.get(person.id, {}).items()},
        )
        for person in found
    ]


async def take_over(
    session: Session, office_id: int, tree: Sequence[tuple[str, str, str]], rows: Sequence[Row]
) -> None:
    """Makes the store's tree and people what the register says; who is on it no more keeps what they reported.

    Costs a few statements, however many people there are.
    """
    await session.execute(delete(Unit).where(Unit.office_id == office_id))
    if tree:
        values = [{"office_id": office_id, "code": code, "name": name, "parent": up} for code, name, up in tree]
        await session.execute(insert(Unit), values)
    known = list(
        await session.scalars(select(Person).where(Person.office_id == office_id).order_by(Person.id).with_for_update())
    )
    finder = _Finder(known)
    kept: list[tuple[Person, Row]] = []
    for row in rows:
        person = finder.take(row)
        if person is None:
            person = Person(office_id=office_id, name=row.name, aliases=[])
            session.add(person)
        person.name, person.unit, person.unit_code = row.name, row.unit, row.unit_code
        person.phone, person.email = row.phone, row.email
        person.aliases = list(row.aliases)
        kept.append((person, row))
    for person in finder.left:
        if person.unit_code:
            person.unit_code = ""  # `people.note_gone` says whether a group still has them
    await session.flush()
    await session.execute(delete(Standing).where(Standing.office_id == office_id))
    standings = [
        {"office_id": office_id, "person_id": person.id, "kind": kind, "value": value}
        for person, row in kept
        for kind, found in row.standings.items()
        for value in dict.fromkeys(found)
    ]
    if standings:
        await session.execute(insert(Standing), standings)


class _Finder:
    """Finds who a row is among those already known: by telephone, else by name and unit, each person once."""

    def __init__(self, known: Sequence[Person]) -> None:
        self._open = {person.id: person for person in known}
        self._by_phone = {person.phone: person.id for person in known if person.phone}
        self._by_name: dict[str, list[int]] = {}
        for person in known:
            self._by_name.setdefault(person.name, []).append(person.id)

    def take(self, row: Row) -> Person | None:
        """The person, who is then no other row's."""
        found = self._by_phone.get(row.phone) if row.phone else None
        if found not in self._open:
            found = self._named(row)
        return self._open.pop(found) if found is not None else None

    def _named(self, row: Row) -> int | None:
        same = [self._open[key] for key in self._by_name.get(row.name, ()) if key in self._open]
        same = [person for person in same if not (row.phone and person.phone and row.phone != person.phone)]
        exact = [person for person in same if row.unit_code == person.unit_code or row.unit == person.unit]
        if exact:
            return exact[0].id
        return same[0].id if len(same) == 1 and not same[0].unit_code else None

    @property
    def left(self) -> Sequence[Person]:
        """Those whom no row named."""
        return list(self._open.values())
