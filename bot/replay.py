"""Takes group-day files into the store by the same way as live messages, at their own `sent_at`. Idempotent.

`liaison replay` and `bot.rehearsal` use it: what is said in a file is kept as if it had been pasted, then handled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bot import keeping
from bot.app import Bot
from bot.messages import Message
from bot.transcript import GroupDay
from storage import people, rooms
from storage.people import Entry
from storage.tables import Room

_AT_ONCE = 200


async def room_of(bot: Bot, day: GroupDay, channel: str = keeping.PASTE) -> Room:
    """The room of a group-day: the configured one of that name, else one made from the file's header."""
    async with bot.store.begin() as session:
        room = await rooms.by_name(session, bot.office_id, None, day.room)
        if room is not None and any(configured.name == day.room for configured in bot.settings.rooms):
            return room
        if room is None:
            room = await rooms.ensure(session, bot.office_id, channel, day.room, "deputies")
            room.external_id = str(room.id)
        room.purpose = "deputies"
        entries = [Entry(name=person.name, role=person.role) for person in day.roster]
        await people.sync_roster(session, bot.office_id, room.id, entries)
        return room


def messages_of(day: GroupDay, channel: str = keeping.PASTE) -> Sequence[Message]:
    """What was said, as messages of stable ids; pasted, unless it is played as if heard by a channel."""
    seen: Counter[tuple[object, ...]] = Counter()
    found = []
    for said in day.said:
        if said.sent_at is None:
            continue
        same = (said.sender, f"{said.sent_at:%Y%m%d%H%M}", said.text)
        found.append(replace(keeping.pasted(day.room, said, said.sent_at, seen[same]), channel=channel))
        seen[same] += 1
    return found


async def keep(bot: Bot, room: Room, messages: Sequence[Message]) -> int:
    """Keeps messages, many in one transaction; returns how many were new."""
    new = 0
    for start in range(0, len(messages), _AT_ONCE):
        async with bot.store.begin() as session:
            for message in messages[start : start + _AT_ONCE]:
                new += await keeping.keep(session, bot.office_id, message, bot.clock.now(), room) is not None
    return new


async def replay(bot: Bot, day: GroupDay) -> tuple[int, int]:
    """Takes a group-day in; returns how many messages it has, and how many of them were new."""
    room = await room_of(bot, day)
    said = messages_of(day)
    new = await keep(bot, room, said)
    await bot.inbox.handle_waiting()
    return len(said), new
