"""`/普法`: what of each series was posted in which room and when, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence

from bot import wording
from bot.clock import local
from bot.errors import Refusal
from bot.heard import Heard
from bot.messages import Post
from bot.records import Command
from bot.series import Series
from storage import Session, occasions, posts, rooms
from storage.tables import Post as PostRow
from storage.tables import Room

_SHOWN = 10


async def series(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/普法 [series]`: each room to which a schedule posts it."""
    wanted = " ".join(command.args)
    found = [series for series in heard.series if wanted in series.name]
    if wanted and not found:
        raise Refusal(wording.which_series(wanted[:30], [series.name for series in heard.series]))
    known = [room for room in await rooms.every(session, heard.office_id) if room.purpose != rooms.UNKNOWN]
    parts = [await _in_room(one, room, heard, session) for one in found for room in _rooms_of(one, known, heard)]
    return [heard.answer(wording.series_standing(parts), "/普法")]


def _rooms_of(series: Series, known: Sequence[Room], heard: Heard) -> list[Room]:
    schedules = [schedule for schedule in heard.settings.schedules if schedule.series == series.name]
    return [room for room in known if any(s.is_for(room.name, room.purpose) for s in schedules)]


async def _in_room(series: Series, room: Room, heard: Heard, session: Session) -> str:
    keys = series.keys(room.id)
    had = await posts.by_keys(session, heard.office_id, list(keys))
    lines = [
        wording.series_line(_when(had[key]), item.title, had[key].state) for key, item in keys.items() if key in had
    ]
    schedules = [schedule.name for schedule in heard.settings.schedules if schedule.series == series.name]
    due = await occasions.next_of(session, heard.office_id, schedules, room.id, heard.now)
    on = local(due.due_at).date() if due is not None else heard.day
    left = [item for key, item in keys.items() if key not in had or had[key].state == "stale"]
    coming = next((item.title for item in left if item.valid_on(on)), None)
    return wording.series_in_room(
        series.name, room.name, lines[-_SHOWN:], (len(lines), len(keys)), coming, local(due.due_at) if due else None
    )


def _when(post: PostRow) -> str:
    moment = local(post.sent_at or post.not_before)
    return f"{wording.day(moment.date())} {wording.clock_time(moment)}"
