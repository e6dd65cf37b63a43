"""Composition root: builds the bot from its settings, and runs it. The only module that knows all parts.

It reads in the order of a message's way: channels → inbox → reading → handlers → storage → outbox → channels; the
planner comes in where the inbox does, with the clock for a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot import rulebook, web
from bot.channel import Channel
from bot.channels.webchat import WebchatChannel
from bot.channels.wechaty import WechatyChannel
from bot.clock import Clock
from bot.heard import Heard
from bot.inbox import Inbox
from bot.messages import Attachment, OfficeId
from bot.outbox import Outbox
from bot.parsing import Context, Rules, parse
from bot.pulse import keep_pulse
from bot.records import Record
from bot.segmenter import JiebaSegmenter
from bot.settings import ChannelSettings, Settings, WebchatSettings
from handlers import HANDLERS
from schedules import ticker
from schedules.planner import Planner
from storage import Store, files, messages, migrate, people, posts, rooms
from storage.people import Entry

log = logging.getLogger(__name__)

_LONG_TEXT = 4_000
"""Characters from which a text is read beside the event loop, so that the others do not wait for it."""
_GRACE_SECONDS = 10.0
"""How long what is in hand may take to finish when the bot is told to stop."""


class Reader:
    """The parse core with its rules and its segmenter."""

    def __init__(self, rules: Rules, segmenter: JiebaSegmenter) -> None:
        self._rules, self._segmenter = rules, segmenter

    @classmethod
    def for_settings(cls, settings: Settings) -> Reader:
        """The shipped rules, the office's own laid over them.

        Raises:
            RuleError: a rules file is wrong.
        """
        rules = rulebook.load((rulebook.SHIPPED, *settings.reading.office_rules))
        return cls(rules, JiebaSegmenter.for_rules(rules))

    def warm_up(self) -> None:
        """Loads jieba's dictionary, about a second's work, before somebody waits for it."""
        self._segmenter.load()

    def read(self, text: str, context: Context) -> tuple[Record, ...]:
        """Text in, records out."""
        return parse(text, context, self._rules, self._segmenter)

    async def heard(self, text: str, heard: Heard) -> Sequence[Record]:
        """Reads what was heard, in its circumstances."""
        context = Context(
            sender=heard.speaker.name, roster=tuple(known.name for known in heard.people), sent_at=heard.sent_at
        )
        if len(text) > _LONG_TEXT:
            return await asyncio.to_thread(self.read, text, context)
        return self.read(text, context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """All parts, put together."""

    settings: Settings
    store: Store
    clock: Clock
    office_id: int
    channels: Mapping[str, Channel]
    inbox: Inbox
    outbox: Outbox
    planner: Planner

    async def health(self) -> tuple[bool, Mapping[str, Any]]:
        """Whether all is well, and the particulars: counts and times, no names, no texts."""
        standings = {name: channel.standing for name, channel in self.channels.items()}
        async with self.store.read() as session:
            waiting = await messages.waiting(session, self.office_id)
            failed = len(await messages.failed(session, self.office_id))
            held = len(await posts.in_states(session, self.office_id, ("held", "unknown", "refused")))
        well = all(standing.connected for standing in standings.values())
        return well, {
            "ok": well,
            "channels": {
                name: {"connected": s.connected, "since": s.since.isoformat(), "detail": s.detail}
                for name, s in standings.items()
            },
            "messages": {"waiting": waiting, "failed": failed},
            "posts": {"to_settle": held},
        }

    async def file(self, token: str) -> Attachment | None:
        """The file at that address."""
        async with self.store.read() as session:
            found = await files.by_token(session, token, self.clock.now())
            if found is None or found.expires_at is None:  # what members sent is the chat page's to show
                return None
            return Attachment(name=found.name, media_type=found.media_type, content=found.content)

    async def run(self, stop: asyncio.Event, serving: Callable[[str], None]) -> None:
        """Runs until told to stop; then finishes what is in hand.

        Args:
            stop: set by whoever wants it to end.
            serving: told the address as soon as it is served.
        """
        attach = [channel.attach for channel in self.channels.values() if isinstance(channel, WebchatChannel)]
        async with web.serving(web.application(attach, self.health, self.file), self.settings.web) as address:
            serving(address)
            async with asyncio.TaskGroup() as tasks:
                hearing = [tasks.create_task(channel.receive(self.inbox)) for channel in self.channels.values()]
                working = [
                    tasks.create_task(self.inbox.run(stop)),
                    tasks.create_task(self.outbox.run(stop)),
                ]
                beating = tasks.create_task(
                    keep_pulse(self.store, self.clock, self.office_id, self.channels, self.inbox, stop)
                )
                ticking = tasks.create_task(ticker.tick(self.settings.schedules, self.planner.run_due))
                await stop.wait()
                log.info("stopping: finishing what is in hand")
                ticking.cancel()
                await asyncio.wait([*working, beating], timeout=_GRACE_SECONDS)
                for task in (*hearing, *working, beating):
                    task.cancel()


async def build(
    settings: Settings,
    store: Store,
    clock: Clock,
    make_channels: Callable[[OfficeId], Mapping[str, Channel]],
    read: Callable[[str, Heard], Awaitable[Sequence[Record]]],
    chance: random.Random,
) -> Bot:
    """Puts the parts together over an open store of this program's schema.

    Args:
        make_channels: the channels by their names, once the office's id is known.
        read: how texts are read.
        chance: where all randomness comes from.
    """
    async with store.begin() as session:
        office_id = await people.ensure_office(session, settings.office.name)
    channels = make_channels(OfficeId(office_id))
    outbox = Outbox(store, clock, settings, office_id, channels, chance)
    own = frozenset(name for name, channel in channels.items() if channel.traits.reaches_people)
    inbox = Inbox(store, clock, settings, office_id, read=read, handlers=HANDLERS, put=outbox.put, people_channels=own)
    planner = Planner(store, clock, settings, office_id, outbox.put)
    bot = Bot(
        settings=settings,
        store=store,
        clock=clock,
        office_id=office_id,
        channels=channels,
        inbox=inbox,
        outbox=outbox,
        planner=planner,
    )
    await sync_rooms(bot)
    return bot


async def sync_rooms(bot: Bot) -> None:
    """Makes the store's rooms and members what the configuration says; reads again what that newly explains."""
    async with bot.store.begin() as session:
        await people.lock_office(session, bot.office_id)  # two processes that start together would each add people
        for configured in bot.settings.rooms:
            before = await rooms.by_name(session, bot.office_id, configured.channel, configured.name)
            was_unknown = before is not None and before.purpose == rooms.UNKNOWN
            room = await rooms.ensure(session, bot.office_id, configured.channel, configured.name, configured.purpose)
            channel = bot.channels.get(configured.channel)
            room.pinned = bool(configured.external_id)
            if configured.external_id:
                room.external_id = configured.external_id
            elif channel is not None and channel.traits.reaches_people:
                room.external_id = str(room.id)  # such a channel knows rooms by our own ids
            entries = [
                Entry(name=p.name, role=str(p.role), unit=p.unit, phone=p.phone, aliases=p.aliases)
                for p in configured.roster
            ]
            await people.sync_roster(session, bot.office_id, room.id, entries)
            if was_unknown:
                await messages.read_room_again(
                    session, room.id, bot.clock.now() - timedelta(days=bot.settings.inbox.reread_days)
                )
        await people.note_gone(session, bot.office_id, bot.clock.now())


@contextlib.asynccontextmanager
async def opened(settings: Settings, *, make: bool = True) -> AsyncIterator[Store]:
    """The store of these settings, of this program's schema; an empty one is made ready where `make` says so.

    Raises:
        StorageError: it cannot be reached, or is older or newer than the program.
    """
    store = Store.open(settings.store.url)
    try:
        if make and await migrate.current(store) is None:
            await migrate.upgrade(store)
        await migrate.verify(store)
        yield store
    finally:
        await store.close()


def channels_of(settings: Settings, store: Store, clock: Clock) -> Callable[[OfficeId], Mapping[str, Channel]]:
    """What makes the configured channels."""

    def make(office_id: OfficeId) -> Mapping[str, Channel]:
        return {channel.name: _channel(channel, settings, store, office_id, clock) for channel in settings.channels}

    return make


def _channel(channel: ChannelSettings, settings: Settings, store: Store, office_id: OfficeId, clock: Clock) -> Channel:
    if isinstance(channel, WebchatSettings):
        return WebchatChannel(channel, store, office_id, clock, settings.office.bot_name)
    return WechatyChannel(channel, clock)
