"""The morning's reminder to all, and the later one that mentions only those who have not reported."""

from __future__ import annotations

from collections.abc import Sequence

from bot import daybook, wording
from bot.channel import Hears
from bot.messages import PersonId, Post
from schedules.due import Due
from storage import Session


async def remind(due: Due, session: Session) -> Sequence[Post]:
    """Asks the room for the day's reports, in the way in which the bot can hear them."""
    day = await daybook.room_day(session, due.room, due.on, due.settings.health.whom)
    if not day.deputies:
        return ()  # nobody here is asked
    fill = due.fill(day)
    if due.schedule.text:
        return [due.post(due.schedule.text.format_map(fill))]
    if day.for_staff:
        return [due.post(wording.reminder_to_staff(fill, due.how))]
    bot_name = due.settings.office.bot_name
    match due.hears:
        case Hears.ALL:
            text = wording.reminder(fill)
        case Hears.MENTIONS:
            text = wording.reminder_where_mentioned(fill, bot_name)
        case _:
            text = wording.reminder_where_deaf(fill, bot_name)
    return [due.post(text)]


async def remind_missing(due: Due, session: Session) -> Sequence[Post]:
    """Mentions those who have not reported; nothing where all have."""
    day = await daybook.room_day(session, due.room, due.on, due.settings.health.whom)
    if not day.missing:
        return ()
    shown = day.missing if daybook.names_shown(due.settings, due.room.name) else []
    most = due.settings.manners.most_mentions
    others = [known.name for known in shown[most:]]
    fill = due.fill(day)
    text = due.schedule.text.format_map(fill) if due.schedule.text else wording.reminder_of_missing(fill, others)
    return [due.post(text, tuple(PersonId(known.person_id) for known in shown[:most]))]
