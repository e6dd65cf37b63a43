"""Phones and desks for the browser tests: Chromium as the system has it, a memory of its own for each device.

What goes wrong in a page, and which hosts it asks for, is noted; `tests/browser/conftest.py` looks at it at the end.
"""

from __future__ import annotations

import shutil
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

CHROMIUM: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
OPTIONS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: Final = ViewportSize(width=360, height=740)
DESK: Final = ViewportSize(width=1280, height=800)

BROWSER_TEST: Final = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="没有 Chromium，聊天页没有在浏览器里试（apt-get install chromium）"),
]


class Devices:
    """The devices of a test."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.wrong: list[str] = []
        self.hosts: set[str] = set()

    async def device(self, size: ViewportSize = DESK) -> BrowserContext:
        """A device nobody has used yet, somewhere else in the world."""
        touch = size["width"] < 720
        context = await self._browser.new_context(
            viewport=size, has_touch=touch, is_mobile=touch, locale="zh-CN", timezone_id="America/New_York"
        )
        context.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname or ""))
        context.on("weberror", lambda error: self.wrong.append(str(error.error)))
        context.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))
        return context

    async def page(self, address: str, size: ViewportSize = DESK) -> Page:
        """A page on a device of its own."""
        page = await (await self.device(size)).new_page()
        await page.goto(address)
        return page


async def say(page: Page, text: str) -> None:
    """Writes it and sends it."""
    await page.locator("#say").fill(text)
    await page.locator("#say").press("Enter")
