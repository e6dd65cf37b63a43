"""A post goes out by mail, is answered and counts; another comes back, and staff learn who was not reached."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot import app
from bot.channel import Channel, Hears, Starts, Traits
from bot.channels.mail import MailChannel
from bot.channels.memory import MemoryChannel
from bot.clock import local
from bot.messages import OfficeId, PersonId, Post
from bot.rosters import Role, RosterEntry
from bot.settings import RoomSettings, Settings, WebchatSettings
from storage import Store, people, posts, records
from tests.eventually import eventually
from tests.fakes.clock import HastyClock
from tests.fakes.mail_server import OWN, FakeImap, FakeSmtp, MailServers
from tests.office import GROUP, NO_PAUSE, STAFF_ROOM
from tests.reading import real

ROSTER = (
    RosterEntry(name="张三", email="zhang@x.test"),
    RosterEntry(name="李四", email="li@x.test"),
    RosterEntry(name="周敏", role=Role.STAFF),
)
ANSWER = """From: =?gb2312?B?1cXI/Q==?= <zhang@x.test>
Message-ID: <answer@x.test>
In-Reply-To: {proof}
Subject: =?gb2312?B?u9i4tA==?=: x
Content-Type: text/plain; charset=gb2312
Content-Transfer-Encoding: 8bit

"""
BOUNCE = """From: MAILER-DAEMON@office.test
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce@office.test>
X-Failed-Recipients: li@x.test

The mail could not be delivered.
Message-ID: {proof}
"""


async def test_a_round_by_mail(store: Store) -> None:
    clock = HastyClock()
    async with FakeSmtp() as smtp, FakeImap() as imap:
        mail = replace(MailServers(smtp, imap).settings(), pacing=NO_PAUSE)
        group = MemoryChannel("group", clock, Traits(hears=Hears.ALL, starts=Starts.ALWAYS))
        settings = Settings(
            channels=(WebchatSettings(name="group", pacing=NO_PAUSE), mail),
            rooms=(
                RoomSettings(name=GROUP, channel="group", roster=ROSTER),
                RoomSettings(name=STAFF_ROOM, channel="group", purpose="staff", roster=ROSTER[-1:]),
            ),
            schedules=(),
        )

        def make(_office: OfficeId) -> Mapping[str, Channel]:
            return {"group": group, "mail": MailChannel(mail, clock)}

        bot = await app.build(settings, store, clock, make, real().heard, random.Random(1))
        for room in settings.rooms:
            await bot.inbox.meet_room("group", f"room-{room.name}", room.name)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            hearing = tasks.create_task(bot.channels["mail"].receive(bot.inbox))
            tasks.create_task(bot.inbox.run(stop))
            tasks.create_task(bot.outbox.run(stop))
            async with store.begin() as session:
                known = {member.name: member.person_id for member in await people.everybody(session, bot.office_id)}
                until = clock.now() + timedelta(hours=1)
                await bot.outbox.put(
                    session,
                    [
                        Post(
                            key=name,
                            why="提醒",
                            text=f"{name}，请报今天的情况",
                            person=PersonId(known[name]),
                            not_after=until,
                        )
                        for name in ("张三", "李四")
                    ],
                )
            await eventually(lambda: len(smtp.mails) == 2)
            proof = {mail.to: _message_id(mail.content) for mail in smtp.mails}
            said = '36.5，正常\r\n\r\n在 2020-02-10 08:00:00，"联络员" <llz@office.test> 写道：\r\n38.5 发热'
            imap.lay(ANSWER.format(proof=proof["zhang@x.test"]).encode() + said.encode("gb18030"), received=_now(clock))
            imap.lay(BOUNCE.format(proof=proof["li@x.test"]), received=_now(clock))
            await eventually(lambda: group.said)
            hearing.cancel()
            stop.set()
        await bot.inbox.handle_waiting()
        async with store.read() as session:
            day = local(clock.now()).date()
            found = await records.health_of(session, bot.office_id, list(known.values()), day)
            states = {
                post.key: post.state for post in await posts.in_states(session, bot.office_id, ("sent", "refused"))
            }
    assert [(record.subject_id, record.ill) for record in found] == [(known["张三"], False)]
    assert (states["张三"], states["李四"]) == ("sent", "refused")
    assert {OWN} == {mail.sender for mail in smtp.mails}
    (notice,) = group.said
    assert "李四" in notice.text


def _message_id(content: bytes) -> str:
    return next(line for line in content.decode().splitlines() if line.startswith("Message-ID:")).partition(": ")[2]


def _now(clock: HastyClock) -> str:
    return local(clock.now()).strftime("%d-%b-%Y %H:%M:%S +0800")
