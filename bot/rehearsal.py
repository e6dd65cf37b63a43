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
from bot.channel import Channel, Means, Traits
from bot.channels.memory import TRAITS, MemoryChannel
from bot.clock import VirtualClock, at, local
from bot.errors import BotError
from bot.messages import Conversation, Message, OfficeId, Sender
from bot.register import Register
from bot.settings import Settings, StoreSettings
from bot.transcript import GroupDay
from storage import Store, identities, migrate, people, posts, reminders, rooms
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
        one mapping a post: `at`, `room`, `to`, `means` (of what went to one alone), `text`, `mentions`, `why`; of
        what was kept back `text` is empty and `withheld` says why.
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
            found = [*await said(bot), *(await _withheld(bot) if withheld else ())]
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
    stage, talk = Stage(bot, clock), list[tuple[Message, Room, str]]()
    for day in days:
        room = await replay.room_of(bot, day, ROOM_CHANNEL)
        timed = [utterance.by for utterance in day.said if utterance.sent_at is not None]
        talk += [(m, room, by) for m, by in zip(replay.messages_of(day, room.channel), timed, strict=True)]
    for message, room, by in sorted(talk, key=lambda each: each[0].sent_at):
        await stage.play_until(message.sent_at)
        if by:
            await stage.hear_alone(await said_alone(bot, message, by))
        else:
            await stage.hear(message, room)
    await stage.play_until(at(days[-1].date + timedelta(days=1), time(settings.office.day_cutoff_hour)))
    return bot


async def said_alone(bot: Bot, message: Message, channel: str) -> Message:
    """The message as its sender would say it to the bot alone in a channel, by an account of theirs.

    Raises:
        BotError: nobody is called so, or they have no account there.
    """
    async with bot.store.begin() as session:
        everybody = await people.everybody(session, bot.office_id)
        person_id = next((known.person_id for known in everybody if known.name == message.sender.name), None)
        if person_id is not None:
            await bot.outbox.way(
                session, person_id, Means.PRIVATE
            )  # who never spoke on the chat page gets a seat there
            for account in await identities.of_person(session, person_id, channel):
                place = Conversation(external_id=account.external_id, private=True)
                sender = Sender(external_id=account.external_id, name=account.name_seen)
                return replace(message, channel=channel, sender=sender, conversation=place)
    raise BotError(f"{message.sender.name} 没有渠道 {channel} 的账号。请检查群日文件里的 by，和名册里的邮箱、手机")


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
        await self.handle()

    async def hear_alone(self, message: Message) -> None:
        """Has a message said to the bot alone, now."""
        await self._bot.inbox.accept(message)
        await self.handle()

    async def handle(self) -> None:
        """Has what came in handled."""
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


async def said(bot: Bot) -> list[Mapping[str, Any]]:
    """Every post that went out, in order; as `rehearse` returns them."""
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
            "means": str(bot.channels[post.channel].traits.means) if post.room_id is None else None,
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
