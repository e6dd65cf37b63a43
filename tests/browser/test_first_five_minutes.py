"""What a newcomer sees first: the program as `make run` starts it, a deputy's report, staff's /汇总."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.devices import BROWSER_TEST, PHONE, Devices, say

pytestmark = BROWSER_TEST

ROOT = Path(__file__).parents[2]


class Program:
    """`liaison run` with the shipped configuration, on a port and a store of its own."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(ROOT / "rosters", folder / "rosters")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        shipped = (ROOT / "bot.toml").read_text("utf-8")
        self._config = folder / "bot.toml"
        self._config.write_text(re.sub(r"(?m)^\[web\].*$", rf"[web]\nport = {port}", shipped), "utf-8")
        self._environment = {**os.environ, "LIAISON_STORE": f"sqlite:///{folder / 'liaison.db'}"}
        self.address = f"http://127.0.0.1:{port}"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """It runs until the block is left, or until it is killed."""
        command = [sys.executable, "-m", "bot", "run", "--config", str(self._config)]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=self._environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(30):
                greeting = (await process.stdout.readline()).decode()
            assert self.address in greeting
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


async def choose(page: Page, name: str) -> Page:
    """Sits down in somebody's place, from the first page."""
    await page.get_by_role("link", name=name).first.click()
    await expect(page.locator("#my-name")).to_have_text(name)
    return page


async def test_a_deputys_report_is_counted_also_when_the_program_is_killed(program: Program, devices: Devices) -> None:
    async with program.running() as process:
        deputy = await choose(await devices.page(program.address, PHONE), "欧阳静")
        await say(deputy, "36.5 健康")
        await expect(deputy.locator(".message.own .bubble")).to_have_text("36.5 健康")
        await expect(deputy.locator(".message.waiting")).to_have_count(0)
        process.kill()
        await process.wait()

    async with program.running():
        staff = await choose(await devices.page(program.address), "周敏")
        await say(staff, "/汇总")
        answer = staff.locator(".message.from-bot .bubble").last
        await expect(answer).to_contain_text("应报 12 人，已报 1 人", timeout=30_000)
        await expect(deputy.locator(".message.from-bot .bubble").last).to_contain_text("已报 1 人", timeout=30_000)
        await expect(staff.locator(".message.other:not(.from-bot) .bubble")).to_have_text(["36.5 健康"])


async def test_a_fever_reaches_staff_privately_and_nobody_in_the_group(program: Program, devices: Devices) -> None:
    async with program.running():
        deputy = await choose(await devices.page(program.address, PHONE), "欧阳静")
        staff = await choose(await devices.page(program.address), "周敏")
        await say(deputy, "体温 38.2，有点咳嗽")
        private = staff.get_by_role("link", name="小联（私聊）")
        await expect(private.locator(".unread")).to_contain_text("1", timeout=30_000)
        await private.click()
        await expect(staff.locator(".message.from-bot .bubble")).to_contain_text("欧阳静")
        await expect(deputy.locator(".message.from-bot")).to_have_count(0)


async def test_a_notice_is_answered_with_one_tap_and_staff_see_by_whom(program: Program, devices: Devices) -> None:
    async with program.running():
        drafter = await choose(await devices.page(program.address), "周敏")
        await drafter.get_by_role("link", name="联工委值班群").click()
        await say(drafter, "/通知 长沙代表联络群\n会议推迟\n紧急：是\n\n原定2月12日的会议推迟，时间另行通知。")
        await expect(drafter.locator(".message.from-bot .bubble").last).to_contain_text("通知 1", timeout=30_000)
        await say(drafter, "/批准 1")
        deputy = await choose(await devices.page(program.address, PHONE), "欧阳静")
        tap = deputy.get_by_role("button", name="收到")
        await expect(tap).to_be_visible(timeout=30_000)
        await tap.click()
        await expect(deputy.locator(".answered")).to_have_text("✓ 您已回“收到”")
        await expect(deputy.locator(".message.own .bubble")).to_have_text("收到 1")
        await expect(deputy.locator(".message.waiting")).to_have_count(0)
        await say(drafter, "/回执 1")
        answer = drafter.locator(".message.from-bot .bubble").last
        await expect(answer).to_contain_text("已收 1", timeout=30_000)
        await deputy.reload()
        await expect(deputy.locator(".answered")).to_have_count(1)
        await expect(deputy.get_by_role("button", name="收到")).to_have_count(0)
