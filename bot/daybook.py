"""A room's day from the store: fetches what stands and has `bot.reports.tally` make the figures of it.

The one way to a day's figures: commands, schedules, the command line and pages all come through here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.people import Known
from bot.reports.tally import Report, RoomDay, State, states_of
from bot.settings import Settings
from storage import Session, marks, people, records, rooms
from storage.tables import Room


async def room_day(session: Session, room: Room, on: date) -> RoomDay:
    """A room's day as it stands now. Costs the room, not the history."""
    deputies = [
        Known(person_id=m.person_id, name=m.name, unit=m.unit, aliases=m.aliases, role=m.role)
        for m in await people.members(session, room.id)
        if m.role == "deputy"
    ]
    ids = [known.person_id for known in deputies]
    reports = [
        Report(
            record_id=row.id,
            subject_id=row.subject_id or 0,
            ill=row.ill,
            unsure=row.unsure,
            proxy=row.proxy,
            said_at=row.said_at,
            body=row.body,
        )
        for row in await records.health_of(session, room.office_id, ids, on)
    ]
    noted = [(mark.person_id, State(mark.state)) for mark in await marks.on_day(session, room.office_id, ids, on)]
    states, last = states_of(deputies, reports, noted)
    counts = await records.counts_of_room(session, room.id, on)
    return RoomDay(
        room=room.name,
        on=on,
        deputies=deputies,
        states=states,
        last=last,
        suggestions=counts.suggestions,
        problems=counts.problems,
        deeds=counts.deeds,
        cash_yuan=counts.cash_fen / 100,
    )


async def office_day(session: Session, office_id: int, on: date) -> Sequence[RoomDay]:
    """The day of each of the office's groups of deputies."""
    return [await room_day(session, room, on) for room in await rooms.every(session, office_id, "deputies")]


def names_shown(settings: Settings, room: str) -> bool:
    """Whether a group sees the names of those who have not reported."""
    for configured in settings.rooms:
        if configured.name == room and configured.show_missing is not None:
            return configured.show_missing
    return settings.manners.show_missing_names
