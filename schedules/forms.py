"""The jobs of a schedule that names a form (采集): as the ones of the daily reports, and only while the form is open.

`schedules.FORM_SCHEDULES` is their table; the planner looks into it where a schedule has a form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot import daybook, staff, wording
from bot.forms import Form, Per
from bot.messages import Manner, Post
from bot.reports import forms as reports
from bot.reports.forms import FormDay
from bot.settings import Settings
from schedules.due import Due
from storage import Session
from storage.tables import Room


async def remind(due: Due, session: Session) -> Sequence[Post]:
    """Asks the room: the form's title and its numbered fields."""
    day = await _day(due, session)
    if day is None:
        return ()
    text = (
        due.schedule.text.format_map(fill(due.settings, due.room, day)) if due.schedule.text else reminder(day, due.how)
    )
    return [due.post(text)]


async def tally(due: Due, session: Session) -> Sequence[Post]:
    """Posts the day's counts in the room, and hands those on duty what the room may not see."""
    day = await _day(due, session)
    if day is None:
        return ()
    names = daybook.names_shown(due.settings, due.room.name)
    text = reports.for_room(day, names=names, totals=True)
    if due.schedule.text:
        text = due.schedule.text.format_map(fill(due.settings, due.room, day))
    posts = [due.post(text)]
    if said := reports.for_staff(day):
        key, why = f"{due.key}/form", due.schedule.name
        told = await staff.to_officers(session, due.room.id, due.room.office_id, due.on, key, why, said, due.not_after)
        posts += [replace(post, manner=Manner.TOGETHER) for post in told]
    return posts


def reminder(day: FormDay, how: str) -> str:
    """What asks for answers to a form; `how` says where an answer is heard."""
    form = day.form
    fields = [
        wording.form_field(f.ask, f.name, [name for name, _ in f.options], f.units, (f.least, f.most))
        for f in form.fields
    ]
    example = form.examples[0] if form.examples else ""
    return wording.form_reminder(form.title, fields, example, on=day.on if form.per is Per.DAY else None, how=how)


def form_of(due: Due) -> Form | None:
    """The schedule's form, where it asks that room on that day."""
    form = next((form for form in due.settings.forms if form.name == due.schedule.form), None)
    if form is None or not form.open_on(due.on):
        return None
    return form if form.asked_in(due.room.name, for_staff=due.room.purpose == "staff") else None


async def _day(due: Due, session: Session) -> FormDay | None:
    form = form_of(due)
    return await daybook.form_day(session, due.room, form, due.on) if form is not None else None


def fill(settings: Settings, room: Room, day: FormDay) -> Mapping[str, object]:
    """What stands for the placeholders of a text; no names where the room is not to see them."""
    shown = day.missing if daybook.names_shown(settings, room.name) else ()
    return {
        "date": wording.day(day.on),
        "room": room.name,
        "should": len(day.people),
        "reported": len(day.answered),
        "missing_count": len(day.missing),
        "missing": "、".join(known.name for known in shown),
    }
