"""`/预警`, `/知悉`: where more people are unwell than usual, and that somebody has seen to it. To the asker alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from bot import watching, wording
from bot.clock import local
from bot.errors import Refusal
from bot.heard import Heard
from bot.messages import Post
from bot.records import Command
from bot.reports import ears
from handlers.commands.arguments import split_span
from storage import Session, people
from storage import alarms as stored
from storage.tables import Alarm

_DAYS = 7
_MOST = 50
_ALL = ("全部", "都", "所有", "all")
_LONGEST_NUMBER = 9


async def listed(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/预警 [day]`: what was raised lately or waits for an answer; how that day's reports stand."""
    span, others = split_span(command.args, heard.day)
    if others:
        raise Refusal(wording.which_day(" ".join(others)[:20]))
    found = await stored.listed(session, heard.office_id, heard.day - timedelta(days=_DAYS - 1), _MOST)
    names = await _names(found, session)
    lines = [
        wording.private_alarm_line(
            alarm.number,
            watching.said(alarm),
            names.get(alarm.acknowledged_by_id or 0, ""),
            local(alarm.acknowledged_at) if alarm.acknowledged_at else None,
        )
        for alarm in found
    ]
    least = heard.settings.alarms.least_rate
    units = await watching.units_until(session, heard.settings, heard.office_id, span.last)
    short = [
        wording.private_short_unit(unit.name, day.reported, day.due - day.excused, day.unwell)
        for unit in units
        if not (day := unit.days[-1]).enough(least)
    ]
    young = [unit for unit in units if 0 < len(ears.series(unit.days, least)) <= ears.BASELINE]
    text = wording.private_alarms(lines, span.last, len(units), short, len(young))
    return [heard.whisper(text, "/预警")]


async def acknowledge(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/知悉 3`, `/知悉 3 4`, `/知悉 全部`: somebody has seen it, and nobody is told again."""
    written = " ".join(command.args)
    numbers = [int(digits) for digits in re.findall(r"\d+", written) if len(digits) <= _LONGEST_NUMBER]
    if written in _ALL:
        found = await stored.unanswered(session, heard.office_id)
    else:
        found = await stored.by_numbers(session, heard.office_id, numbers)
        if not numbers or len(found) < len(set(numbers)):
            raise Refusal(wording.which_alarm())
    names = await _names(found, session)
    now, before = [], []
    for alarm in found:
        if alarm.acknowledged_at is not None:
            who = names.get(alarm.acknowledged_by_id or 0, "")
            before.append(wording.alarm_seen_before(alarm.number, who, local(alarm.acknowledged_at)))
        elif await stored.acknowledge(session, alarm.id, heard.speaker.person_id, heard.now):
            now.append(alarm.number)
    return [heard.whisper(wording.alarms_seen(now, before), "/知悉")]


async def _names(found: Sequence[Alarm], session: Session) -> dict[int, str]:
    return await people.names(session, [alarm.acknowledged_by_id for alarm in found if alarm.acknowledged_by_id])
