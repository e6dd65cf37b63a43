"""A small office over a real store: what most tests of the bot begin with. The parts are the real ones, put together
by `bot.app`; the channels are kept in memory, and the clock stands until it is moved."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time

from bot import app, rehearsal
from bot.app import Bot, Reader
from bot.channel import Channel, Hears, Starts, Traits
from bot.channels.memory import MemoryChannel
from bot.clock import VirtualClock, at, local
from bot.messages import Conversation, Dispatch, Message, MessageKind, OfficeId, Sender
from bot.rosters import Role, RosterEntry
from bot.settings import (
    OutboxSettings,
    Pacing,
    RoomSettings,
    ScheduleSettings,
    Settings,
    WebchatSettings,
)
from storage import Store

GROUP = "长沙代表联络群"
OTHER = "岳阳代表联络群"
STAFF_ROOM = "联工委值班群"

ROSTER = (
    RosterEntry(name="张三", unit="岳麓区"),
    RosterEntry(name="李四", unit="岳麓区", aliases=("老李",)),
    RosterEntry(name="王五", unit="开福区"),
    RosterEntry(name="欧阳静", unit="开福区"),
    RosterEntry(name="周敏", unit="联工委", role=Role.STAFF),
    RosterEntry(name="谭芳", unit="联工委", role=Role.STAFF),
)
OTHER_ROSTER = (
    RosterEntry(name="赵六", unit="华容县"),
    RosterEntry(name="王五", unit="华容县"),
    RosterEntry(name="周敏", unit="联工委", role=Role.STAFF),
)

GROUP_TRAITS = Traits(hears=Hears.ALL, starts=Starts.ALWAYS, mentions=True, files=True, recalls=True, echoes=True)
"""As a WeChat gateway: it hands the bot's own posts back, and says them again if it is told twice."""

NO_PAUSE = Pacing(min_gap_seconds=0, jitter_seconds=0, room_per_hour=600, person_per_hour=600, channel_per_minute=6000)


def settings_for(schedules: Sequence[ScheduleSettings] = (), pacing: Pacing = NO_PAUSE, **changes: object) -> Settings:
    """Two groups of deputies and a room of staff, in one channel called `group`."""
    settings = Settings(
        channels=(WebchatSettings(name="group", pacing=pacing),),
        rooms=(
            RoomSettings(name=GROUP, channel="group", roster=ROSTER),
            RoomSettings(name=OTHER, channel="group", roster=OTHER_ROSTER),
            RoomSettings(
                name=STAFF_ROOM,
                channel="group",
                purpose="staff",
                roster=tuple(entry for entry in ROSTER if entry.role is Role.STAFF),
            ),
        ),
        schedules=tuple(schedules),
        outbox=OutboxSettings(lease_seconds=30, merge_minutes=0),
    )
    return replace(settings, **changes)  # type: ignore[arg-type]  # the names are those of Settings' fields


class Office:
    """The bot in its groups, with people who talk to it."""

    def __init__(self, bot: Bot, clock: VirtualClock, channel: MemoryChannel) -> None:
        self.bot, self.clock, self.channel = bot, clock, channel
        self._numbers = itertools.count(1)

    async def say(
        self,
        who: str,
        text: str,
        room: str | None = GROUP,
        *,
        id: str | None = None,  # noqa: A002 - what a channel calls it
        account: str | None = None,
        kind: MessageKind = MessageKind.TEXT,
        recalls: str | None = None,
    ) -> str:
        """Somebody says something in a group, or privately where `room` is None; handled at once. Returns its id."""
        self.clock.advance(1)
        message = self.message(who, text, room, id=id, account=account, kind=kind, recalls=recalls)
        await self.bot.inbox.accept(message)
        await self.bot.inbox.handle_waiting()
        return message.external_id

    def message(
        self,
        who: str,
        text: str,
        room: str | None = GROUP,
        *,
        id: str | None = None,  # noqa: A002
        account: str | None = None,
        kind: MessageKind = MessageKind.TEXT,
        recalls: str | None = None,
        channel: str = "group",
    ) -> Message:
        """A message as a channel hears it."""
        account = account or f"wxid-{who}"
        place = Conversation(external_id=f"room-{room}", name=room) if room else None
        return Message(
            channel=channel,
            external_id=id or f"m{next(self._numbers)}",
            sender=Sender(external_id=account, name=who),
            conversation=place or Conversation(external_id=account, private=True),
            text=text,
            sent_at=self.clock.now(),
            kind=kind,
            recalls=recalls,
        )

    async def heard(self) -> list[Dispatch]:
        """What the bot said since it was last asked."""
        before = len(self.channel.said)
        await self.bot.outbox.send_due()
        return self.channel.said[before:]

    async def ask(self, who: str, text: str, room: str | None = GROUP) -> list[Dispatch]:
        """Somebody says something, and what the bot says to it."""
        await self.say(who, text, room)
        return await self.heard()

    async def play_until(self, moment: datetime) -> None:
        """Lets all happen that falls due until then."""
        await rehearsal.Stage(self.bot, self.clock).play_until(moment)

    async def play(self, wall: time) -> None:
        """Lets all happen that falls due until that time of the same day in China."""
        await self.play_until(at(local(self.clock.now()).date(), wall))


async def open_office(
    store: Store,
    clock: VirtualClock,
    settings: Settings,
    reader: Reader,
    traits: Traits = GROUP_TRAITS,
    channel: MemoryChannel | None = None,
) -> Office:
    """Builds the bot with one channel in memory."""
    held = channel or MemoryChannel("group", clock, traits)

    def make(_office: OfficeId) -> Mapping[str, Channel]:
        return {"group": held}

    bot = await app.build(settings, store, clock, make, reader.heard, random.Random(1), reader.private)
    for room in settings.rooms:
        await bot.inbox.meet_room("group", f"room-{room.name}", room.name)
    return Office(bot, clock, held)
