"""`liaison run` as a process: somebody edits a rules file and a roster, and it goes on by the new ones."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.clock import SystemClock, local
from storage import Store, people
from tests.chatroom import Page
from tests.journeys.running import Program

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

TOML = """
schedules = []
[web]
port = {port}
[reading]
office_rules = ["ours.toml"]
reload_seconds = {every}
[[rooms]]
name = "长沙代表联络群"
roster = "长沙.csv"
[[rooms]]
name = "值班群"
roster = "值班.csv"
purpose = "staff"
"""
ROSTER = "姓名,身份,单位\n张三,代表,岳麓区\n李四,代表,岳麓区\n"
COUGH = '[[group]]\nid = "health.symptom.咳嗽"\nwords = "{}"\n'


@pytest.fixture
def every() -> float:
    """Seconds between two looks at the files."""
    return 0.1


@pytest.fixture
async def bot(tmp_path: Path, store_url: str, every: float) -> AsyncIterator[Program]:
    folder = tmp_path / "office"
    folder.mkdir()
    program = Program(folder, store_url)
    (folder / "bot.toml").write_text(TOML.format(port=program.port, every=every), "utf-8")
    (folder / "ours.toml").write_text(COUGH.format("吭吭"), "utf-8")
    (folder / "长沙.csv").write_text(ROSTER, "utf-8")
    (folder / "值班.csv").write_text("姓名,身份,单位\n周敏,工作人员,联工委\n", "utf-8")
    await program.start()
    yield program
    await program.kill()


@contextlib.asynccontextmanager
async def sitting(bot: Program, name: str) -> AsyncIterator[tuple[Page, str]]:
    """Somebody at the chat page, and what it calls their group."""
    store = Store.open(bot.store)
    try:
        async with store.read() as session:
            known = {member.name: member.person_id for member in await people.everybody(session, 1)}
            (own, *_) = await people.rooms_of(session, known[name])
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
        yield page, f"room:{own}"


async def say(bot: Program, name: str, text: str) -> None:
    async with sitting(bot, name) as (page, room):
        assert (await page.say(room, text))["type"] == "kept"
    await bot.until(lambda health: health["messages"]["waiting"] == 0)


async def day(bot: Program) -> str:
    return await bot.liaison("tally", "--date", f"{local(SystemClock().now()):%Y-%m-%d}", "--room", "长沙代表联络群")


async def test_edited_rules_and_rosters_are_at_work_without_a_restart(bot: Program) -> None:
    first = await bot.until(lambda health: not health["rules"]["fault"])
    await say(bot, "张三", "嗬嗬两天了，36.5")
    assert "异常" not in await day(bot)

    (bot.folder / "ours.toml").write_text(COUGH.format("吭吭 嗬嗬"), "utf-8")
    second = await bot.until(lambda health: health["rules"]["version"] != first["rules"]["version"])
    await say(bot, "张三", "嗬嗬三天了，36.5")
    assert "异常或待核实：张三" in await day(bot)

    (bot.folder / "长沙.csv").write_text(ROSTER + "王五,代表,开福区\n", "utf-8")
    await bot.until(lambda health: health["rosters"]["loaded_at"] != first["rosters"]["loaded_at"])
    await say(bot, "王五", "36.4 健康")
    assert "应报 3 人，已报 2 人" in await day(bot)

    (bot.folder / "ours.toml").write_text("[[group]\n", "utf-8")
    broken = await bot.until(lambda health: health["rules"]["fault"])
    assert broken["rules"]["version"] == second["rules"]["version"]
    assert broken["ok"] is True
    assert "ours.toml:1" in bot.log()
    await say(bot, "李四", "嗬嗬一天了，36.5")
    assert "异常或待核实：张三、李四" in await day(bot)
    async with sitting(bot, "周敏") as (page, own):
        told = str(await page.open(own))
    assert "【规则有误】" in told
    assert "ours.toml:1" in told

    (bot.folder / "ours.toml").write_text(COUGH.format("吭吭"), "utf-8")
    mended = await bot.until(lambda health: not health["rules"]["fault"])
    assert mended["rules"]["version"] == first["rules"]["version"]
    assert await bot.stop() == 0


@pytest.mark.parametrize("every", [3600.0])
async def test_a_signal_has_the_files_read_at_once(bot: Program) -> None:
    first = await bot.until(lambda health: health["ok"])
    (bot.folder / "ours.toml").write_text(COUGH.format("吭吭 嗬嗬"), "utf-8")
    (bot.folder / "长沙.csv").write_text("姓名\n", "utf-8")
    bot.ask_to_reload()
    await bot.until(lambda health: health["rules"]["version"] != first["rules"]["version"])
    found = await bot.until(lambda health: health["rosters"]["fault"])
    assert found["rules"]["fault"] is False
    assert found["rosters"]["loaded_at"] == first["rosters"]["loaded_at"]
    assert await bot.stop() == 0
