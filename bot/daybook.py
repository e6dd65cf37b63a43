"""A room's day from the store: fetches what stands and has `bot.reports.tally` make the figures of it.

The one way to a day's figures: commands, schedules, the command line and pages all come through here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from bot.forms import Form
from bot.parsing import reported
from bot.people import Known
from bot.reports import forms as form_reports
from bot.reports.forms import FormDay, Given, Standing
from bot.reports.tally import Report, RoomDay, State, states_of
from bot.settings import Settings
from storage import Session, marks, people, records, rooms
from storage.tables import Record, Room

HEALTH, FORM = "health", "form"
"""What people may owe: the day's report of their health, or `form/<name>`, an answer to a form."""


def about(form: str) -> str:
    """What a schedule has people reminded of: the form of that name, or health where it names none."""
    return f"{FORM}/{form}" if form else HEALTH


async def missing(
    session: Session, settings: Settings, asked: Sequence[Room], form: str, on: date
) -> dict[int, tuple[Known, list[Room]]]:
    """Who is missing in a collection that these groups are asked for: each once, with the groups they are missing in.

    Nobody where the form is not open on that day.
    """
    found: dict[int, tuple[Known, list[Room]]] = {}
    declared = next((f for f in settings.forms if f.name == form), None)
    if form and (declared is None or not declared.open_on(on)):
        return found
    for room in asked:
        if declared is None:
            lacking = (await room_day(session, room, on)).missing
        else:
            lacking = (await form_day(session, room, declared, on)).missing
        for known in lacking:
            found.setdefault(known.person_id, (known, []))[1].append(room)
    return found


async def unreachable(session: Session, office_id: int, on: date, person_ids: Collection[int]) -> Collection[int]:
    """Those of these people of whom staff noted that day that they cannot be reached (联系不上)."""
    noted = {mark.person_id: mark.state for mark in await marks.on_day(session, office_id, person_ids, on)}
    return {person_id for person_id, state in noted.items() if state == marks.UNREACHABLE}


async def still_missing(
    session: Session, settings: Settings, office_id: int, what: str, on: date, person_ids: Collection[int]
) -> Collection[int]:
    """Those of these people who have not reported what they owe, and are not excused; see `about`."""
    asked = [Known(person_id=person_id, name="") for person_id in person_ids]
    _, _, name = what.partition("/")
    if not name:
        states, _ = await _states(session, office_id, asked, on)
        return {person_id for person_id, state in states.items() if state in (State.MISSING, State.UNREACHABLE)}
    form = next((form for form in settings.forms if form.name == name), None)
    if form is None or not form.open_on(on):
        return ()
    standings, _ = await _standings(session, office_id, form, asked, on)
    open_ones = (Standing.MISSING, Standing.UNREACHABLE)
    return {person_id for person_id, standing in standings.items() if standing in open_ones}


async def room_day(session: Session, room: Room, on: date) -> RoomDay:
    """A room's day as it stands now. Costs the room, not the history."""
    deputies = [
        Known(person_id=m.person_id, name=m.name, unit=m.unit, aliases=m.aliases, role=m.role)
        for m in await people.members(session, room.id)
        if m.role == "deputy"
    ]
    states, last = await _states(session, room.office_id, deputies, on)
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


async def _states(
    session: Session, office_id: int, asked: Sequence[Known], on: date
) -> tuple[Mapping[int, State], Mapping[int, Report]]:
    ids = [known.person_id for known in asked]
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
        for row in await records.health_of(session, office_id, ids, on)
    ]
    noted = [(mark.person_id, State(mark.state)) for mark in await marks.on_day(session, office_id, ids, on)]
    return states_of(asked, reports, noted)


async def office_day(session: Session, office_id: int, on: date) -> Sequence[RoomDay]:
    """The day of each of the office's groups of deputies."""
    return [await room_day(session, room, on) for room in await rooms.every(session, office_id, "deputies")]


async def form_day(session: Session, room: Room, form: Form, on: date) -> FormDay:
    """A room's day in a form as it stands now; of one that is answered once, all until that day."""
    members = [
        Known(person_id=m.person_id, name=m.name, unit=m.unit, aliases=m.aliases, role=m.role)
        for m in await people.members(session, room.id)
    ]
    asked = form_reports.asked(form, members)
    standings, given = await _standings(session, room.office_id, form, asked, on)
    return FormDay(form=form, room=room.name, on=on, people=asked, standings=standings, given=given)


async def _standings(
    session: Session, office_id: int, form: Form, asked: Sequence[Known], on: date
) -> tuple[Mapping[int, Standing], Mapping[int, Given]]:
    ids = [known.person_id for known in asked]
    since = form.since(on)
    rows = list(await records.answers_of(session, office_id, form.name, ids, since, on))
    if form.reads_health:
        rows += await records.health_of(session, office_id, ids, on, since)
        rows.sort(key=lambda row: (row.said_at, row.message_id, row.position))
    parts = [part for row in rows if (part := _part(form, row)) is not None]
    given = form_reports.put_together(form, parts)
    noted = [(mark.person_id, mark.state) for mark in await marks.on_day(session, office_id, ids, on)]
    return form_reports.standings_of(asked, given, noted), given


def _part(form: Form, row: Record) -> form_reports.Part | None:
    """What a record, of an answer or of health, says of a form; None where it says nothing of it."""
    values, unclear = row.body.get("values", {}), row.body.get("open", ())
    if row.kind == "health":
        values, unclear = reported.values_of(form, row.body, row.rules)
    if not values and not unclear:
        return None
    person = row.subject_id or 0
    return form_reports.Part(record_id=row.id, subject_id=person, values=values, open=unclear, proxy=row.proxy)


async def form_rooms(session: Session, office_id: int, form: Form) -> list[Room]:
    """The groups that a form asks."""
    known = [room for room in await rooms.every(session, office_id) if room.purpose != rooms.UNKNOWN]
    return [room for room in known if form.asked_in(room.name, for_staff=room.purpose == "staff")]


def names_shown(settings: Settings, room: str) -> bool:
    """Whether a group sees the names of those who have not reported."""
    for configured in settings.rooms:
        if configured.name == room and configured.show_missing is not None:
            return configured.show_missing
    return settings.manners.show_missing_names
