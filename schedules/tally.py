"""The evening's tally (汇总) in the room; who is unwell goes to staff alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import daybook, staff
from bot.messages import Manner, Post
from bot.reports import daily
from bot.reports.tally import RoomDay
from schedules.due import Due
from storage import Session


async def tally(due: Due, session: Session) -> Sequence[Post]:
    """Posts the day's counts in the room, and hands those on duty the names that the room may not see."""
    day = await daybook.room_day(session, due.room, due.on, due.settings.health.whom)
    if not day.deputies:
        return ()  # nobody here is asked
    fill = due.fill(day)
    names = daybook.names_shown(due.settings, due.room.name)
    text = due.schedule.text.format_map(fill) if due.schedule.text else daily.for_room(day, names=names)
    return [due.post(text), *await _to_staff(due, day, session)]


async def _to_staff(due: Due, day: RoomDay, session: Session) -> Sequence[Post]:
    if not day.unwell and not any(told.ill or told.unsure for told in day.families):
        return ()
    key = f"{due.key}/ill"
    text = daily.private_ill([day])
    told = await staff.to_officers(
        session, due.room.id, due.room.office_id, due.on, key, due.schedule.name, text, due.not_after
    )
    return [replace(post, manner=Manner.TOGETHER) for post in told]  # whoever is on duty gets those of many groups
