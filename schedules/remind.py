"""The morning's reminder to all, and the later one that mentions only those who have not reported."""

from __future__ import annotations

from collections.abc import Sequence

from bot import daybook, wording
from bot.messages import PersonId, Post
from schedules.due import Due
from storage import Session


async def remind(due: Due, session: Session) -> Sequence[Post]:
    """Asks the room for the day's reports."""
    fill = due.fill(await daybook.room_day(session, due.room, due.on))
    return [due.post(due.schedule.text.format_map(fill) if due.schedule.text else wording.reminder(fill))]


async def remind_missing(due: Due, session: Session) -> Sequence[Post]:
    """Mentions those who have not reported; nothing where all have."""
    day = await daybook.room_day(session, due.room, due.on)
    if not day.missing:
        return ()
    shown = day.missing if daybook.names_shown(due.settings, due.room.name) else []
    most = due.settings.manners.most_mentions
    others = [known.name for known in shown[most:]]
    fill = due.fill(day)
    text = due.schedule.text.format_map(fill) if due.schedule.text else wording.reminder_of_missing(fill, others)
    return [due.post(text, tuple(PersonId(known.person_id) for known in shown[:most]))]
