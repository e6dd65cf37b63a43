"""An office that sends notices (通知) over four channels kept in memory; the parts of the bot are the real ones."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot import app
from bot.app import Bot
from bot.channel import Addresses, Channel, Hears, Starts, Traits
from bot.channels.memory import MemoryChannel
from bot.clock import VirtualClock
from bot.messages import Conversation, Dispatch, Message, OfficeId, Sender
from bot.rosters import Role, RosterEntry
from bot.settings import NoticesSettings, RoomSettings, Settings, WebchatSettings
from storage import Store, notices
from tests.office import GROUP, NO_PAUSE, OTHER, STAFF_ROOM
from tests.reading import real

GROUPS = Traits(hears=Hears.ALL, starts=Starts.ALWAYS, mentions=True, files=True, echoes=True)
MAIL = Traits(hears=Hears.PRIVATE, starts=Starts.ALWAYS, files=True, addresses=Addresses.EMAIL, waits_for_us=True)
SMS = Traits(
    hears=Hears.PRIVATE,
    starts=Starts.TEMPLATES,
    proves_senders=False,
    addresses=Addresses.PHONE,
    nudge="您有1条通知，请登录查看。",
)
PAGE = Traits(hears=Hears.ALL, starts=Starts.ALWAYS, reaches_people=True, sends_once=True)
STAFF = (
    RosterEntry(name="周敏", unit="联工委", role=Role.STAFF),
    RosterEntry(name="谭芳", unit="联工委", role=Role.STAFF),
)
DEPUTIES = (
    RosterEntry(name="张三", unit="岳麓区", email="zhang@x.test"),
    RosterEntry(name="李四", unit="岳麓区"),
    RosterEntry(name="王五", unit="开福区"),
    RosterEntry(name="欧阳静", unit="开福区"),
)
OTHERS = (
    RosterEntry(name="赵六", unit="华容县", email="zhao@x.test"),
    RosterEntry(name="王五", unit="开福区"),
    RosterEntry(name="孙七", unit="华容县", phone="13900010007"),
)
DRAFT = """/通知 代表
关于推迟会议的通知
截止：明天 18:00

原定2月12日的会议推迟，时间另行通知。"""


class Office:
    """Two groups of deputies and their staff, with as many channels as a test wants."""

    def __init__(self, store: Store, clock: VirtualClock, **traits: Traits) -> None:
        self.store, self.clock = store, clock
        self.channels = {name: MemoryChannel(name, clock, given) for name, given in traits.items()}
        self.settings = Settings()
        self.bot: Bot
        self._count = 0

    async def open(
        self,
        deputies: Sequence[RosterEntry] = DEPUTIES,
        others: Sequence[RosterEntry] = OTHERS,
        settings: NoticesSettings | None = None,
    ) -> Office:
        self.settings = Settings(
            channels=tuple(WebchatSettings(name=name, pacing=NO_PAUSE) for name in self.channels),
            rooms=(
                RoomSettings(name=GROUP, channel="group", roster=(*deputies, STAFF[0])),
                RoomSettings(name=OTHER, channel="group", roster=(*others, STAFF[0])),
                RoomSettings(name=STAFF_ROOM, channel="group", purpose="staff", roster=STAFF),
            ),
            schedules=(),
            notices=settings or NoticesSettings(),
        )
        return await self.start()

    async def start(self) -> Office:
        """Starts the bot, or starts it again after it was killed: only the store is left."""

        def make(_office: OfficeId) -> Mapping[str, Channel]:
            return dict(self.channels)

        self.bot = await app.build(self.settings, self.store, self.clock, make, real().heard, random.Random(1))
        for room in self.settings.rooms:
            await self.bot.inbox.meet_room("group", f"room-{room.name}", room.name)
        return self

    def message(self, who: str, text: str, room: str | None = GROUP, channel: str = "group", **more: object) -> Message:
        self.clock.advance(1)
        self._count += 1
        account = who if "@" in who or who.isdecimal() else f"wxid-{who}"
        place = Conversation(external_id=f"room-{room}", name=room) if room else None
        message = Message(
            channel=channel,
            external_id=f"m{self._count}",
            sender=Sender(external_id=account, name=who),
            conversation=place or Conversation(external_id=account, private=True),
            text=text,
            sent_at=self.clock.now(),
        )
        return replace(message, **more)  # type: ignore[arg-type]  # the names are those of Message's fields

    async def say(
        self, who: str, text: str, room: str | None = GROUP, channel: str = "group", **more: object
    ) -> list[tuple[str, Dispatch]]:
        """Somebody says something; what the bot says then, by channel."""
        await self.bot.inbox.accept(self.message(who, text, room, channel, **more))
        return await self.work()

    async def work(self) -> list[tuple[str, Dispatch]]:
        """Everything that is due now."""
        before = {name: len(channel.said) for name, channel in self.channels.items()}
        await self.bot.inbox.handle_waiting()
        await self.bot.planner.run_due()
        await self.bot.outbox.send_due()
        return [(name, said) for name, channel in self.channels.items() for said in channel.said[before[name] :]]

    async def wait(self, hours: float) -> list[tuple[str, Dispatch]]:
        """What happens in that time, from one thing that is due to the next."""
        end, found = self.clock.now() + timedelta(hours=hours), []
        while (at := await self.bot.planner.next_due_at()) is not None and at <= end:
            self.clock.advance_to(at)
            found += await self.work()
        self.clock.advance_to(end)
        return found + await self.work()

    async def staff_room(self, who: str, text: str) -> str:
        """What the staff room reads after somebody of staff said something there."""
        return in_room(await self.say(who, text, STAFF_ROOM), STAFF_ROOM)

    async def sent_notice(self, draft: str = DRAFT) -> list[tuple[str, Dispatch]]:
        """A notice drafted by one and approved by the other."""
        preview = await self.staff_room("周敏", draft)
        number = preview.removeprefix("通知 ").split(" ")[0]
        return await self.say("谭芳", f"/批准 {number}", STAFF_ROOM)

    async def seen(self, number: int) -> dict[str, str]:
        """Who has seen a notice, and by which route."""
        async with self.store.read() as session:
            notice = await notices.numbered(session, self.bot.office_id, number)
            assert notice is not None
            ledger = await notices.ledger(session, notice.id)
        return {f"{e.unit}-{e.name}": e.seen.route for e in ledger if e.seen is not None}


def in_room(said: Sequence[tuple[str, Dispatch]], room: str) -> str:
    return "\n".join(d.text for _, d in said if d.conversation.name == room)


def to(said: Sequence[tuple[str, Dispatch]], account: str) -> list[str]:
    return [d.text for _, d in said if d.conversation.private and d.conversation.external_id == account]
