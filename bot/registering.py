"""How the office's register (名册) gets into the store, and comes back from it as what it was read to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from bot.register import Entry, Level, Register, Unit
from bot.rosters import Role
from storage import Session, people
from storage import register as stored

_Word = TypeVar("_Word", Role, Level)


async def put(session: Session, office_id: int, after: Register, now: datetime) -> None:
    """Makes the store's register this one."""
    await stored.take_over(session, office_id, tree_of(after), rows_of(after))
    await people.note_gone(session, office_id, now)


async def before(session: Session, office_id: int) -> Register:
    """The register as the store has it."""
    units = [Unit(code=c, name=name, parent=up) for c, name, up in await stored.units(session, office_id)]
    return Register(units=tuple(units), people=tuple(_entry(row) for row in await stored.people(session, office_id)))


def _entry(row: stored.Row) -> Entry:
    return Entry(
        name=row.name,
        unit=row.unit_code,
        roles=_ordered(Role, row.standings.get("role", ())),
        mandates=_ordered(Level, row.standings.get("mandate", ())),
        phone=row.phone,
        email=row.email,
        aliases=row.aliases,
        rooms=row.standings.get("room", ()),
        lists=row.standings.get("list", ()),
    )


def tree_of(after: Register) -> list[tuple[str, str, str]]:
    """The units as the store takes them."""
    return [(unit.code, unit.name, unit.parent) for unit in after.units]


def rows_of(after: Register) -> list[stored.Row]:
    """The people as the store takes them."""
    named = {unit.code: unit.name for unit in after.units}
    return [
        stored.Row(
            name=entry.name,
            unit_code=entry.unit,
            unit=named[entry.unit],
            phone=entry.phone,
            email=entry.email,
            aliases=entry.aliases,
            standings={
                "role": tuple(map(str, entry.roles)),
                "mandate": tuple(map(str, entry.mandates)),
                "list": entry.lists,
                "room": entry.rooms,
            },
        )
        for entry in after.people
    ]


def _ordered(kind: type[_Word], values: Sequence[str]) -> tuple[_Word, ...]:
    return tuple(value for value in kind if value in values)
