"""A day through DingTalk, put together by `bot.app`: members report to the Stream robot, it tells the group."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time
from typing import Final

from bot import app, rehearsal
from bot.clock import VirtualClock, at, local
from bot.rosters import Role, RosterEntry
from bot.settings import RoomSettings, ScheduleSettings, Settings, WebSettings
from storage import Store
from tests.eventually import eventually
from tests.fakes.dingtalk import GROUP, FakeDingtalk
from tests.gateway.process import free_port
from tests.reading import real

ROOM: Final = "代表群"
ROSTER: Final = (
    RosterEntry(name="张三"),
    RosterEntry(name="李四"),
    RosterEntry(name="周敏", role=Role.STAFF),
)
SCHEDULES: Final = (
    ScheduleSettings(name="催", do="remind_missing", at=time(15)),
    ScheduleSettings(name="汇总", do="tally", at=time(20)),
)


@asynccontextmanager
async def running(settings: Settings, store: Store, clock: VirtualClock) -> AsyncIterator[app.Bot]:
    """The bot with its channels connected, until the block is left."""
    stop, serving = asyncio.Event(), asyncio.Event()
    make = app.channels_of(settings, store, clock)
    bot = await app.build(settings, store, clock, make, real().heard, random.Random(1))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bot.run(stop, lambda _: serving.set(), app.reloading_of(bot, real(), asyncio.Event())))
        await serving.wait()
        await eventually(lambda: all(channel.standing.connected for channel in bot.channels.values()))
        yield bot
        stop.set()


async def test_who_reports_to_the_robot_is_counted_once_over_a_restart(store: Store, clock: VirtualClock) -> None:
    async with FakeDingtalk(clock) as platform:
        settings = Settings(
            channels=(platform.stream(),),
            rooms=(RoomSettings(name=ROOM, channel="dingtalk_stream", roster=ROSTER),),
            schedules=SCHEDULES,
            web=WebSettings(port=free_port()),
        )
        today = local(clock.now()).date()
        async with running(settings, store, clock) as bot:
            frames = [await platform.say("36.5 健康", msgId="m1", **platform.opening(GROUP))]
            await eventually(lambda: platform.acks == frames)
            await bot.inbox.handle_waiting()
            stage = rehearsal.Stage(bot, clock)
            await stage.play_until(at(today, time(15, 5)))
            await eventually(lambda: len(platform.sent) == 1)
        async with running(settings, store, clock) as bot:
            # What was not acknowledged before it stopped comes again.
            frames.append(await platform.say("36.5 健康", msgId="m1"))
            await eventually(lambda: platform.acks == frames)
            await bot.inbox.handle_waiting()
            stage = rehearsal.Stage(bot, clock)
            await stage.play_until(at(today, time(20, 5)))
            await eventually(lambda: len(platform.sent) == 2)
    (_, where, reminder), (how, group, tally) = platform.sent
    assert where == group == GROUP
    assert how == "group"  # the answer's address is long closed
    assert ("李四" in reminder, "张三" in reminder) == (True, False)
    assert "应报 2 人，已报 1 人" in tally
    assert "未报：李四" in tally
