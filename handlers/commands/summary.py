"""`/汇总`, `/未报`, `/异常`: how a day stands. Groups see counts and who is missing; who is unwell, the asker alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot import audience, daybook, wording
from bot.clock import day_of, local
from bot.heard import Heard
from bot.messages import Post
from bot.records import Command
from bot.reports import daily
from bot.reports.tally import RoomDay, State, together
from bot.rosters import Role
from handlers.commands.arguments import split_span
from handlers.commands.scope import BY_UNITS, Part, has_below, rooms_meant
from storage import Session, gaps, register
from storage.tables import Room


async def summary(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/汇总 [day or span] [room or unit]`."""
    span, words = split_span(command.args, heard.day)
    if words == [BY_UNITS]:
        return await _by_units(None, span.last, heard, session)
    found, part = await rooms_meant(words, heard, session)
    if part is not None and await has_below(session, heard.office_id, part):
        return await _by_units(part, span.last, heard, session)
    days = [await _day(session, room, part, on, heard) for on in span.latest.days for room in found]
    blocks = [_block(day, heard) for day in days]
    if len(found) > 1 and span.first == span.last:
        blocks.append(_total(days))
    if not words and (heard.room is None or heard.room.for_staff) and span.first == span.last:
        others = await _in_no_group(span.last, days, heard, session)
        blocks += [wording.in_no_group(others.should_report, len(others.missing))] if others.deputies else []
        days.append(others)
    blocks += await _gaps(heard, session)
    posts = [heard.answer("\n\n".join(blocks), "/汇总")]
    if any(day.unwell or any(told.ill or told.unsure for told in day.families) for day in days):
        posts.append(heard.whisper(daily.private_ill(days), "/汇总", step="ill"))
    return posts


async def _by_units(part: Part | None, on: date, heard: Heard, session: Session) -> Sequence[Post]:
    """One line for each unit right below one; each person once, whatever groups they are in, or in none."""
    deputies = audience.Audience(roles=(Role.DEPUTY,))
    people = part.people if part else await audience.people_of(session, heard.office_id, deputies)
    people = [person for person in people if Role.DEPUTY in person.roles]
    day = await daybook.people_day(
        session, heard.office_id, on, heard.settings.health.whom, people, part.name if part else ""
    )
    tree = await register.units(session, heard.office_id)
    due = [person for person in people if person.person_id in day.states]
    lines = []
    for name, ids in audience.by_unit(due, tree, part.unit if part else ""):
        here = day.of_people(name, ids)
        lines.append(wording.unit_line(name, here.should_report, len(here.reported), len(here.missing)))
    what = f"{part.name if part else ''}健康上报"
    text = wording.by_units(on, what, lines, day.should_report, len(day.reported), len(day.missing))
    posts = [heard.answer("\n\n".join([text, *await _gaps(heard, session)]), "/汇总")]
    if day.unwell:
        posts.append(heard.whisper(daily.private_ill([day]), "/汇总", step="ill"))
    return posts


async def _in_no_group(on: date, days: Sequence[RoomDay], heard: Heard, session: Session) -> RoomDay:
    """Deputies of the register who sit in none of the groups are due all the same, and are not forgotten."""
    seated = {known.person_id for day in days for known in day.deputies}
    return await daybook.in_no_group(session, heard.office_id, on, heard.settings.health.whom, seated)


async def _day(session: Session, room: Room, part: Part | None, on: date, heard: Heard) -> RoomDay:
    day = await daybook.room_day(session, room, on, heard.settings.health.whom)
    return day.of_people(f"{room.name} {part.name}", part.ids) if part else day


def _block(day: RoomDay, heard: Heard) -> str:
    here = heard.room is not None and not heard.room.for_staff
    names = daybook.names_shown(heard.settings, day.room) if here else True
    text = daily.for_room(day, names=names)
    return text if here and heard.room is not None and heard.room.name == day.room else f"【{day.room}】{text}"


def _total(days: Sequence[RoomDay]) -> str:
    whole = together("", days)
    return wording.total(len(days), whole.should_report, len(whole.reported))


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
    found, part = await rooms_meant(words, heard, session)
    texts, hidden, absent = [], [], set[int]()
    days = [await _day(session, room, part, span.last, heard) for room in found]
    if not words and (heard.room is None or heard.room.for_staff):
        others = await _in_no_group(span.last, days, heard, session)
        days += [others] if others.deputies else []
    for where, day in zip([*(room.name for room in found), ""], days, strict=False):
        absent |= {known.person_id for known in day.missing}
        shown = heard.room is None or heard.room.for_staff or daybook.names_shown(heard.settings, where)
        counted = {
            "请假": len(day.in_states(State.LEAVE)),
            "联系不上": len(day.in_states(State.UNREACHABLE)),
        }
        names = [known.name for known in day.missing]
        texts.append(wording.missing_list(day.on, day.room, names, counted, show=shown))
        if not shown and names:
            hidden.append(wording.missing_list(day.on, day.room, names, counted, show=True))
    if len(found) > 1:
        texts.append(wording.missing_in_all(len(found), len(absent)))
    posts = [heard.answer("\n".join(texts), "/未报")]
    if hidden:
        posts.append(heard.whisper("\n".join(hidden), "/未报", step="missing"))
    return posts


async def unwell(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/异常 [day] [room or unit]`: to the asker alone, wherever it was asked."""
    span, words = split_span(command.args, heard.day)
    found, part = await rooms_meant(words, heard, session)
    days = [await _day(session, room, part, on, heard) for on in span.latest.days for room in found]
    return [heard.whisper(daily.private_ill(days), "/异常")]
