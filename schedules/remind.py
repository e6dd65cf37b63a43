"""The morning's reminder to all, and the later one that mentions only those who have not reported.

The first steps of the ladder; `schedules.ladder` has those that follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot import daybook, wording
from bot.channel import Hears, Means
from bot.messages import PersonId, Post
from bot.people import Known
from bot.settings import ScheduleSettings, Settings
from schedules import forms
from schedules.due import Due, fill
from storage import Session
from storage.tables import Room


async def remind(due: Due, session: Session) -> Sequence[Post]:
    """Asks the room for the day's reports, in the way in which the bot can hear them."""
    filled = due.fill(await daybook.room_day(session, due.room, due.on))
    if due.schedule.text:
        return [due.post(due.schedule.text.format_map(filled))]
    bot_name = due.settings.office.bot_name
    match due.hears:
        case Hears.ALL:
            text = wording.reminder(filled)
        case Hears.MENTIONS:
            text = wording.reminder_where_mentioned(filled, bot_name)
        case _:
            text = wording.reminder_where_deaf(filled, bot_name)
    return [due.post(text)]


async def remind_missing(due: Due, session: Session) -> Sequence[Post]:
    """Mentions those who have not reported, or have not answered the schedule's form; nothing where all have.

    Whoever is missing in several groups is mentioned in one of them; where names are not shown, nobody is.
    """
    missing = await daybook.missing(session, due.settings, [due.room], due.schedule.form, due.on)
    if not missing:
        return ()
    ladder, step = due.ladder(session, due.room.office_id), due.step(Means.MENTION)
    shown: Sequence[Known] = ()
    if daybook.names_shown(due.settings, due.room.name):
        shown = await ladder.mentioned(step, due.room, [known for known, _ in missing.values()])
        if not shown:
            return ()
    moment = ladder.moment(step, due.room.channel, str(due.room.id), spread=False)
    if moment is None:
        return ()
    text, mentions = await _said(session, due.settings, due.schedule, due.room, due.on, shown)
    return [due.post(text, tuple(PersonId(person) for person in mentions), moment)]


async def composed(
    session: Session, settings: Settings, step: str, room: Room, on: date, people: Sequence[int]
) -> tuple[str, Sequence[int]] | None:
    """What a step's mention says to those who are left; None where it is no schedule's. See `bot.chasing.Compose`."""
    schedule = next((schedule for schedule in settings.schedules if schedule.name == step), None)
    if schedule is None:
        return None
    missing = await daybook.missing(session, settings, [room], schedule.form, on)
    left = [known for person_id, (known, _) in missing.items() if person_id in people]
    return await _said(session, settings, schedule, room, on, left)


async def _said(
    session: Session, settings: Settings, schedule: ScheduleSettings, room: Room, on: date, shown: Sequence[Known]
) -> tuple[str, Sequence[int]]:
    """The words, and who is mentioned beside them."""
    most = settings.manners.most_mentions
    others = [known.name for known in shown[most:]]
    mentions = [known.person_id for known in shown[:most]]
    form = next((form for form in settings.forms if form.name == schedule.form), None)
    if form is None:
        filled = fill(settings, room, await daybook.room_day(session, room, on))
        text = wording.reminder_of_missing(filled, others)
    else:
        filled = forms.fill(settings, room, await daybook.form_day(session, room, form, on))
        text = wording.form_reminder_of_missing(form.title, others)
    return schedule.text.format_map(filled) if schedule.text else text, mentions
