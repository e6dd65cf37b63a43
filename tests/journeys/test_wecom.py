"""A day through WeCom, put together by `bot.app`: members report to the application, the robot tells the group."""

from __future__ import annotations

import asyncio
import random
from datetime import time

import aiohttp

from bot import app, rehearsal
from bot.clock import VirtualClock, at, local
from bot.rosters import Role, RosterEntry
from bot.settings import RoomSettings, ScheduleSettings, Settings, WebSettings
from storage import Store
from tests.eventually import eventually
from tests.fakes import wecom
from tests.fakes.wecom import FakeWecom
from tests.gateway.process import free_port
from tests.reading import real

ROOM = "长沙代表联络群"
ROSTER = (
    RosterEntry(name="张三", phone="13800000001"),
    RosterEntry(name="李四", phone="13800000002"),
    RosterEntry(name="周敏", role=Role.STAFF),
)
SCHEDULES = (
    ScheduleSettings(name="催", do="remind_missing", at=time(15)),
    ScheduleSettings(name="汇总", do="tally", at=time(20)),
)


def settings_for(platform: FakeWecom, port: int) -> Settings:
    channels = (platform.app(), platform.webhook(accounts_of="wecom_app", mention_phones=True))
    rooms = (RoomSettings(name=ROOM, channel="wecom_webhook", roster=ROSTER),)
    return Settings(channels=channels, rooms=rooms, schedules=SCHEDULES, web=WebSettings(port=port))


async def test_who_reports_to_the_application_is_counted_in_the_group(store: Store, clock: VirtualClock) -> None:
    port = free_port()
    stop, serving = asyncio.Event(), asyncio.Event()
    async with FakeWecom(clock) as platform:
        platform.members = {"u-1": "张三", "u-2": "李四"}
        settings = settings_for(platform, port)
        make = app.channels_of(settings, store, clock)
        bot = await app.build(settings, store, clock, make, real().heard, random.Random(1))
        reloading = app.reloading_of(bot, real(), asyncio.Event())
        async with asyncio.TaskGroup() as tasks, aiohttp.ClientSession() as session:
            tasks.create_task(bot.run(stop, lambda _: serving.set(), reloading))
            await serving.wait()
            await eventually(lambda: all(channel.standing.connected for channel in bot.channels.values()))
            for number, account in enumerate(("u-1", "u-2")):
                now = int(clock.now().timestamp())
                plain = wecom.xml(FromUserName=account, CreateTime=now, MsgType="event", Event="subscribe")
                if account == "u-1":
                    plain = wecom.said("36.5 健康", number, account, now)
                sealed = wecom.seal(plain)
                query = wecom.query(sealed, clock.now(), f"n{number}")
                url = f"http://127.0.0.1:{port}/wecom/wecom_app"
                for wanted in (200, 403):
                    async with session.post(url, params=query, data=wecom.envelope(sealed)) as response:
                        assert response.status == wanted
            await bot.inbox.handle_waiting()
            stage, today = rehearsal.Stage(bot, clock), local(clock.now()).date()
            # The bot's own outbox may have claimed a post first: the clock waits for it, as time does.
            await stage.play_until(at(today, time(15, 5)))
            await eventually(lambda: len(platform.sent) == 1)
            await stage.play_until(at(today, time(20, 5)))
            await eventually(lambda: len(platform.sent) == 2)
            stop.set()
        _, particulars = await bot.health()
    reminder, tally = platform.sent
    assert reminder["text"]["mentioned_list"] == ["u-2"]
    assert "张三" not in str(reminder)
    assert "已报" in tally["text"]["content"]
    assert "李四" in tally["text"]["content"]
    assert "拒收了 2 次" in str(particulars)
