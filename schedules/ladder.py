"""The later steps of the ladder (催报): those missing one by one, in private, by SMS, by mail; the telephone list.

`schedules.OFFICE_SCHEDULES` is their table. They are due once for the whole office, so that whoever is missing in
three groups is reminded once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot import daybook, staff, wording
from bot.channel import Means
from bot.chasing import Chase, errand_key
from bot.clock import local, quiet_until
from bot.messages import FileId, Post
from bot.people import Known
from bot.reports import calls, workbook
from bot.reports.calls import Call
from schedules.due import OfficeDue
from storage import Session, errands, files, people, posts, reminders
from storage.reminders import Tried
from storage.tables import Room

_KEPT_DAYS = 7

_Missing = Mapping[int, tuple[Known, list[Room]]]


async def remind_each(due: OfficeDue, session: Session) -> Sequence[Post]:
    """Tells each of those missing privately."""
    return await _each(due, session, Means.PRIVATE)


async def sms(due: OfficeDue, session: Session) -> Sequence[Post]:
    """Sends each of those missing a short message, in approved words."""
    return await _each(due, session, Means.SMS)


async def mail(due: OfficeDue, session: Session) -> Sequence[Post]:
    """Sends each of those missing a mail that can be answered."""
    return await _each(due, session, Means.MAIL)


async def _each(due: OfficeDue, session: Session, means: Means) -> Sequence[Post]:
    missing = await _missing(due, session)
    chase = Chase(
        people=[known for known, _ in missing.values()],
        words=lambda known: _words(due, means, known, missing[known.person_id][1]),
        paste=_words(due, means, None, due.rooms),
    )
    return await due.ladder(session, due.office_id).climb(due.step(means), chase)


def _words(due: OfficeDue, means: Means, known: Known | None, rooms: Sequence[Room]) -> str:
    """What is said to somebody; None for words that staff pass on. By SMS, nothing but the schedule's own text."""
    on = wording.day(due.on)
    if due.schedule.text:
        named = "、".join(room.name for room in rooms)
        return due.schedule.text.format_map({"date": on, "room": named, "missing": known.name if known else "您"})
    if means is Means.SMS and known is not None:
        return ""
    form = next((form for form in due.settings.forms if form.name == due.schedule.form), None)
    title = form.title if form else ""
    example = next(iter(form.examples), "") if form else wording.example_report()
    return wording.reminder_to_one(known.name if known else "", on, title, example, mail=means is Means.MAIL)


async def phone_list(due: OfficeDue, session: Session) -> Sequence[Post]:
    """Hands whoever is on duty those who are still missing: telephone, unit, what has been tried."""
    missing = await _missing(due, session)
    if not missing:
        return ()
    listed = await _calls(due, session, missing)
    form = next((form for form in due.settings.forms if form.name == due.schedule.form), None)
    quiet = quiet_until(due.now, due.settings.manners.phone_quiet_hours)
    text = wording.phone_list(
        due.on, form.title if form else "", [calls.line(call) for call in listed], local(quiet) if quiet else None
    )
    file_id = await files.add(
        session,
        due.office_id,
        token=secrets.token_urlsafe(24),
        name=wording.phone_list_file(due.on, due.schedule.name),
        media_type=workbook.MEDIA_TYPE,
        content=workbook.workbook([calls.sheet(listed)], local(due.now)),
        made_at=due.now,
        expires_at=due.now + timedelta(days=_KEPT_DAYS),
    )
    key, why, until = due.key, due.schedule.name, due.not_after
    return await staff.to_officers(session, None, due.office_id, due.on, key, why, text, until, FileId(file_id))


async def _missing(due: OfficeDue, session: Session) -> _Missing:
    found = await daybook.missing(session, due.settings, due.rooms, due.schedule.form, due.on)
    if not due.schedule.form and "*" in due.schedule.rooms:
        seated = {member.person_id for room in due.rooms for member in await people.members(session, room.id)}
        others = await daybook.in_no_group(session, due.office_id, due.on, due.settings.health.whom, seated)
        found |= {known.person_id: (known, []) for known in others.missing if known.person_id not in found}
    return found


async def _calls(due: OfficeDue, session: Session, missing: _Missing) -> list[Call]:
    about = daybook.about(due.schedule.form)
    phones = await people.phones(session, missing)
    in_groups = await _reminded_groups(due, session)
    tried: dict[int, list[str]] = {}
    for one in await reminders.tried(session, due.office_id, about, due.on, list(missing)):
        if said := await _told(one, session):
            tried.setdefault(one.reminder.person_id, []).append(said)
    marked = await daybook.unreachable(session, due.office_id, due.on, list(missing))
    return [
        Call(
            name=known.name,
            unit=known.unit,
            phone=phones.get(person_id, ""),
            groups=[room.name for room in rooms],
            tried=[
                *dict.fromkeys(said for room in rooms for said in in_groups.get(room.id, ())),
                *tried.get(person_id, ()),
            ],
            unreachable=person_id in marked,
        )
        for person_id, (known, rooms) in missing.items()
    ]


async def _reminded_groups(due: OfficeDue, session: Session) -> Mapping[int, Sequence[str]]:
    """When each group as a whole was reminded."""
    found: dict[int, list[str]] = {}
    for schedule in due.settings.schedules:
        if schedule.do != "remind" or schedule.form != due.schedule.form:
            continue
        for room in due.rooms:
            post = await posts.by_key(session, due.office_id, f"{schedule.name}/{due.on.isoformat()}/{room.id}")
            if post is not None and post.sent_at is not None:
                found.setdefault(room.id, []).append(wording.tried_group(local(post.sent_at)))
    return found


async def _told(one: Tried, session: Session) -> str:
    """One attempt in a few words; empty where it was called off."""
    reminder = one.reminder
    if reminder.withheld == reminders.OFFICE:
        errand = await errands.by_key(session, reminder.office_id, errand_key(reminder.step, reminder.on_day))
        return wording.tried_by_staff(reminder.means, done=errand is not None and errand.done_at is not None)
    if reminder.withheld:
        return wording.not_reminded(reminder.means, reminder.withheld, reminder.number)
    return wording.tried(reminder.means, one.state, local(one.at or reminder.due_at))
