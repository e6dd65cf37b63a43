"""`/汇总`, `/未报`, `/异常`: how a day stands. Groups see counts and who is missing; who is unwell, the asker alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot import daybook, wording
from bot.clock import day_of, local
from bot.heard import Heard
from bot.messages import Post
from bot.records import Command
from bot.reports import daily
from bot.reports.tally import RoomDay, State
from handlers.commands.arguments import split_span
from handlers.commands.scope import rooms_meant
from storage import Session, gaps
from storage.tables import Room


async def summary(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/汇总 [day or span] [room or unit]`."""
    span, words = split_span(command.args, heard.day)
    found, unit = await rooms_meant(words, heard, session)
    days = [await _day(session, room, unit, on) for on in span.latest.days for room in found]
    blocks = [_block(day, heard) for day in days]
    if len(found) > 1 and span.first == span.last:
        blocks.append(_total(days))
    blocks += await _gaps(heard, session)
    posts = [heard.answer("\n\n".join(blocks), "/汇总")]
    if any(day.unwell for day in days):
        posts.append(heard.whisper(daily.private_ill(days), "/汇总", step="ill"))
    return posts


async def _day(session: Session, room: Room, unit: str, on: date) -> RoomDay:
    day = await daybook.room_day(session, room, on)
    return day.of_unit(unit) if unit else day


def _block(day: RoomDay, heard: Heard) -> str:
    here = heard.room is not None and not heard.room.for_staff
    names = daybook.names_shown(heard.settings, day.room) if here else True
    text = daily.for_room(day, names=names)
    return text if here and heard.room is not None and heard.room.name == day.room else f"【{day.room}】{text}"


def _total(days: Sequence[RoomDay]) -> str:
    should = {known.person_id for day in days for known in day.deputies}
    reported = {known.person_id for day in days for known in day.reported}
    return wording.total(len(days), len(should), len(reported))


async def _gaps(heard: Heard, session: Session) -> list[str]:
    """Where messages may be missing today, the figures say so."""
    begin = heard.sent_at - timedelta(days=1)
    found = await gaps.between(session, heard.office_id, begin, heard.sent_at)
    cutoff = heard.settings.office.day_cutoff_hour
    today = [gap for gap in found if day_of(gap.ended_at, cutoff) == heard.day]
    return [wording.gap_note([(local(gap.began_at), local(gap.ended_at)) for gap in today])] if today else []


async def missing(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/未报 [day] [room or unit]`."""
    span, words = split_span(command.args, heard.day)
    found, unit = await rooms_meant(words, heard, session)
    texts, hidden = [], []
    for room in found:
        day = await _day(session, room, unit, span.last)
        shown = heard.room is None or heard.room.for_staff or daybook.names_shown(heard.settings, room.name)
        counted = {
            "请假": len(day.in_states(State.LEAVE)),
            "联系不上": len(day.in_states(State.UNREACHABLE)),
        }
        names = [known.name for known in day.missing]
        texts.append(wording.missing_list(day.on, day.room, names, counted, show=shown))
        if not shown and names:
            hidden.append(wording.missing_list(day.on, day.room, names, counted, show=True))
    posts = [heard.answer("\n".join(texts), "/未报")]
    if hidden:
        posts.append(heard.whisper("\n".join(hidden), "/未报", step="missing"))
    return posts


async def unwell(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/异常 [day] [room or unit]`: to the asker alone, wherever it was asked."""
    span, words = split_span(command.args, heard.day)
    found, unit = await rooms_meant(words, heard, session)
    days = [await _day(session, room, unit, on) for on in span.latest.days for room in found]
    return [heard.whisper(daily.private_ill(days), "/异常")]
