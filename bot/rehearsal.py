"""Plays a group-day (`liaison rehearse`): what `bot.app` builds, on a virtual clock and a scratch store.

The clock jumps from one thing that falls due to the next, so that a day takes seconds; every post is what the bot
would have said, at the time at which pacing would have let it out.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot import app, registering, replay, wording
from bot.app import Bot, Reader
from bot.channel import Channel, Traits
from bot.channels.memory import TRAITS, MemoryChannel
from bot.clock import VirtualClock, at, local
from bot.messages import Message, OfficeId
from bot.register import Register
from bot.settings import Settings, StoreSettings
from bot.transcript import GroupDay
from storage import Store, migrate, people, posts, reminders, rooms
from storage.tables import Post as PostRow
from storage.tables import Room

ROOM_CHANNEL = "rehearsal"

_LONGEST_JUMP = timedelta(hours=6)
"""Planning looks a day ahead: the clock never jumps further than it sees."""


async def rehearse(
    settings: Settings, days: Sequence[GroupDay], reader: Reader, *, withheld: bool = False
) -> list[Mapping[str, Any]]:
    """Every post that the bot would make on these days, in order, in the rooms that the days are of.

    Args:
        withheld: reminders that a cap or the quiet hours keep back, too.

    Returns:
        one mapping a post: `at`, `room`, `to`, `text`, `mentions`, `why`; of what was kept back `text` is empty and
        `withheld` says why.
    """
    named = {day.room for day in days}
    rooms_played = tuple(room for room in settings.rooms if room.name in named or room.purpose == "staff")
    with tempfile.TemporaryDirectory() as folder:
        store_settings = StoreSettings(url=f"sqlite:///{Path(folder) / 'rehearsal.db'}")
        settings = replace(settings, rooms=rooms_played, store=store_settings)
        store = Store.open(settings.store.url)
        try:
            await migrate.upgrade(store)
            if settings.register.content is not None:
                await _take_over(settings, store, settings.register.content, days)
            bot = await _play(settings, store, sorted(days, key=lambda day: day.date), reader)
            found = [*await _said(bot), *(await _withheld(bot) if withheld else ())]
            return sorted(found, key=lambda told: str(told["at"]))
        finally:
            await store.close()


async def _take_over(settings: Settings, store: Store, found: Register, days: Sequence[GroupDay]) -> None:
    """The register is played as its files have it, so that a new one can be tried before it is taken over."""
    async with store.begin() as session:
        office_id = await people.ensure_office(session, settings.office.name)
        await registering.put(session, office_id, found, at(min(day.date for day in days), time()))


async def _play(settings: Settings, store: Store, days: Sequence[GroupDay], reader: Reader) -> Bot:
    clock = VirtualClock(at(days[0].date, time(settings.office.day_cutoff_hour)))

    def make(office: OfficeId) -> Mapping[str, Channel]:
        real = app.channels_of(settings, store, clock)(office)
        return {name: MemoryChannel(name, clock, _traits(real.get(name))) for name in (*real, ROOM_CHANNEL)}

    bot = await app.build(
        settings,
        store,
        clock,
        make,
        reader.heard,
        random.Random(0),  # noqa: S311 - jitter, no secret
        reader.private,
    )
    stage, said = Stage(bot, clock), []
    for day in days:
        room = await replay.room_of(bot, day, ROOM_CHANNEL)
        said += [(message, room) for message in replay.messages_of(day, ROOM_CHANNEL)]
    for message, room in sorted(said, key=lambda pair: pair[0].sent_at):
        await stage.play_until(message.sent_at)
        await stage.hear(message, room)
    await stage.play_until(at(days[-1].date + timedelta(days=1), time(settings.office.day_cutoff_hour)))
    return bot


def _traits(channel: Channel | None) -> Traits:
    """What a channel of the rehearsal can do: all, but for one that reaches addresses only."""
    if channel is None or channel.traits.addresses is None:
        return TRAITS
    return replace(channel.traits, sends_once=True)


class Stage:
    """A bot and its clock, moved together from one thing that falls due to the next."""

    def __init__(self, bot: Bot, clock: VirtualClock) -> None:
        self._bot, self._clock = bot, clock
        self._due_at: datetime | None = clock.now()
        self._post_at: datetime | None = clock.now()

    async def hear(self, message: Message, room: Room) -> None:
        """Has a message said in the room, now."""
        await replay.keep(self._bot, room, [message])
        await self._bot.inbox.handle_waiting()
        self._due_at = await self._bot.planner.next_due_at()  # what was said may have left a question open

    async def play_until(self, until: datetime) -> None:
        """Lets all happen that falls due until then."""
        while True:
            await self._do_what_is_due()
            now = self._clock.now()
            moments = (self._due_at, self._post_at, now + _LONGEST_JUMP)
            coming = [moment for moment in moments if moment is not None and now < moment <= until]
            if not coming:
                break
            self._clock.advance_to(min(coming))
        self._clock.advance_to(until)

    async def _do_what_is_due(self) -> None:
        now = self._clock.now()
        if self._due_at is None or self._due_at <= now:
            self._due_at = await self._bot.planner.run_due()
        if self._bot.outbox.stirred or (self._post_at is not None and self._post_at <= now):
            self._post_at = await self._bot.outbox.send_due()


async def _said(bot: Bot) -> list[Mapping[str, Any]]:
    async with bot.store.read() as session:
        made = await posts.in_states(session, bot.office_id, ("sent", "delivered"), most=100_000)
        called = {m.person_id: m.name for m in await people.everybody(session, bot.office_id)}
        within = await posts.in_states(session, bot.office_id, ("merged",), most=100_000)
        named = {room.id: room.name for room in await rooms.every(session, bot.office_id)}
    parts: dict[int | None, list[PostRow]] = {}
    for part in reversed(within):
        parts.setdefault(part.merged_into, []).append(part)
    ordered = sorted(made, key=lambda post: (post.sent_at or post.made_at, post.id))
    return [
        {
            "at": local(post.sent_at or post.made_at).isoformat(timespec="seconds"),
            "room": named.get(post.room_id) if post.room_id is not None else None,
            "to": called.get(post.person_id) if post.person_id is not None else None,
            "text": wording.together([part.text for part in (post, *parts.get(post.id, ()))]),
            "mentions": [
                called[person]
                for part in (post, *parts.get(post.id, ()))
                for person in part.mentions
                if person in called
            ],
            "why": wording.whys([part.why for part in (post, *parts.get(post.id, ()))]),
        }
        for post in ordered
    ]


async def _withheld(bot: Bot) -> list[Mapping[str, Any]]:
    async with bot.store.read() as session:
        kept_back = await reminders.withheld(session, bot.office_id)
        called = await people.names(session, {reminder.person_id for reminder in kept_back})
    return [
        {
            "at": local(reminder.due_at).isoformat(timespec="seconds"),
            "room": None,
            "to": called[reminder.person_id],
            "text": "",
            "mentions": [],
            "why": reminder.step,
            "withheld": wording.withheld(
                reminder.means, called[reminder.person_id], reminder.withheld, reminder.number
            ),
        }
        for reminder in kept_back
    ]
