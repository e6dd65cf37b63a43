"""A room's day from the store: fetches what stands and has `bot.reports.tally` make the figures of it.

The one way to a day's figures: commands, schedules, the command line and pages all come through here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot import audience, wording
from bot.audience import Audience, Reached
from bot.forms import Form
from bot.parsing import reported
from bot.people import Known
from bot.reports import forms as form_reports
from bot.reports.forms import FormDay, Standing
from bot.reports.tally import OfFamily, Report, RoomDay, State, states_of
from bot.rosters import Role
from bot.settings import Settings
from storage import Session, marks, people, records, rooms
from storage.people import Membership
from storage.tables import Record, Room

DEPUTIES = ("deputies",)
"""Of whom health is asked where settings say nothing else."""


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
            lacking = (await room_day(session, room, on, settings.health.whom)).missing
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
        states = (await _health_day(session, office_id, "", asked, on)).states
        return {person_id for person_id, state in states.items() if state in (State.MISSING, State.UNREACHABLE)}
    form = next((form for form in settings.forms if form.name == name), None)
    if form is None or not form.open_on(on):
        return ()
    standings = (await _form_day(session, office_id, "", form, asked, on)).standings
    open_ones = (Standing.MISSING, Standing.UNREACHABLE)
    return {person_id for person_id, standing in standings.items() if standing in open_ones}


async def room_day(session: Session, room: Room, on: date, whom: Sequence[str] = DEPUTIES) -> RoomDay:
    """A room's day as it stands now. Costs the room, not the history.

    Args:
        whom: of whom health is asked, in the words of settings; in a room of staff its staff are due, if at all.
    """
    due = await _due_in(session, room, whom)
    counts = await records.counts_of_room(session, room.id, on)
    found = await _health_day(session, room.office_id, room.name, due, on)
    return replace(
        found,
        suggestions=counts.suggestions,
        problems=counts.problems,
        deeds=counts.deeds,
        cash_yuan=counts.cash_fen / 100,
        for_staff=room.purpose == "staff",
    )


async def office_day(session: Session, office_id: int, on: date, whom: Sequence[str] = DEPUTIES) -> Sequence[RoomDay]:
    """The day of each of the office's groups of deputies."""
    return [await room_day(session, room, on, whom) for room in await rooms.every(session, office_id, "deputies")]


async def people_day(
    session: Session, office_id: int, on: date, whom: Sequence[str], people_meant: Sequence[Reached], name: str
) -> RoomDay:
    """The day of those of these people of whom health is asked, in whatever groups they are, or in none."""
    ids = await _ids_meant(session, office_id, whom)
    due = [_known(person) for person in people_meant if ids is None or person.person_id in ids]
    return await _health_day(session, office_id, name, due, on)


async def days_of(
    session: Session, office_id: int, whom: Sequence[str], since: date, until: date
) -> tuple[Sequence[Reached], Sequence[RoomDay]]:
    """Everybody of whom health is asked now, once each, and their days from..to as they stand; without families.

    Costs a few statements, however many days and people there are: for figures over weeks, which need no words.
    """
    ids = await _ids_meant(session, office_id, whom)
    roles = audience.roles_in(whom) if ids is None else ()
    meant = await audience.people_of(session, office_id, Audience(roles=roles))
    meant = [person for person in meant if ids is None or person.person_id in ids]
    due = [_known(person) for person in meant]
    said: dict[date, list[Report]] = {}
    for row in await records.health_between(session, office_id, since, until):
        report = Report(
            record_id=row.record_id,
            subject_id=row.subject_id,
            ill=row.ill,
            unsure=row.unsure,
            proxy=row.proxy,
            said_at=row.said_at,
            body={},
        )
        said.setdefault(row.on_day, []).append(report)
    noted = await marks.between(session, office_id, since, until)
    days = []
    for on in (since + timedelta(days=n) for n in range((until - since).days + 1)):
        here = [(mark.person_id, State(mark.state)) for mark in noted if mark.from_on <= on <= mark.to_on]
        states, last = states_of(due, said.get(on, ()), here)
        days.append(RoomDay(room="", on=on, deputies=due, states=states, last=last))
    return meant, days


async def in_no_group(
    session: Session, office_id: int, on: date, whom: Sequence[str], seated: Collection[int]
) -> RoomDay:
    """The day of deputies of the register who sit in none of the groups: they are due all the same.

    Args:
        seated: those who sit in one.
    """
    asked = Role.DEPUTY in audience.roles_in(whom)
    deputies = await audience.people_of(session, office_id, Audience(roles=(Role.DEPUTY,))) if asked else []
    outside = [person for person in deputies if person.person_id not in seated]
    return await people_day(session, office_id, on, whom, outside, wording.outside_of_groups())


async def _due_in(session: Session, room: Room, whom: Sequence[str]) -> list[Known]:
    role = Role.STAFF if room.purpose == "staff" else Role.DEPUTY
    if role not in audience.roles_in(whom):
        return []
    ids = await _ids_meant(session, room.office_id, whom)
    members = [member for member in await people.members(session, room.id) if member.role == role]
    return [_known_of(member) for member in members if ids is None or member.person_id in ids]


async def _ids_meant(session: Session, office_id: int, words: Sequence[str]) -> frozenset[int] | None:
    """Who is meant; None where the words say no more than roles."""
    return None if audience.only_roles(words) else await audience.meant_by(session, office_id, words)


def _known(person: Reached) -> Known:
    role = person.roles[0] if person.roles else Role.DEPUTY
    return Known(person_id=person.person_id, name=person.name, unit=person.unit, role=str(role))


async def _health_day(session: Session, office_id: int, name: str, due: Sequence[Known], on: date) -> RoomDay:
    ids = [known.person_id for known in due]
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
    states, last = states_of(due, reports, noted)
    called = {known.person_id: known for known in due}
    families = [
        OfFamily(known=called[row.subject_id or 0], words=row.source, ill=row.ill, unsure=row.unsure, body=row.body)
        for row in await records.families_of(session, office_id, ids, on)
    ]
    return RoomDay(room=name, on=on, deputies=due, states=states, last=last, families=families)


async def form_day(session: Session, room: Room, form: Form, on: date) -> FormDay:
    """A room's day in a form as it stands now; of one that is answered once, all until that day."""
    asked = form_reports.asked(form, [_known_of(member) for member in await people.members(session, room.id)])
    if form.asks:
        ids = await audience.meant_by(session, room.office_id, form.asks)
        asked = [known for known in asked if known.person_id in ids]
    return await _form_day(session, room.office_id, room.name, form, asked, on)


async def form_people_day(
    session: Session, office_id: int, form: Form, on: date, people_meant: Sequence[Reached], name: str
) -> FormDay:
    """The day in a form of those of these people whom it asks, in whatever groups they are, or in none."""
    ids = await audience.meant_by(session, office_id, form.asks) if form.asks else None
    members = [
        replace(_known(person), role=str(role))
        for person in people_meant
        if ids is None or person.person_id in ids
        for role in person.roles
    ]
    asked = {known.person_id: known for known in form_reports.asked(form, members)}
    return await _form_day(session, office_id, name, form, list(asked.values()), on)


async def _form_day(
    session: Session, office_id: int, name: str, form: Form, asked: Sequence[Known], on: date
) -> FormDay:
    ids = [known.person_id for known in asked]
    since = form.since(on)
    rows = list(await records.answers_of(session, office_id, form.name, ids, since, on))
    if form.reads_health:
        rows += await records.health_of(session, office_id, ids, on, since)
        rows.sort(key=lambda row: (row.said_at, row.message_id, row.position))
    parts = [part for row in rows if (part := _part(form, row)) is not None]
    given = form_reports.put_together(form, parts)
    noted = [(mark.person_id, mark.state) for mark in await marks.on_day(session, office_id, ids, on)]
    standings = form_reports.standings_of(asked, given, noted)
    return FormDay(form=form, room=name, on=on, people=asked, standings=standings, given=given)


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


def _known_of(member: Membership) -> Known:
    """A member as reports call people."""
    return Known(
        person_id=member.person_id, name=member.name, unit=member.unit, aliases=member.aliases, role=member.role
    )


def names_shown(settings: Settings, room: str) -> bool:
    """Whether a group sees the names of those who have not reported."""
    for configured in settings.rooms:
        if configured.name == room and configured.show_missing is not None:
            return configured.show_missing
    return settings.manners.show_missing_names
