"""The ladder over real servers: private message, short message, mail; the answer by mail ends it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, time
from typing import Final

import pytest

from bot import app, rehearsal
from bot.app import Bot
from bot.channel import Channel, Means
from bot.channels.mail import MailChannel
from bot.channels.memory import TRAITS, MemoryChannel
from bot.channels.sms import SmsChannel
from bot.clock import VirtualClock, at, local
from bot.messages import OfficeId
from bot.rosters import Role, RosterEntry
from bot.settings import Pacing, RoomSettings, ScheduleSettings, Settings, WebchatSettings
from storage import Store, people, records
from tests.eventually import eventually
from tests.fakes.mail_server import FakeImap, FakeSmtp, MailServers
from tests.fakes.sms_vendors import NUMBER, FakeVendor
from tests.office import GROUP, NO_PAUSE, STAFF_ROOM
from tests.reading import real

DAY: Final = date(2020, 2, 10)
PACING: Final[Pacing] = replace(NO_PAUSE, spread_minutes=2, avoid_sharp=True)
ROSTER: Final = (
    RosterEntry(name="张三", phone=NUMBER, email="zhang@x.test"),
    RosterEntry(name="李四", phone="13900010002", email="li@x.test"),
    RosterEntry(name="周敏", role=Role.STAFF),
)
LADDER: Final = (
    ScheduleSettings(name="私信催报", do="remind_each", at=time(9)),
    ScheduleSettings(name="短信催报", do="sms", at=time(10)),
    ScheduleSettings(name="邮件催报", do="mail", at=time(11)),
    ScheduleSettings(name="再催一次", do="mail", at=time(15)),
    ScheduleSettings(name="电话名单", do="phone_list", at=time(19)),
)
ANSWER: Final = (
    "From: =?gb2312?B?1cXI/Q==?= <zhang@x.test>\r\nMessage-ID: <answer@x.test>\r\nIn-Reply-To: {proof}\r\n"
    "Subject: =?gb2312?B?u9i4tA==?=: x\r\nContent-Type: text/plain; charset=gb2312\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\n"
)


class PatientClock(VirtualClock):
    """A clock that stands until it is moved; whoever waits on it for a server really waits, for a moment."""

    async def sleep(self, seconds: float) -> None:
        """Does not move it."""
        await asyncio.sleep(0.01)


class Town:
    """The bot on a virtual clock, its mail and its short messages over real sockets."""

    def __init__(self, bot: Bot, clock: VirtualClock, page: MemoryChannel) -> None:
        self.bot, self.clock, self.page = bot, clock, page

    async def come_to(self, wall: time) -> None:
        """Lets all be done that falls due until then."""
        await rehearsal.Stage(self.bot, self.clock).play_until(at(DAY, wall))

    async def known(self) -> Mapping[str, int]:
        """Ids by name."""
        async with self.bot.store.read() as session:
            return {m.name: m.person_id for m in await people.everybody(session, self.bot.office_id)}

    def told(self, person_id: int) -> list[str]:
        """What somebody was told privately."""
        return [said.text for said in self.page.said if said.conversation.external_id == f"person:{person_id}"]


@asynccontextmanager
async def town(store: Store, clock: VirtualClock, servers: MailServers, vendor: FakeVendor) -> AsyncIterator[Town]:
    mail, sms = servers.settings(pacing=PACING), vendor.settings(pacing=PACING)
    page = MemoryChannel("page", clock, TRAITS)
    settings = Settings(
        channels=(WebchatSettings(name="page", pacing=PACING), mail, sms),
        rooms=(
            RoomSettings(name=GROUP, channel="page", roster=ROSTER),
            RoomSettings(name=STAFF_ROOM, channel="page", purpose="staff", roster=ROSTER[-1:]),
        ),
        schedules=LADDER,
    )

    def make(_office: OfficeId) -> Mapping[str, Channel]:
        return {"page": page, "mail": MailChannel(mail, clock), "sms": SmsChannel(sms, clock)}

    bot = await app.build(settings, store, clock, make, real().heard, random.Random(1))
    await bot.planner.run_due()
    async with asyncio.TaskGroup() as tasks:
        hearing = [tasks.create_task(channel.receive(bot.inbox)) for channel in bot.channels.values()]
        await eventually(lambda: all(channel.standing.connected for channel in bot.channels.values()))
        try:
            yield Town(bot, clock, page)
        finally:
            for task in hearing:
                task.cancel()


@pytest.mark.parametrize("vendor", ["aliyun", "tencent"])
async def test_whoever_answers_the_mail_is_left_in_peace(store: Store, vendor: str) -> None:
    clock = PatientClock(at(DAY, time(8)))
    async with (
        FakeSmtp() as smtp,
        FakeImap() as imap,
        FakeVendor(vendor, clock) as sms,
        town(store, clock, MailServers(smtp, imap), sms) as place,
    ):
        ids = await place.known()
        await place.come_to(time(9, 30))
        assert len(place.told(ids["张三"])) == len(place.told(ids["李四"])) == 1
        assert (len(sms.sent), len(smtp.mails)) == (0, 0)
        await place.come_to(time(10, 30))
        assert len(sms.sent) == 2
        await place.come_to(time(11, 30))
        proofs = {mail.to: _message_id(mail.content) for mail in smtp.mails}
        assert set(proofs) == {"zhang@x.test", "li@x.test"}
        received = local(clock.now()).strftime("%d-%b-%Y %H:%M:%S +0800")
        answer = ANSWER.format(proof=proofs["zhang@x.test"]).encode() + "36.5，正常".encode("gb18030")
        imap.lay(answer, received=received)
        await _until_reported(place, ids["张三"])
        await place.come_to(time(19, 30))
    assert [mail.to for mail in smtp.mails].count("zhang@x.test") == 1
    assert [mail.to for mail in smtp.mails].count("li@x.test") == 2
    (listed,) = [text for text in place.told(ids["周敏"]) if "电话名单" in text]
    assert "还有 1 人没报" in listed
    assert "李四 13900010002：私信 9:0" in listed
    assert "张三" not in listed
    assert place.bot.outbox.channels(Means.SMS) == ["sms"]


async def _until_reported(place: Town, person_id: int) -> None:
    for _ in range(400):
        await place.bot.inbox.handle_waiting()
        async with place.bot.store.read() as session:
            if await records.health_of(session, place.bot.office_id, [person_id], DAY):
                return
        await asyncio.sleep(0.02)
    raise AssertionError("the answer was not taken in")


def _message_id(content: bytes) -> str:
    return next(line for line in content.decode().splitlines() if line.startswith("Message-ID:")).partition(": ")[2]
