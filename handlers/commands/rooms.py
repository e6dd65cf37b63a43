"""`/提醒`, `/暂停`, `/恢复`: what the bot says in a room, now or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot import daybook, wording
from bot.errors import Refusal
from bot.heard import Heard
from bot.messages import PersonId, Post, RoomId
from bot.records import Command
from bot.reports.tally import RoomDay
from handlers.commands.scope import one_room, rooms_meant
from storage import Session, rooms


async def remind(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/提醒 [room]`: reminds those who have not reported, now."""
    found, _ = await rooms_meant(command.args, heard, session)
    posts, reminded = [], set[int]()
    if found and all(room.paused_at is not None for room in found):
        raise Refusal(wording.is_paused("、".join(room.name for room in found)))
    for room in found:
        day = await daybook.room_day(session, room, heard.day, heard.settings.health.whom)
        if day.missing and room.paused_at is None:
            reminded |= {known.person_id for known in day.missing}
            posts.append(reminder_of(day, room.id, heard, names=daybook.names_shown(heard.settings, room.name)))
    return [heard.answer(wording.reminded(len(reminded)), "/提醒"), *posts]


def reminder_of(day: RoomDay, room_id: int, heard: Heard, *, names: bool) -> Post:
    """The post that reminds a room's missing, some of them mentioned."""
    most = heard.settings.manners.most_mentions
    mentioned = day.missing[:most] if names else []
    others = [known.name for known in day.missing[most:]] if names else []
    return Post(
        key=f"remind/{heard.message_id}/{room_id}",
        why="/提醒",
        text=wording.reminder_of_missing({"date": wording.day(day.on)}, others),
        room=RoomId(room_id),
        mentions=tuple(PersonId(known.person_id) for known in mentioned),
        not_after=heard.sent_at + timedelta(minutes=heard.settings.manners.reply_minutes),
    )


async def pause(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/暂停 [room]`: reports are kept and counted, the bot says nothing there."""
    room = await one_room(command.args, heard, session, "暂停")
    await rooms.pause(session, room.id, heard.speaker.person_id, heard.now)
    return [heard.answer(wording.paused(room.name), "/暂停")]


async def resume(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/恢复 [room]`."""
    room = await one_room(command.args, heard, session, "恢复")
    await rooms.pause(session, room.id, None, None)
    return [heard.answer(wording.resumed(room.name), "/恢复")]
