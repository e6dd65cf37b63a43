"""`liaison run` as a process, its chat page joined with a WeChat group behind a gateway, and killed on the way."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.clock import SystemClock
from storage import Store, people, rooms
from tests.chatroom import Page
from tests.eventually import eventually
from tests.fakes.wechaty_gateway import ROOM, TOKEN, FakeGateway
from tests.journeys.running import Program

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

PAGE, WX = "网页代表群", "代表群"
TOML = """
schedules = []
[web]
port = {port}
[outbox]
lease_seconds = 2.0
merge_minutes = 0
[channels.webchat]
[channels.wechaty]
endpoint = "127.0.0.1:{gateway}"
member_lookup_seconds = 0
backoff_first_seconds = 0.05
[channels.wechaty.pacing]
min_gap_seconds = 0
jitter_seconds = 0
[[rooms]]
name = "代表群"
channel = "wechaty"
roster = "roster.csv"
[[rooms]]
name = "网页代表群"
channel = "webchat"
roster = "roster.csv"
[[bridges]]
rooms = ["代表群", "网页代表群"]
called = ["微信群", "网页"]
"""


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    async with FakeGateway() as running:
        yield running


@pytest.fixture
async def bot(tmp_path: Path, store_url: str, gateway: FakeGateway) -> AsyncIterator[Program]:
    folder = tmp_path / "office"
    folder.mkdir()
    program = Program(folder, store_url, LIAISON_WECHATY_TOKEN=TOKEN)
    (folder / "bot.toml").write_text(TOML.format(port=program.port, gateway=gateway.port), "utf-8")
    (folder / "roster.csv").write_text("姓名,身份\n张三,代表\n李四,代表\n周敏,工作人员\n", "utf-8")
    await program.start()
    yield program
    await program.kill()


@contextlib.asynccontextmanager
async def sitting(bot: Program, name: str) -> AsyncIterator[tuple[Page, str]]:
    store = Store.open(bot.store)
    try:
        async with store.read() as session:
            known = {member.name: member.person_id for member in await people.everybody(session, 1)}
            room = await rooms.by_name(session, 1, "webchat", PAGE)
            assert room is not None
    finally:
        await store.close()
    origin = f"http://127.0.0.1:{bot.port}"
    async with (
        aiohttp.ClientSession() as session_of_page,
        session_of_page.ws_connect(f"{origin}/seat/{known[name]}/socket", origin=origin, max_msg_size=0) as socket,
    ):
        page = Page(socket)
        await page.send(type="enter", seen={})
        await page.next("welcome")
        yield page, f"room:{room.id}"


async def shown(bot: Program) -> str:
    """All that the chat page shows in its group."""
    async with sitting(bot, "李四") as (page, room):
        return json.dumps(await page.open(room), ensure_ascii=False)


def sent(gateway: FakeGateway) -> list[Any]:
    return [request.text for request in gateway.sent if request.conversation_id == ROOM]


def now() -> int:
    return int(SystemClock().now().timestamp() * 1000)


async def until_shown(bot: Program, words: str) -> str:
    deadline = asyncio.get_running_loop().time() + 20
    while words not in (found := await shown(bot)):
        assert asyncio.get_running_loop().time() < deadline, (found, bot.log())
        await asyncio.sleep(0.05)
    return found


async def test_two_real_channels_joined_say_each_thing_once_through_a_kill(bot: Program, gateway: FakeGateway) -> None:
    await eventually(lambda: gateway.followed)
    asked = gateway.say("明天几点开会？", "c1", timestamp=now())
    await until_shown(bot, "【张三 · 微信群】明天几点开会？")
    async with sitting(bot, "周敏") as (page, room):
        assert (await page.say(room, "明天上午九点，请准时"))["type"] == "kept"
        await bot.kill()  # kept is kept: what was not carried yet is after the start
    await bot.start()
    await eventually(lambda: sent(gateway) == ["【周敏 · 网页】明天上午九点，请准时"], within=20)
    await eventually(lambda: gateway.followed)
    gateway.say("明天几点开会？", "c1", id=asked, timestamp=now())  # the gateway tells of it once more
    gateway.say("36.5 健康", "c2", timestamp=now())
    gateway.say("材料带纸质的吗？", "c2", timestamp=now())
    found = await until_shown(bot, "【李四 · 微信群】材料带纸质的吗？")
    await bot.until(lambda health: health["messages"]["waiting"] == 0)
    await asyncio.sleep(0.3)  # what went round would be on its way by now
    assert found.count("【张三 · 微信群】明天几点开会？") == 1
    assert "36.5 健康" not in await shown(bot)
    assert sent(gateway) == ["【周敏 · 网页】明天上午九点，请准时"]
    assert await bot.stop() == 0
