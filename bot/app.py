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
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from bot import rosters, rulebook, web
from bot.channel import Addresses, Channel
from bot.channels.mail import MailChannel
from bot.channels.sms import SmsChannel
from bot.channels.webchat import WebchatChannel
from bot.channels.wechaty import WechatyChannel
from bot.channels.wecom import WecomAibotChannel, WecomAppChannel, WecomWebhookChannel
from bot.clock import Clock
from bot.heard import Heard, known_of
from bot.inbox import Inbox
from bot.messages import Attachment, OfficeId
from bot.outbox import Outbox
from bot.parsing import Context, Rules, answers, forms, parse
from bot.people import Known
from bot.pulse import keep_pulse
from bot.records import Record
from bot.reloading import Reloading
from bot.rota import Shift
from bot.segmenter import JiebaSegmenter
from bot.settings import (
    ChannelSettings,
    MailSettings,
    RoomSettings,
    Settings,
    SmsSettings,
    WebchatSettings,
    WecomAibotSettings,
    WecomAppSettings,
    WecomWebhookSettings,
)
from bot.speakers import Speakers
from handlers import HANDLERS
from schedules import ticker
from schedules.planner import Planner
from storage import Session, Store, duties, files, identities, messages, migrate, people, posts, rooms
from storage.people import Entry

log = logging.getLogger(__name__)

_LONG_TEXT = 4_000
"""Characters from which a text is read beside the event loop, so that the others do not wait for it."""
_ATTACHED = (WebchatChannel, WecomAppChannel, SmsChannel)
"""Channels with addresses of their own on the program's one server."""
_Addressed = tuple[int, str, str, str]
"""Somebody as a list tells: id, name, e-mail address, telephone."""
_GRACE_SECONDS = 10.0
"""How long what is in hand may take to finish when the bot is told to stop."""


class Reader:
    """The parse core with its rules and its segmenter."""

    def __init__(self, rules: Rules, segmenter: JiebaSegmenter) -> None:
        self._reading = rules, segmenter

    @property
    def version(self) -> str:
        """The version of the rules by which is read now."""
        return self._reading[0].version

    @property
    def segmenter(self) -> JiebaSegmenter:
        """What cuts texts into words now."""
        return self._reading[1]

    def use(self, rules: Rules, segmenter: JiebaSegmenter) -> None:
        """Reads by these rules from now on; a reading in hand ends by those with which it began."""
        self._reading = rules, segmenter

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
        self.segmenter.load()

    def read(self, text: str, context: Context) -> tuple[Record, ...]:
        """Text in, records out."""
        return parse(text, context, *self._reading)

    async def heard(self, text: str, heard: Heard) -> Sequence[Record]:
        """Reads what was heard, in its circumstances; each record tells by which rules it was read."""
        if len(text) > _LONG_TEXT:
            return await asyncio.to_thread(_read_all, text, heard, *self._reading)
        return _read_all(text, heard, *self._reading)


def _read_all(text: str, heard: Heard, rules: Rules, segmenter: JiebaSegmenter) -> Sequence[Record]:
    """What was said, and the answers to the office's own forms that are open there and then.

    One reading, one version of the rules, whatever is reloaded meanwhile.
    """
    context = Context(
        sender=heard.speaker.name,
        roster=tuple(known.name for known in heard.people),
        sent_at=heard.sent_at,
        question=heard.question,
        bot_names=("小联", "联络员", heard.settings.office.bot_name),
    )
    records: Sequence[Record]
    if heard.answering is None:
        records = parse(text, context, rules, segmenter)
    else:
        records = answers.read(text, heard.answering.about, lambda said: parse(said, context, rules, segmenter))
    open_forms = heard.open_forms()
    if open_forms:
        names = tuple(name for known in heard.people for name in (known.name, *known.aliases))
        named = replace(context, roster=names)
        found = forms.read(text, open_forms, named, rules, segmenter, records=records, on=heard.day)
        records = [*forms.without_echoes(records, found), *found]
    return [replace(record, rules_version=rules.version) for record in records]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """All parts, put together."""

    settings: Settings
    store: Store
    clock: Clock
    office_id: int
    channels: Mapping[str, Channel]
    speakers: Speakers
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
        well = all(standing.connected and not standing.deaf for standing in standings.values())
        return well, {
            "ok": well,
            "channels": {
                name: {"connected": s.connected, "since": s.since.isoformat(), "detail": s.detail}
                | ({"deaf": True} if s.deaf else {})
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

    async def run(self, stop: asyncio.Event, serving: Callable[[str], None], reloading: Reloading) -> None:
        """Runs until told to stop; then finishes what is in hand.

        Args:
            stop: set by whoever wants it to end.
            serving: told the address as soon as it is served.
            reloading: takes over changed rules and rosters.
        """
        attach = [channel.attach for channel in self.channels.values() if isinstance(channel, _ATTACHED)]

        async def health() -> tuple[bool, Mapping[str, Any]]:
            well, particulars = await self.health()
            return well, {**particulars, **reloading.standing}

        async with web.serving(web.application(attach, health, self.file), self.settings.web) as address:
            serving(address)
            async with asyncio.TaskGroup() as tasks:
                hearing = [tasks.create_task(channel.receive(self.inbox)) for channel in self.channels.values()]
                working = [
                    tasks.create_task(self.inbox.run(stop)),
                    tasks.create_task(self.outbox.run(stop)),
                    tasks.create_task(reloading.run(stop)),
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
    unproven = frozenset(name for name, channel in channels.items() if not channel.traits.proves_senders)
    inbox = Inbox(
        store,
        clock,
        settings,
        office_id,
        read=read,
        handlers=HANDLERS,
        put=outbox.put,
        people_channels=own,
        unproven=unproven,
        reach=outbox.reach,
        note_receipt=outbox.note_receipt,
    )
    hears = {name: channel.traits.hears for name, channel in channels.items()}
    planner = Planner(store, clock, settings, office_id, outbox.put, outbox.reach, hears)
    bot = Bot(
        settings=settings,
        store=store,
        clock=clock,
        office_id=office_id,
        channels=channels,
        speakers=Speakers(clock, settings, office_id, read, own, unproven),
        inbox=inbox,
        outbox=outbox,
        planner=planner,
    )
    await sync_rooms(bot, settings.rooms, settings.duty.shifts)
    return bot


def reloading_of(bot: Bot, reader: Reader, asked: asyncio.Event) -> Reloading:
    """What takes over changed rules and rosters while the bot runs.

    Args:
        asked: set by whoever wants all files read now.
    """
    return Reloading(
        bot.store,
        bot.clock,
        bot.settings,
        bot.office_id,
        reader=reader,
        seat=partial(sync_rooms, bot),
        put=bot.outbox.put,
        asked=asked,
    )


async def sync_rooms(bot: Bot, wanted: Sequence[RoomSettings], shifts: Sequence[Shift] = ()) -> None:
    """Makes the store's rooms, members and rota what the configuration says; reads again what that newly explains.

    The one way by which rosters reach the store, at the start and whenever one has changed; done twice it changes
    nothing.
    """
    told: list[_Addressed] = []
    async with bot.store.begin() as session:
        await people.lock_office(session, bot.office_id)  # two processes that start together would each add people
        for configured in wanted:
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
            ids = await people.ids_of(session, bot.office_id, entries)
            told += [(key, p.name, p.email, p.phone) for key, p in zip(ids, configured.roster, strict=True)]
            if was_unknown:
                await messages.read_room_again(
                    session, room.id, bot.clock.now() - timedelta(days=bot.settings.inbox.reread_days)
                )
        await people.note_gone(session, bot.office_id, bot.clock.now())
        await duties.take_over(session, bot.office_id, [(shift.on, shift.names) for shift in shifts])
        await _sync_addresses(bot, session, told)
        await _bind_waiting(bot, session)


async def _bind_waiting(bot: Bot, session: Session) -> None:
    """Binds accounts that have spoken and were nobody's, where the rosters now say exactly whose they are."""
    here: dict[int | None, list[Known]] = {}
    for identity in await identities.waiting(session, bot.office_id):
        channel = bot.channels.get(identity.channel)
        if channel is not None and channel.traits.addresses:
            continue  # the name beside an address is no evidence: `_sync_addresses` says whose it is
        if identity.room_id not in here:
            members = await people.members(session, identity.room_id) if identity.room_id is not None else []
            here[identity.room_id] = [
                known_of(member) for member in members or await people.everybody(session, bot.office_id)
            ]
        await bot.speakers.bind(session, identity, here[identity.room_id])


async def _sync_addresses(bot: Bot, session: Session, told: Sequence[_Addressed]) -> None:
    """Makes accounts of the addresses that rosters tell, or else the register, where a channel's accounts are such."""
    if not any(channel.traits.addresses for channel in bot.channels.values()):
        return
    listed = [(p.id, p.name, p.email, p.phone) for p in await people.registered(session, bot.office_id)]
    since = bot.clock.now() - timedelta(days=bot.settings.inbox.reread_days)
    for name, channel in bot.channels.items():
        owners: dict[str, tuple[int, str]] = {}
        if channel.traits.addresses is None:
            continue
        for person_id, called, email, phone in (*told, *listed):
            address = email if channel.traits.addresses is Addresses.EMAIL else rosters.mobile_of(phone)
            if address and owners.setdefault(address, (person_id, called))[0] != person_id:
                log.warning("%s: an address stands beside several people; it is the first one's", name)
        for identity_id in await identities.sync_addresses(session, bot.office_id, name, owners, bot.clock.now()):
            await messages.read_again(session, identity_id, since)


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
    if isinstance(channel, WecomWebhookSettings):
        return WecomWebhookChannel(channel, clock, [r.name for r in settings.rooms if r.channel == channel.name])
    if isinstance(channel, WecomAppSettings):
        return WecomAppChannel(channel, clock)
    if isinstance(channel, WecomAibotSettings):
        return WecomAibotChannel(channel, clock)
    if isinstance(channel, MailSettings):
        return MailChannel(channel, clock)
    if isinstance(channel, SmsSettings):
        return SmsChannel(channel, clock)
    return WechatyChannel(channel, clock)
