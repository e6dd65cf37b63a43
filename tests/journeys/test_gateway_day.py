"""A whole day through the real Wechaty gateway, on each store; killed on the way, and the tally is the same."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.channels.memory import MemoryChannel
from bot.clock import SystemClock, VirtualClock, local
from bot.settings import load
from storage import Store, messages, posts, rooms
from tests.gateway.process import Gateway, why_not
from tests.journeys.running import Running
from tests.reading import reads_nothing

DAY = Path(__file__).parents[1] / "corpus" / "days" / "day3.jsonl"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


class Day:
    """A group-day file."""

    def __init__(self, file: Path) -> None:
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
        self.file, self.head = file, rows[0]
        self.said: Sequence[dict[str, Any]] = [row for row in rows if "text" in row]
        self.expected = next(row["expected_day"] for row in rows if "expected_day" in row)

    def shown(self, tally: Any) -> Any:
        return {key: tally[key] for key in self.expected}


@pytest.fixture
def day() -> Day:
    return Day(DAY)


@pytest.fixture
async def gateway(tmp_path: Path, day: Day) -> AsyncIterator[Gateway]:
    if reason := why_not():
        pytest.skip(reason)
    folder = tmp_path / "gateway"
    folder.mkdir()
    async with Gateway(folder) as running:
        await running.add_room(day.head["room"], [person["name"] for person in day.head["roster"]])
        yield running


@pytest.fixture
async def bot(tmp_path: Path, store_url: str, gateway: Gateway, day: Day) -> AsyncIterator[Running]:
    folder = tmp_path / "office"
    folder.mkdir()
    running = Running(folder, store_url, gateway, day.head["room"], day.head["roster"])
    yield running
    await running.kill()


async def say(gateway: Gateway, day: Day, row: dict[str, Any]) -> None:
    await gateway.say(day.head["room"], row["sender"], row["text"], at=datetime.fromisoformat(row["sent_at"]))


async def kept(bot: Running) -> int:
    """How many messages of others the store holds from the gateway, all of them handled."""
    store = Store.open(bot.store)
    try:
        async with store.read() as session:
            if await messages.waiting(session, 1):
                return -1
            return await messages.count(session, 1, "wechaty")
    finally:
        await store.close()


async def until_kept(bot: Running, count: int, within: float = 60.0) -> None:
    deadline = asyncio.get_running_loop().time() + within
    while await kept(bot) < count:
        assert asyncio.get_running_loop().time() < deadline, bot.log()
        await asyncio.sleep(0.1)


async def test_a_day_said_through_the_gateway_gives_the_same_tally(bot: Running, gateway: Gateway, day: Day) -> None:
    await bot.start()
    for row in day.said:
        await say(gateway, day, row)
    await until_kept(bot, len(day.said))
    assert await bot.stop() == 0
    assert day.shown(await bot.tally(day.head["date"])) == day.expected


async def plan_an_hour_ago(bot: Running) -> None:
    """Makes the schedules of bot.toml due as they would be had the bot been there an hour ago."""
    settings = load(bot.folder / "bot.toml", bot.environ)
    store = Store.open(bot.store)
    clock = VirtualClock(SystemClock().now() - timedelta(minutes=70))
    held = {"wechaty": MemoryChannel("wechaty", clock)}
    try:
        made = await app.build(settings, store, clock, lambda _office: held, reads_nothing().heard, random.Random(0))
        await made.planner.run_due()
    finally:
        await store.close()


def schedules(count: int) -> str:
    """That many schedules, all due within the last hour."""
    now = local(SystemClock().now())
    times = [now - timedelta(minutes=60 - 4 * number) for number in range(count)]
    return "\n".join(
        f'[[schedules]]\nname = "提醒{n}"\ndo = "remind"\nat = "{at:%H:%M}"\ntext = "第{n}次提醒"\n'
        for n, at in enumerate(times)
    )


async def test_killed_at_twenty_points_it_tallies_the_same_and_says_everything_once(
    bot: Running, gateway: Gateway, day: Day
) -> None:
    count = 12
    bot.configure(schedules(count), gap=1.0)
    await plan_an_hour_ago(bot)
    chance = random.Random(20)
    points = set(chance.sample(range(len(day.said)), 20))
    await bot.start()
    for number, row in enumerate(day.said):
        await say(gateway, day, row)
        if number in points:
            await asyncio.sleep(chance.random() * 0.2)
            await bot.kill()
            await bot.start()
    # What was in flight at a kill is lost to the gateway's event stream: staff paste the day, and nothing doubles.
    await bot.liaison("replay", str(day.file))
    await until_said(bot, count)
    await bot.stop()
    assert day.shown(await bot.tally(day.head["date"])) == day.expected
    texts = [said.text for said in await gateway.said(day.head["room"])]
    doubted = await in_doubt(bot)
    for number in range(count):
        text = f"第{number}次提醒"
        assert texts.count(text) == 1 or (text in doubted and texts.count(text) <= 1), (text, texts)


async def until_said(bot: Running, count: int) -> None:
    store = Store.open(bot.store)
    try:
        for _ in range(600):
            async with store.read() as session:
                settled = await posts.in_states(session, 1, ("sent", "unknown"), most=1000)
            if len([post for post in settled if post.text.startswith("第")]) >= count:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(bot.log())
    finally:
        await store.close()


async def in_doubt(bot: Running) -> list[str]:
    store = Store.open(bot.store)
    try:
        async with store.read() as session:
            return [post.text for post in await posts.in_states(session, 1, ("unknown",), most=1000)]
    finally:
        await store.close()


async def test_the_gateway_dies_and_comes_back_and_what_fell_due_goes_out_once_in_order(
    bot: Running, gateway: Gateway, day: Day
) -> None:
    await bot.start()
    await say(gateway, day, day.said[0])  # so that the room is known
    await until_kept(bot, 1)
    await gateway.kill()
    await bot.until(lambda health: not health["ok"])
    await make_due(bot, [f"第{n}条" for n in range(5)])
    await gateway.start()
    await bot.until(lambda health: health["ok"], within=5.0)
    texts: list[str] = []
    for _ in range(200):
        texts = [said.text for said in await gateway.said(day.head["room"]) if said.text.startswith("第")]
        if len(texts) >= 5:
            break
        await asyncio.sleep(0.05)
    assert texts == [f"第{n}条" for n in range(5)]


async def make_due(bot: Running, texts: Sequence[str]) -> None:
    store = Store.open(bot.store)
    now = SystemClock().now()
    try:
        async with store.begin() as session:
            room = await rooms.by_name(session, 1, None, bot.room)
            assert room is not None
            for number, text in enumerate(texts):
                await posts.add(
                    session,
                    office_id=1,
                    key=f"test/{number}",
                    why="测试",
                    channel="wechaty",
                    room_id=room.id,
                    text=text,
                    mentions=[],
                    doubt="drop",
                    made_at=now,
                    not_before=now + timedelta(milliseconds=number),
                    not_after=now + timedelta(hours=1),
                    attempts=0,
                    proof="",
                    note="",
                )
    finally:
        await store.close()
